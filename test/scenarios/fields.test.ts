import { describe, expect, test } from 'vitest';
import { type Field, fieldOf } from '../../src/api/fields.ts';
import { FIELDS as CONNECTION } from '../../src/api/syncConnection.ts';
import { FIELDS as JOB } from '../../src/api/syncJob.ts';
import { FIELDS as SERVER } from '../../src/api/syncServer.ts';
import { FIELDS as WORKSPACE } from '../../src/api/syncWorkspace.ts';
import type { Loose, Manifest } from '../cluster/types.ts';
import { connection, job, resource, secret, server, warehouse, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { quiet } from './landscape.ts';

/**
 * Every field of the change tables, changed alone. A sample is the value before and the value after; a field without a sample
 * fails the test. The server is told to merge, so that a PUT need not repeat the secrets of which nobody knows whether it keeps them.
 */
type Samples = Readonly<Record<string, readonly [unknown, unknown]>>;

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

/** Not by a sample: maps of unknown names, imports, and where values come from instead of what they are. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'extra.*',
  'tasks[].extra.*',
  'properties.*',
  'propertiesFrom[].property',
  'propertiesFrom[].secretKeyRef',
  'propertiesFrom[].configMapKeyRef',
  'wire',
]);

const MERGES = { wire: { facts: { putStyle: { job: 'merge', connection: 'merge', workspace: 'merge' } } } };

/** The spec that a kind's samples make up, with the second value at `changed`. */
function specOf(samples: Samples, changed?: string): Loose {
  const spec: Loose = {};
  for (const [path, [before, after]] of Object.entries(samples)) {
    const value = path === changed ? after : before;
    if (value === undefined || path.startsWith('tasks[]') || path === 'properties.Password') continue;
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

const PASSWORD = CONNECTION_SAMPLES['properties.Password']!;
const connectionWith = (changed?: string): Manifest => warehouse(specOf(CONNECTION_SAMPLES, changed));
const workspaceWith = (changed?: string): Manifest =>
  resource('SyncWorkspace', 'analytics', { serverRef: { name: 'main' } }, specOf(WORKSPACE_SAMPLES, changed));
const serverWith = (changed?: string): Manifest => server({ ...MERGES, ...specOf(SERVER_SAMPLES, changed) });

async function converged(): Promise<World> {
  const world = createWorld();
  const other = connection({ name: 'Other', properties: { User: 'o' } }, { name: 'other' });
  world.apply(serverWith(), workspace(), workspaceWith(), connection(), other);
  world.apply(secret('warehouse', { password: String(PASSWORD[0]) }), connectionWith(), jobWith());
  await world.start();
  await world.ready('SyncJob', 'nightly');
  await world.ready('SyncWorkspace', 'analytics');
  await quiet(world);
  return world;
}

async function readItem(world: World, path: string): Promise<Loose> {
  const headers = { 'x-cdata-authtoken': world.simulator.token };
  const signal = new AbortController().signal;
  const reply = await world.simulator.handler({ method: 'GET', path, headers, body: '', signal });
  return JSON.parse(String(reply.body)) as Loose;
}

function leaves(value: unknown, at = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[at, JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, at === '' ? key : `${at}.${key}`)]));
}

/** Where a written body says something else than the item did. A reference is one place. */
function differences(body: Loose, item: Loose): string[] {
  const before = leaves(item);
  const places = [...leaves(body)].filter(([path, value]) => before.get(path) !== value).map(([path]) => path);
  return [...new Set(places.map((path) => path.replace(/(_connection)\.(id|name)$/, '$1')))];
}

const CASES = [
  { kind: 'SyncJob', name: 'nightly', table: JOB, samples: JOB_SAMPLES, manifest: jobWith },
  {
    kind: 'SyncConnection',
    name: 'warehouse',
    table: CONNECTION,
    samples: CONNECTION_SAMPLES,
    manifest: connectionWith,
  },
  { kind: 'SyncWorkspace', name: 'analytics', table: WORKSPACE, samples: WORKSPACE_SAMPLES, manifest: workspaceWith },
  { kind: 'SyncServer', name: 'main', table: SERVER, samples: SERVER_SAMPLES, manifest: serverWith },
] as const;

const sent = (field: Field | undefined) => field !== undefined && field.change !== 'local' && field.change !== 'fixed';

describe.each(CASES)('$kind', ({ kind, name, table, samples, manifest }) => {
  test('every field that a user may write has a sample', () => {
    const missing = table.filter(
      ({ path, change }) => !(path in samples) && change !== 'fixed' && !ELSEWHERE.has(path),
    );
    expect(missing.map(({ path }) => path)).toEqual([]);
    expect(Object.keys(samples).filter((path) => !fieldOf(table, path))).toEqual([]);
  });

  const written = Object.keys(samples).filter((path) => sent(fieldOf(table, path)));
  test.each(written.map((path) => [path]))('%s changed alone is one write that differs in it alone', async (path) => {
    const world = await converged();
    const field = fieldOf(table, path)!;
    const id = String(world.status(kind, name).id);
    const itemPath = { SyncJob: 'jobs', SyncConnection: 'connections', SyncWorkspace: 'workspaces' }[kind as string]!;
    const before = await readItem(world, `/api.rsc/v2/${itemPath}/${id}`);
    const since = world.clock.now();
    if (path === 'properties.Password') world.apply(secret('warehouse', { password: String(PASSWORD[1]) }));
    else world.apply(manifest(path));
    const after = samples[path]![1];
    const risky =
      field.destructive === true || field.change === 'unknown' || (field.destructive === 'whenTrue' && after === true);
    if (risky) {
      await world.untilCondition(kind, name, 'Ready', 'False AwaitingApproval');
      expect(world.syncWrites(since)).toEqual([]);
      world.annotate(kind, name, { 'approve-plan': String((world.status(kind, name).plan as Loose).id) });
    }
    await world.settle(1_000);
    await quiet(world);
    const writes = world.syncWrites(since);
    expect(writes.map(({ method }) => method)).toEqual(['PUT']);
    expect(world.condition(kind, name, 'Ready')).toBe('True Available');
    if (path.startsWith('tasks[]')) return;
    const places = differences(JSON.parse(writes[0]!.body) as Loose, before);
    expect(places).toHaveLength(1);
    expect(JSON.stringify(writes[0]!.body)).toContain(sampleText(after));
  });

  const unsent = Object.keys(samples).filter((path) => !sent(fieldOf(table, path)));
  test.each(unsent.map((path) => [path]))('%s is never sent: its change writes nothing', async (path) => {
    const world = await converged();
    const since = world.clock.now();
    world.apply(manifest(path));
    await quiet(world);
    expect(world.syncWrites(since).filter(({ operation }) => operation !== 'connections.test')).toEqual([]);
    expect(world.status(kind, name).observedGeneration).toBe(world.get(kind, name)!.metadata.generation);
  });
});

/** Some of the new value that the body must show. */
function sampleText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, 6);
  if (Array.isArray(value)) return String(value.at(-1));
  return typeof value === 'object' ? 'id' : String(value);
}
