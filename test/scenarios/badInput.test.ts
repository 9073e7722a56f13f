import { expect, test } from 'vitest';
import { TransportError } from '../../src/ports/transport.ts';
import type { Manifest } from '../cluster/types.ts';
import type { Effect } from '../simulator/faults.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { connection, job, SYNC_URL, secret, server, warehouse, workspace } from '../support/manifests.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createWorld, type World } from '../support/world.ts';
import { ALWAYS, basics, convergedWorld, eightMoreJobs, itemNamed, messageOf, writesOf } from './landscape.ts';

/** What people get wrong and what goes wrong under them: each is said with its name and remedy, costs little, and ends with its cause. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const QUIET_HOUR = 400;

/** A landscape with one thing wrong in it. */
interface Bad {
  /** In place of, or beside, what is right. */
  manifests?: Manifest[];
  faults?: { operation?: string; effect: Effect }[];
  arrange?(world: World): void;
  /** Where it shows: kind, name, condition, what it reads. */
  at: [string, string, string, string];
  /** What the message of that condition, and of Ready, says. */
  says: RegExp;
  cure: Manifest[] | ((world: World) => void);
}

const atServer = (reason: string, type = 'Stalled', state = 'True'): Bad['at'] => [
  'SyncServer',
  'main',
  type,
  `${state} ${reason}`,
];
const failing = (effect: Effect, operation?: string): Bad['faults'] => [{ effect, ...(operation && { operation }) }];
const heal = (world: World) => {
  world.simulator.faults.clear();
  world.instance.network.fault = undefined;
};
const broken = (...failure: ConstructorParameters<typeof TransportError>) => ({
  arrange: (world: World) => {
    world.instance.network.fault = ({ origin }) => (origin === SYNC_URL ? new TransportError(...failure) : undefined);
  },
  at: atServer('ServerUnreachable', 'Reachable', 'False'),
  cure: heal,
});

const CASES: Record<string, Bad> = {
  'a wrong token': {
    manifests: [secret('sync-token', { token: 'wrong-token' })],
    at: atServer('Unauthorised', 'Authenticated', 'False'),
    says: /does not accept the token \(401\).*put a valid one into the Secret of spec\.auth\.tokenSecretRef/,
    cure: (world) => world.apply(secret('sync-token', { token: world.simulator.token })),
  },
  'a URL with a login page': {
    faults: failing({ kind: 'loginPage' }),
    at: atServer('ForeignReply'),
    says: /not from the API, such as a login page.*check spec\.url, spec\.apiPath and any proxy/,
    cure: heal,
  },
  'a URL that redirects': {
    faults: failing({ kind: 'redirect', to: 'https://sync.example.com/' }),
    at: atServer('ForeignReply'),
    says: /redirects elsewhere, which is not followed.*check spec\.url/,
    cure: heal,
  },
  'a wrong API path': {
    manifests: [server({ apiPath: '/api.rsc/v9' })],
    at: atServer('ForeignReply'),
    says: /check spec\.url, spec\.apiPath/,
    cure: [server()],
  },
  'a port on which nothing listens': {
    manifests: [server({ url: 'http://sync.test:9999' })],
    at: atServer('ServerUnreachable', 'Reachable', 'False'),
    says: /nothing accepts connections at http:\/\/sync\.test:9999: check host and port of spec\.url/,
    cure: [server()],
  },
  'a host name that does not exist': {
    ...broken('dns', false, 'getaddrinfo ENOTFOUND'),
    says: /host name of .* cannot be resolved: check spec\.url/,
  },
  'http:// to a TLS port': {
    ...broken('reset', true, 'socket hang up'),
    says: /if the port expects TLS, spec\.url has to begin with https:\/\//,
  },
  'no Secret for the token': {
    manifests: [server({ auth: { tokenSecretRef: { name: 'nowhere' } } })],
    at: atServer('SecretNotFound', 'Reconciling'),
    says: /Secret default\/nowhere does not exist; spec\.auth\.tokenSecretRef refers to it/,
    cure: (world) => world.apply(secret('nowhere', { token: world.simulator.token })),
  },
  'no key in the Secret of the token': {
    manifests: [server({ auth: { tokenSecretRef: { name: 'sync-token', key: 'other' } } })],
    at: atServer('SecretKeyNotFound', 'Reconciling'),
    says: /Secret default\/sync-token has no key other; spec\.auth\.tokenSecretRef/,
    cure: [server()],
  },
  'no key in the Secret of a property': {
    manifests: [
      warehouse({ propertiesFrom: [{ property: 'Password', secretKeyRef: { name: 'warehouse', key: 'pw' } }] }),
    ],
    at: ['SyncConnection', 'warehouse', 'Reconciling', 'True SecretKeyNotFound'],
    says: /Secret default\/warehouse has no key pw, which property Password in spec\.propertiesFrom needs/,
    cure: [warehouse()],
  },
  'a reference to no server': {
    manifests: [
      workspace({ serverRef: { name: 'nowhere' } }, { name: 'lost' }),
      connection({ workspaceRef: { name: 'lost' } }),
    ],
    at: ['SyncWorkspace', 'lost', 'Stalled', 'True ServerNotFound'],
    says: /SyncServer default\/nowhere does not exist/,
    cure: (world) => {
      world.apply(server({}, { name: 'nowhere' }));
    },
  },
  'a reference to no workspace': {
    manifests: [connection({ workspaceRef: { name: 'nowhere' } })],
    at: ['SyncConnection', 'crm', 'Stalled', 'True WorkspaceNotFound'],
    says: /SyncWorkspace default\/nowhere does not exist/,
    cure: [workspace({}, { name: 'nowhere' })],
  },
  'a reference to no connection': {
    manifests: [job({ sourceRef: { name: 'nowhere' } })],
    at: ['SyncJob', 'nightly', 'Stalled', 'True ReferenceNotFound'],
    says: /SyncConnection default\/nowhere, which spec\.sourceRef names, does not exist/,
    cure: [connection({ name: 'Nowhere' }, { name: 'nowhere' })],
  },
  'a reference to no id': {
    manifests: [job({ sourceRef: { id: '00000000-0000-0000-0000-000000000000' } })],
    at: ['SyncJob', 'nightly', 'Stalled', 'True ReferenceNotFound'],
    says: /no connection with the id 00000000-.*spec\.sourceRef.*correct it, or name a SyncConnection/,
    cure: [job()],
  },
  'an invalid cron': {
    manifests: [job({ schedule: { enabled: true, cron: 'every night' } })],
    at: ['SyncJob', 'nightly', 'Stalled', 'True InvalidSpec'],
    says: /^spec\.schedule\.cron: must have 5 to 7 fields.*as Sync takes them/,
    cure: [job()],
  },
  'an unknown connector': {
    manifests: [connection({ connector: 'Salesfoce' })],
    at: ['SyncConnection', 'crm', 'Stalled', 'True Refused'],
    says: /Unknown connector 'Salesfoce'.*correct spec\.connector/,
    cure: [connection()],
  },
  'a name that exists already': {
    // What it refers to changes with the cure.
    manifests: [job({ changePolicy: 'Automatic' })],
    arrange: (world) =>
      void world.simulator.console.createConnection({
        name: 'CRM',
        connector: 'Salesforce',
        properties: { User: 'them' },
      }),
    at: ['SyncConnection', 'crm', 'Stalled', 'True AdoptionRefused'],
    says: /CRM exists already .*make the spec equal to it, or set adoptionPolicy: Always/,
    cure: [connection({ name: 'CRM 2' })],
  },
  'half a reply from the server': {
    faults: failing({ kind: 'truncate', keep: 20 }),
    at: atServer('UnreadableReply', 'Reconciling'),
    says: /breaks off: a proxy or the server cuts replies short/,
    cure: heal,
  },
  'a reply that is no JSON': {
    faults: failing({ kind: 'status', status: 200, body: 'OK' }),
    at: atServer('UnreadableReply', 'Reconciling'),
    says: /breaks off/,
    cure: heal,
  },
  'JSON that is no list': {
    faults: failing({ kind: 'status', status: 200, body: '{"hello":"world"}' }),
    at: atServer('ForeignReply'),
    says: /JSON that is no list of workspaces: check spec\.url and spec\.apiPath, or correct spec\.wire/,
    cure: heal,
  },
  '300 MB from the server': {
    manifests: [server({ limits: { maxBodyBytes: 1_048_576 } })],
    faults: failing({ kind: 'huge', bytes: 300 * 2 ** 20 }, 'workspaces.list'),
    at: atServer('UnreadableReply'),
    says: /larger than spec\.limits\.maxBodyBytes: raise it, if this is the right server/,
    cure: heal,
  },
  '300 MB in place of the jobs': {
    manifests: [server({ limits: { maxBodyBytes: 1_048_576 } })],
    faults: failing({ kind: 'huge', bytes: 300 * 2 ** 20 }, 'jobs.list'),
    at: ['SyncJob', 'nightly', 'Reconciling', 'True UnreadableReply'],
    says: /jobs\.list.*too large.*limits\.maxBodyBytes/,
    cure: heal,
  },
  'a list of jobs that breaks off': {
    faults: failing({ kind: 'truncate', keep: 20 }, 'jobs.list'),
    at: ['SyncWorkspace', 'default', 'Listed', 'False ListFailing'],
    says: /the jobs cannot be listed: jobs\.list .*cut off/,
    cure: heal,
  },
};

test.each(Object.keys(CASES))('%s', async (name) => {
  const { manifests = [], faults = [], arrange, at, says, cure } = CASES[name]!;
  const world = createWorld();
  world.apply(basics(), job());
  world.apply(manifests);
  arrange?.(world);
  for (const fault of faults) world.simulator.faults.add({ ...fault, times: ALWAYS });
  await world.start();
  await world.untilCondition(...at, 15 * MINUTE);
  expect(messageOf(world, at[0], at[1], at[2])).toMatch(says);

  // Nothing crashes, spins or goes on writing.
  await world.settle(15 * MINUTE);
  const since = world.clock.now();
  await world.settle(HOUR);
  expect(messageOf(world, at[0], at[1])).not.toBe('');
  expect(world.logs.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([]);
  const calls = world.instance.network.exchanges.filter(
    ({ origin, at: when }) => origin.includes('sync.test') && when > since,
  );
  expect(calls.length).toBeLessThan(QUIET_HOUR);
  expect(world.kubeWrites(since).length).toBeLessThan(10);
  expect(writesOf(world, since).length).toBeLessThanOrEqual(2);

  // And nothing is lost.
  if (Array.isArray(cure)) world.apply(cure);
  else cure(world);
  for (const kind of ['SyncConnection', 'SyncJob']) {
    for (const { metadata } of world.cluster.objects(kind)) await world.ready(kind, metadata.name, 65 * MINUTE);
  }
  expect(itemNamed(world, 'jobs', 'Nightly').children).toHaveLength(3);
  expect(world.simulator.state.jobs.size).toBe(1);
});

test('an object that is deleted on the server is said to be, and is made again when its loss is approved', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.simulator.console.remove('job', itemNamed(world, 'jobs', 'Nightly').id);
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval', 10 * MINUTE);
  expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(
    /1 recreate \(destructive\).*approve with the annotation sync\.cdata\.com\/approve-plan=/,
  );
  await world.settle(HOUR);
  expect(writesOf(world, since)).toEqual([]);
  world.annotate('SyncJob', 'nightly', { 'approve-plan': world.status('SyncJob', 'nightly').plan.id });
  await world.ready('SyncJob', 'nightly');
});

test('a server that is swapped behind the URL is not touched, and its return is enough', async () => {
  const world = await convergedWorld();
  const { clock } = world;
  const other = createSimulator({ clock, random: createSeededRandom(99), token: world.simulator.token });
  world.instance.network.serve(SYNC_URL, other.handler);
  world.apply(connection({ name: 'New' }, { name: 'new' }));
  await world.untilCondition('SyncServer', 'main', 'Stalled', 'True ServerChanged');
  expect(messageOf(world, 'SyncServer', 'main')).toMatch(/sync\.cdata\.com\/accept-server=moved:.* or replaced:/);
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True ServerChanged');
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True ServerChanged');
  expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(/belongs to .*accept-server=/);
  await world.settle(HOUR);
  expect(other.writes()).toEqual([]);
  expect(other.requests.filter(({ path }) => path.includes(itemNamed(world, 'jobs', 'Nightly').id))).toEqual([]);
  world.instance.network.serve(SYNC_URL, world.simulator.handler);
  await world.ready('SyncJob', 'nightly', 10 * MINUTE);
  await world.ready('SyncConnection', 'new', 10 * MINUTE);
  expect(other.writes()).toEqual([]);
});

test('a list that lacks half of the objects is not believed', async () => {
  const world = await convergedWorld();
  await eightMoreJobs(world);
  const since = world.clock.now();
  world.simulator.faults.add({ operation: 'jobs.list', times: ALWAYS, effect: { kind: 'halfList' } });
  await world.untilCondition('SyncWorkspace', 'default', 'SuspiciousSnapshot', 'True');
  expect(messageOf(world, 'SyncWorkspace', 'default', 'SuspiciousSnapshot')).toMatch(
    /the list of jobs lacks 4 of 9 known ones.*annotate this SyncWorkspace with sync\.cdata\.com\/accept-loss/,
  );
  world.apply(job({ name: 'New' }, { name: 'new' }));
  await world.untilCondition('SyncJob', 'new', 'Reconciling', 'True SuspiciousSnapshot');
  await world.settle(HOUR);
  expect(writesOf(world, since)).toEqual([]);
  for (let n = 0; n < 8; n++) expect(world.condition('SyncJob', `job-${n}`, 'Ready')).toBe('True Available');
  world.simulator.faults.clear();
  await world.ready('SyncJob', 'new', 10 * MINUTE);
  expect(world.condition('SyncWorkspace', 'default', 'SuspiciousSnapshot')).toBeUndefined();
  expect(world.simulator.state.jobs.size).toBe(10);
});
