import type { Field } from '../../src/api/fields.ts';
import { FIELDS as CONNECTION } from '../../src/api/syncConnection.ts';
import { FIELDS as EVENT } from '../../src/api/syncEvent.ts';
import { FIELDS as JOB } from '../../src/api/syncJob.ts';
import { FIELDS as PIPELINE } from '../../src/api/syncPipeline.ts';
import { FIELDS as SERVER } from '../../src/api/syncServer.ts';
import { FIELDS as TRANSFORMATION } from '../../src/api/syncTransformation.ts';
import { FIELDS as USER } from '../../src/api/syncUser.ts';
import { FIELDS as WORKSPACE } from '../../src/api/syncWorkspace.ts';
import type { Loose, Manifest } from '../cluster/types.ts';
import {
  connection,
  event,
  job,
  pipeline,
  resource,
  secret,
  server,
  transformation,
  user,
  warehouse,
  workspace,
} from '../support/manifests.ts';

/**
 * Every field of the change tables, changed alone. A sample is the value before and the value after; a field without a sample
 * fails the test. The server is told to merge, so that a PUT need not repeat the secrets of which nobody knows whether it keeps them.
 */
export type Samples = Readonly<Record<string, readonly [unknown, unknown]>>;

const POLICIES: Samples = {
  managementPolicy: ['Enforce', 'Observe'],
  adoptionPolicy: ['IfIdentical', 'Always'],
  changePolicy: ['Safe', 'Automatic'],
  driftPolicy: ['Correct', 'Report'],
  deletionPolicy: ['Retain', 'Delete'],
  busyPolicy: ['Wait', 'Cancel'],
  resyncInterval: ['6h', '3h'],
  suspend: [false, true],
};

const JOB_SAMPLES: Samples = {
  ...POLICIES,
  name: ['Nightly', 'Nightly 2'],
  type: ['Standard', 'ChangeDataCapture'],
  sourceRef: [{ name: 'crm' }, { name: 'other' }],
  destinationRef: [{ name: 'warehouse' }, { name: 'other' }],
  'schedule.enabled': [false, true],
  'schedule.cron': ['0 0 2 * * *', '0 0 3 * * *'],
  'alerts.sendEmail': [false, true],
  'alerts.emailTo': ['a@example.com', 'b@example.com'],
  'alerts.emailErrorOnly': [false, true],
  'options.enableParallelProcessing': [false, true],
  'options.workerPool': [2, 3],
  'options.verbosity': ['Info', 'Verbose'],
  'options.destinationSchema': ['crm', 'crm2'],
  'options.tableNamePrefix': ['a_', 'b_'],
  'options.useGMTDateTime': [false, true],
  'options.truncateTableData': [false, true],
  'options.dropTable': [false, true],
  'options.autoTruncateStrings': [false, true],
  'options.continueOnError': [false, true],
  'options.alterSchema': [false, true],
  'options.replicateInterval': [1, 2],
  'options.replicateIntervalUnit': ['Days', 'Months'],
  'options.replicateStartDate': ['2020-01-01', '2021-01-01'],
  'options.batchSize': [100, 200],
  'options.commandTimeout': [10, 20],
  'options.skipDeleted': [false, true],
  'tasks[].key': [undefined, 'my-key'],
  'tasks[].table': ['Accounts', 'Orders'],
  'tasks[].query': ['REPLICATE [Contacts]', 'REPLICATE [Contacts] SELECT Id FROM Contacts'],
  tasksPolicy: ['Exact', 'AtLeast'],
  verifyTables: [false, true],
  freshness: [undefined, { maxAge: '1h' }],
  runHistoryLimits: [undefined, { failed: 1 }],
};

const CONNECTION_SAMPLES: Samples = {
  ...POLICIES,
  name: ['Warehouse', 'Warehouse 2'],
  connector: ['PostgreSQL', 'MySQL'],
  connectorVersion: ['25.0.9000', '25.0.9001'],
  'properties.Password': ['secret one', 'secret two'],
  'properties.Server': ['a.example.com', 'b.example.com'],
  'properties.User': ['sync', 'sync2'],
  'settings.metadataRefreshInterval': ['Never', 'Daily'],
  'settings.logfileVerbosity': ['Info', 'Verbose'],
  'settings.useCDataCallbackURL': [false, true],
  labels: [['a'], ['a', 'b']],
  'test.onChange': [false, true],
  'test.interval': [undefined, '24h'],
};

const SERVER_SAMPLES: Samples = {
  url: ['http://sync.test:8181', 'http://sync.test:8181/'],
  apiPath: [undefined, '/api.rsc/v2'],
  auth: [undefined, { method: 'Basic', tokenSecretRef: { name: 'sync-token' } }],
  tls: [undefined, { serverName: 'sync.test' }],
  proxyUrl: [undefined, 'http://proxy.test:3128'],
  limits: [undefined, { requestsPerSecond: 20 }],
  timeouts: [undefined, { read: '20s' }],
  pollInterval: [undefined, '30s'],
  lagGrace: [undefined, '30s'],
  resyncInterval: [undefined, '1h'],
  timeZone: ['Etc/UTC', 'Europe/Berlin'],
  routes: [undefined, [{ operation: 'jobs.get', method: 'GET', path: '/jobs/{job_id}' }]],
  access: [undefined, [{ namespaces: { from: 'Same' }, maxPolicy: 'Delete' }]],
  defaults: [undefined, { driftPolicy: 'Report' }],
  suspend: [false, true],
};

const WORKSPACE_SAMPLES: Samples = {
  ...POLICIES,
  name: ['Analytics', 'Analytics 2'],
  defaults: [undefined, { driftPolicy: 'Report' }],
};

const TRANSFORMATION_SAMPLES: Samples = {
  ...POLICIES,
  name: ['Daily', 'Daily 2'],
  type: ['SQL', 'DBT'],
  destinationRef: [{ name: 'warehouse' }, { name: 'other' }],
  'schedule.enabled': [false, true],
  'schedule.cron': ['0 0 4 * * *', '0 0 5 * * *'],
  'trigger.type': ['None', 'Scheduled'],
  'trigger.afterJobRef': [{ name: 'nightly' }, { name: 'second' }],
  'trigger.afterTasks': [['Accounts'], ['Accounts', 'Contacts']],
  'trigger.cron': [undefined, '0 0 6 * * *'],
  'alerts.sendEmail': [false, true],
  'alerts.emailTo': ['a@example.com', 'b@example.com'],
  'alerts.emailErrorOnly': [false, true],
  'options.verbosity': ['Info', 'Verbose'],
  'options.commandTimeout': [10, 20],
  'tasks[].key': [undefined, 'my-key'],
  'tasks[].query': ['SELECT 1', 'SELECT 2'],
  freshness: [undefined, { maxAge: '1h' }],
};

const PIPELINE_SAMPLES: Samples = {
  ...POLICIES,
  name: ['Morning', 'Morning 2'],
  'schedule.enabled': [false, true],
  'schedule.cron': ['0 0 7 * * *', '0 0 8 * * *'],
  labels: [['a'], ['a', 'b']],
  'steps[].jobRef': [{ name: 'nightly' }, { name: 'second' }],
  'steps[].transformationRef': [{ name: 'daily' }, { name: 'weekly' }],
  'steps[].eventRef': [{ name: 'notify' }, { name: 'alarm' }],
  freshness: [undefined, { maxAge: '1h' }],
  deleteContents: [false, true],
};

const EVENT_SAMPLES: Samples = {
  ...POLICIES,
  name: ['Notify', 'Notify 2'],
  script: ['<one/>', '<two/>'],
  labels: [['a'], ['a', 'b']],
};

const USER_SAMPLES: Samples = {
  ...POLICIES,
  emailAddress: ['a@example.com', 'b@example.com'],
  isActive: [true, false],
  roles: [['cdata_support'], ['cdata_support', 'cdata_job_creator']],
  passwordSecretRef: [{ name: 'jane' }, { name: 'jane2' }],
};

/** Not by a sample: maps of unknown names, imports, and where values come from instead of what they are. */
export const ELSEWHERE: ReadonlySet<string> = new Set([
  'extra.*',
  'tasks[].extra.*',
  'properties.*',
  'propertiesFrom[].property',
  'propertiesFrom[].secretKeyRef',
  'propertiesFrom[].configMapKeyRef',
  'wire',
  // Another login is another user, and where a script stands is not what it says.
  'user',
  'scriptFrom',
]);

const MERGING = ['job', 'connection', 'workspace', 'transformation', 'pipeline', 'event', 'user'];
const MERGES = { wire: { facts: { putStyle: Object.fromEntries(MERGING.map((kind) => [kind, 'merge'])) } } };

/** The spec that a kind's samples make up, with the second value at `changed`. */
function specOf(samples: Samples, changed?: string): Loose {
  const spec: Loose = {};
  for (const [path, [before, after]] of Object.entries(samples)) {
    const value = path === changed ? after : before;
    if (value === undefined || path.includes('[]') || path === 'properties.Password') continue;
    const [first, second] = path.split('.') as [string, string?];
    if (second === undefined) spec[first] = value;
    else spec[first] = { ...(spec[first] as Loose), [second]: value };
  }
  return spec;
}

function jobWith(changed?: string): Manifest {
  const at = (path: string) => JOB_SAMPLES[path]![path === changed ? 1 : 0];
  const first = { table: at('tasks[].table'), ...(changed === 'tasks[].key' && { key: at('tasks[].key') }) };
  return job({ ...specOf(JOB_SAMPLES, changed), tasks: [first, { query: at('tasks[].query') }] });
}

function transformationWith(changed?: string): Manifest {
  const at = (path: string) => TRANSFORMATION_SAMPLES[path]![path === changed ? 1 : 0];
  const key = changed === 'tasks[].key' && { key: at('tasks[].key') };
  const spec = specOf(TRANSFORMATION_SAMPLES, changed);
  // Another job has other tasks, and there is one cron.
  if (changed === 'trigger.afterJobRef') delete spec.trigger.afterTasks;
  if (changed === 'trigger.cron') delete spec.schedule.cron;
  return transformation({ ...spec, tasks: [{ query: at('tasks[].query'), ...key }, { query: 'SELECT 3' }] });
}

function pipelineWith(changed?: string): Manifest {
  const steps = ['jobRef', 'eventRef', 'transformationRef'].map((name) => {
    const path = `steps[].${name}`;
    return { [name]: PIPELINE_SAMPLES[path]![path === changed ? 1 : 0] };
  });
  return pipeline({ ...specOf(PIPELINE_SAMPLES, changed), steps });
}

const eventWith = (changed?: string): Manifest => event(specOf(EVENT_SAMPLES, changed));
const userWith = (changed?: string): Manifest => user(specOf(USER_SAMPLES, changed));

export const PASSWORD = CONNECTION_SAMPLES['properties.Password']!;
const connectionWith = (changed?: string): Manifest => warehouse(specOf(CONNECTION_SAMPLES, changed));
const workspaceWith = (changed?: string): Manifest =>
  resource('SyncWorkspace', 'analytics', { serverRef: { name: 'main' } }, specOf(WORKSPACE_SAMPLES, changed));
const serverWith = (changed?: string): Manifest => server({ ...MERGES, ...specOf(SERVER_SAMPLES, changed) });

const other = connection({ name: 'Other', properties: { User: 'o' } }, { name: 'other' });
const second = job({ name: 'Second', tasks: [{ table: 'Accounts' }, { table: 'Contacts' }] }, { name: 'second' });

/** What every case stands on. */
export const GROUND = (): Manifest[] => [
  serverWith(),
  workspace(),
  workspaceWith(),
  connection(),
  other,
  secret('warehouse', { password: String(PASSWORD[0]) }),
  connectionWith(),
  jobWith(),
];

const PARTS = [
  second,
  transformationWith(),
  transformation({ name: 'Weekly' }, { name: 'weekly' }),
  eventWith(),
  event({ name: 'Alarm' }, { name: 'alarm' }),
  pipelineWith(),
];

export interface FieldCase {
  kind: string;
  name: string;
  table: readonly Field[];
  samples: Samples;
  /** With the second value at `changed`. */
  manifest(changed?: string): Manifest;
  /** Beside the ground. */
  more?: Manifest[];
  /** Where the API has the item; `{pipeline}` is the pipeline's id. */
  item?: string;
}

export const CASES: readonly FieldCase[] = [
  { kind: 'SyncJob', name: 'nightly', table: JOB, samples: JOB_SAMPLES, manifest: jobWith, item: 'jobs' },
  {
    kind: 'SyncTransformation',
    name: 'daily',
    table: TRANSFORMATION,
    samples: TRANSFORMATION_SAMPLES,
    manifest: transformationWith,
    more: [second, transformationWith()],
    item: 'transformations',
  },
  {
    kind: 'SyncPipeline',
    name: 'morning',
    table: PIPELINE,
    samples: PIPELINE_SAMPLES,
    manifest: pipelineWith,
    more: PARTS,
    item: 'pipelines',
  },
  {
    kind: 'SyncEvent',
    name: 'notify',
    table: EVENT,
    samples: EVENT_SAMPLES,
    manifest: eventWith,
    more: [pipeline({ steps: [] }), eventWith()],
    item: 'pipelines/{pipeline}/events',
  },
  {
    kind: 'SyncUser',
    name: 'jane',
    table: USER,
    samples: USER_SAMPLES,
    manifest: userWith,
    more: [secret('jane', { password: 'One-pass1' }), secret('jane2', { password: 'Two-pass2' }), userWith()],
    item: 'users',
  },
  {
    kind: 'SyncConnection',
    name: 'warehouse',
    table: CONNECTION,
    samples: CONNECTION_SAMPLES,
    manifest: connectionWith,
    item: 'connections',
  },
  {
    kind: 'SyncWorkspace',
    name: 'analytics',
    table: WORKSPACE,
    samples: WORKSPACE_SAMPLES,
    manifest: workspaceWith,
    item: 'workspaces',
  },
  { kind: 'SyncServer', name: 'main', table: SERVER, samples: SERVER_SAMPLES, manifest: serverWith },
];
