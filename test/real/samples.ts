import type { Loose } from '../cluster/types.ts';

/** The least that the API server takes of each kind. */
export const BASES: Readonly<Record<string, Loose>> = {
  SyncServer: { url: 'https://sync.example.com', auth: { tokenSecretRef: { name: 'token' } } },
  SyncWorkspace: { serverRef: { name: 'main' }, name: 'Sales' },
  SyncConnection: { workspaceRef: { name: 'sales' }, name: 'CRM', connector: 'CSV' },
  SyncJob: {
    workspaceRef: { name: 'sales' },
    name: 'Nightly',
    type: 'Standard',
    sourceRef: { name: 'crm' },
    destinationRef: { name: 'warehouse' },
  },
  SyncTransformation: {
    workspaceRef: { name: 'sales' },
    name: 'Model',
    type: 'SQL',
    destinationRef: { name: 'warehouse' },
  },
  SyncPipeline: { workspaceRef: { name: 'sales' }, name: 'Morning', steps: [{ jobRef: { name: 'nightly' } }] },
  SyncEvent: { pipelineRef: { name: 'morning' }, name: 'Notify' },
  SyncUser: { serverRef: { name: 'main' }, user: 'ada' },
  SyncRun: { jobRef: { name: 'nightly' } },
};

/** For the rules with this message: what the node may be, and what it may not. */
export interface Sample {
  message: string | RegExp;
  /** A value of the node; or fields that are put over its base, where undefined takes one away. */
  good: unknown;
  bad: unknown;
  /** The rule compares with the old object: a change from `good` to `bad` is refused. */
  transition?: true;
}

const KUBERNETES_NAME = { good: 'a-1.b', bad: 'Not_A_Name' };
const EITHER = { good: { name: 'one', id: undefined }, bad: { name: 'one', id: '1' } };

/** Each message of a rule has one entry here; a rule without one fails the test. */
export const SAMPLES: readonly Sample[] = [
  {
    message: 'must be http(s)://host[:port] without path, user or query; a path goes into apiPath',
    good: 'https://sync.example.com:8443',
    bad: 'https://sync.example.com/path',
  },
  {
    message: 'must be http(s)://host[:port] without user, path or query',
    good: 'http://proxy:3128',
    bad: 'http://me:secret@proxy:3128',
  },
  { message: 'must start with / and not end with it', good: '/api.rsc/v2', bad: '/api.rsc/' },
  { message: /^must be the name of a Kubernetes object/, ...KUBERNETES_NAME },
  { message: 'must be the name of a namespace', good: 'team-a', bad: 'team.a' },
  { message: 'must be a duration such as 30s, 5m or 1h30m', good: '1h30m', bad: '5 minutes' },
  { message: 'must be an IANA time zone such as Europe/Berlin', good: 'Europe/Berlin', bad: 'Europe/' },
  { message: /^must be the id of an operation/, good: 'jobs.execute', bad: 'execute' },
  { message: /^must start with \/, lie below apiPath/, good: '/jobs/{id}/run', bad: '/jobs/../users' },
  { message: 'must be a version such as 25.0.9000', good: '25.0.9000', bad: '-25' },
  { message: /^must have 5 to 7 fields/, good: '0 3 * * *', bad: '0 3 * *' },
  {
    message: 'give caSecretRef or caConfigMapRef, not both',
    good: { caSecretRef: { name: 'ca' }, caConfigMapRef: undefined },
    bad: { caSecretRef: { name: 'ca' }, caConfigMapRef: { name: 'ca' } },
  },
  {
    message: /^names goes with from: Names/,
    good: { from: 'Names', names: ['a'], selector: undefined },
    bad: { from: 'Names', names: [], selector: undefined },
  },
  {
    message: /^selector goes with from: Selector/,
    good: { from: 'Selector', selector: { matchLabels: { a: 'b' } }, names: undefined },
    bad: { from: 'All', selector: { matchLabels: { a: 'b' } }, names: undefined },
  },
  { message: /^give name \(to make or manage a workspace\)/, good: { id: '1' }, bad: { name: undefined } },
  {
    message: /^serverRef goes with workspaceRef.id and only with it/,
    good: { workspaceRef: { id: '1' }, serverRef: { name: 'main' } },
    bad: { workspaceRef: { id: '1' } },
  },
  {
    message: /^serverRef goes with pipelineRef.id and only with it/,
    good: { pipelineRef: { id: '1' }, serverRef: { name: 'main' } },
    bad: { pipelineRef: { name: 'one' }, serverRef: { name: 'main' } },
  },
  { message: /^connector must be given/, good: { connector: undefined, id: '1' }, bad: { connector: undefined } },
  {
    message: /^type must be given/,
    good: { type: undefined, managementPolicy: 'Observe' },
    bad: { type: undefined },
  },
  { message: /^sourceRef must be given/, good: { sourceRef: undefined, id: '1' }, bad: { sourceRef: undefined } },
  {
    message: /^destinationRef must be given/,
    good: { destinationRef: undefined, id: '1' },
    bad: { destinationRef: undefined },
  },
  {
    message: 'a property stands in properties or in propertiesFrom, not in both',
    good: {
      properties: { User: 'me' },
      propertiesFrom: [{ property: 'Password', secretKeyRef: { name: 's', key: 'k' } }],
    },
    bad: {
      properties: { Password: 'me' },
      propertiesFrom: [{ property: 'Password', secretKeyRef: { name: 's', key: 'k' } }],
    },
  },
  {
    message: 'give either secretKeyRef or configMapKeyRef, not both',
    good: { secretKeyRef: { name: 's', key: 'k' }, configMapKeyRef: undefined },
    bad: { secretKeyRef: { name: 's', key: 'k' }, configMapKeyRef: { name: 'c', key: 'k' } },
  },
  { message: /^give either name \(a Sync\w+ in this namespace\) or id \(an object in Sync\), not both/, ...EITHER },
  {
    message: /^a job of type SyncAll takes no tasks/,
    good: { type: 'SyncAll', tasks: undefined },
    bad: { type: 'sync_all', tasks: [{ table: 'A' }] },
  },
  {
    message: 'give a task either a table or a query, not both',
    good: { table: 'A', query: undefined },
    bad: { table: 'A', query: 'REPLICATE [A]' },
  },
  {
    message: 'give a step exactly one of jobRef, transformationRef and eventRef',
    good: { jobRef: { name: 'one' }, transformationRef: undefined, eventRef: undefined },
    bad: { jobRef: { name: 'one' }, eventRef: { name: 'two' } },
  },
  {
    message: 'a transformation has one cron: give schedule.cron or trigger.cron, not both',
    good: { schedule: { cron: '0 3 * * *' } },
    bad: { schedule: { cron: '0 3 * * *' }, trigger: { cron: '0 3 * * *' } },
  },
  {
    message: 'afterTasks are tasks of the job that afterJobRef names: give both',
    good: { trigger: { afterJobRef: { name: 'nightly' }, afterTasks: ['Accounts'] } },
    bad: { trigger: { afterTasks: ['Accounts'] } },
  },
  {
    message: 'give script or scriptFrom, not both',
    good: { script: '<!-- -->', scriptFrom: undefined },
    bad: { script: '<!-- -->', scriptFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
  },
  {
    message: 'give exactly one of jobRef, transformationRef and pipelineRef',
    good: { jobRef: undefined, pipelineRef: { name: 'one' } },
    bad: { jobRef: undefined },
  },
  {
    message: /^a target given by id needs either workspaceRef or serverRef/,
    good: { jobRef: { id: '1' }, workspaceRef: { name: 'sales' } },
    bad: { jobRef: { id: '1' } },
  },
  { message: /^id cannot be changed or removed once set/, good: { id: '1' }, bad: { id: '2' }, transition: true },
  {
    message: /^(serverRef|workspaceRef|pipelineRef) cannot be changed:/,
    good: { name: 'one' },
    bad: { name: 'two' },
    transition: true,
  },
  fixed('jobRef', { name: 'one' }, { name: 'two' }),
  fixed('transformationRef', { name: 'one' }, { name: 'two' }, { jobRef: undefined }),
  fixed('pipelineRef', { name: 'one' }, { name: 'two' }, { jobRef: undefined }),
  fixed('workspaceRef', { name: 'one' }, { name: 'two' }, { jobRef: { id: '1' } }),
  fixed('serverRef', { name: 'one' }, { name: 'two' }, { jobRef: { id: '1' } }),
  fixed('activeDeadlineSeconds', 60, 61),
  fixed('startingDeadlineSeconds', 60, 61),
  fixed('backoffLimit', 1, 2),
  fixed('onUnknown', 'Stop', 'RetryAfterGrace'),
  fixed('onDelete', 'Leave', 'Cancel'),
];

/** A field of a SyncRun that stays as it was given; `beside`: what it needs. */
function fixed(field: string, from: unknown, to: unknown, beside: Loose = {}): Sample {
  const message = new RegExp(`^${field} cannot be changed, only`);
  return { message, good: { ...beside, [field]: from }, bad: { [field]: to }, transition: true };
}

export const sampleFor = (message: string) =>
  SAMPLES.find((one) => (typeof one.message === 'string' ? one.message === message : one.message.test(message)));

/** What else a spec needs for a field to stand in it: by kind and path, as `SyncJob.spec.tasks[].query`. */
export const COMPANIONS: readonly (readonly [RegExp, (spec: Loose) => void])[] = [
  [/^(?!SyncRun).*\.spec\.serverRef\b/, byId('workspaceRef')],
  [/^SyncEvent\.spec\.serverRef\b/, byId('pipelineRef')],
  [/^SyncRun\.spec\.(serverRef|workspaceRef)\b/, byId('jobRef')],
  [
    /^SyncRun\.spec\.(transformationRef|pipelineRef)\b/,
    (spec) => {
      delete spec.jobRef;
    },
  ],
  [
    /\.namespaces\.names\b/,
    (spec) => {
      spec.access = [{ namespaces: { from: 'Names', names: ['a'] } }];
    },
  ],
  [
    /\.spec\.trigger\.afterTasks\b/,
    (spec) => {
      spec.trigger = { afterJobRef: { name: 'nightly' } };
    },
  ],
  [
    /\.spec\.(workspaceRef|pipelineRef)\.id$/,
    (spec) => {
      if (!spec.jobRef) spec.serverRef = { name: 'main' };
    },
  ],
  [
    /^SyncRun\.spec\.\w+Ref\.id$/,
    (spec) => {
      if (!spec.workspaceRef) spec.serverRef = { name: 'main' };
    },
  ],
];

function byId(ref: string) {
  return (spec: Loose) => {
    if (spec[ref]) spec[ref] = { id: '1' };
  };
}
