import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../cluster/types.ts';
import { ALWAYS, status } from '../scenarios/landscape.ts';
import { type Dialect, referenceDialect, SWITCHES } from '../simulator/dialect.ts';
import { pairwise } from '../simulator/pairwise.ts';
import { secret, server, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { createCli } from './cli.ts';
import { EXPORT_SECRETS, populate } from './exportEstate.ts';

const oddities = (dialect: Dialect) =>
  SWITCHES.filter((key) => dialect[key] !== referenceDialect[key])
    .map((key) => `${key}=${dialect[key]}`)
    .join(' ');

const manifestsOf = (text: string): Manifest[] =>
  [...parseAllDocuments(text, { version: '1.1' })].map((document) => document.toJS()).filter((one) => one !== null);

/** The Secrets that the head of the stream tells to make, with values of no worth. */
function placeholders(text: string): Manifest[] {
  return [...text.matchAll(/^# kubectl create secret generic (\S+) (.*)$/gm)].map(([, name, rest]) =>
    secret(
      name!,
      Object.fromEntries([...rest!.matchAll(/--from-literal=([-._A-Za-z0-9]+)=/g)].map(([, key]) => [key!, 'later'])),
    ),
  );
}

async function setUp(dialect: Partial<Dialect> = {}) {
  const world = createWorld({ dialect });
  populate(world);
  world.apply(server());
  return { world, cli: createCli(world) };
}

const nameOf = ({ kind, metadata }: Manifest) => `${kind}/${metadata.name}`;

async function adopt(world: World, text: string): Promise<void> {
  const manifests = manifestsOf(text);
  world.apply(placeholders(text), manifests);
  await world.start();
  for (const { kind, metadata } of manifests) await world.ready(kind, metadata.name!, 20 * 60_000);
  await world.settle(10 * 60_000);
  for (const { kind, metadata } of manifests) {
    expect(world.condition(kind, metadata.name!, 'Ready'), metadata.name).toMatch(/^True/);
    // The default workspace is only looked at: it is named by its id alone.
    expect(world.status(kind, metadata.name!).owned === true, metadata.name).toBe(metadata.name !== 'default');
  }
}

const NOTHING_TO_CHANGE = /\nPlan: 11 to adopt, 1 unchanged\.\n$/;

test.each(pairwise().map((dialect) => [oddities(dialect), dialect] as const))(
  'what is exported plans to nothing, and is adopted without a write, by a server with %s',
  async (_, dialect) => {
    const { world, cli } = await setUp(dialect);
    const { code, out } = await cli.run('export', 'server/main');
    expect(code).toBe(0);
    expect(manifestsOf(out).map(nameOf)).toEqual([
      'SyncWorkspace/default',
      'SyncWorkspace/team-u',
      'SyncConnection/crm-prod',
      'SyncConnection/warehouse',
      'SyncConnection/crm-prod-2',
      'SyncJob/nightly',
      'SyncJob/nightly-2',
      'SyncTransformation/daily-totals',
      'SyncPipeline/morning',
      'SyncEvent/notify',
      'SyncUser/admin',
      'SyncUser/jane-example-com',
    ]);
    for (const canary of Object.values(EXPORT_SECRETS)) expect(out).not.toContain(canary);
    world.apply(placeholders(out));
    cli.files.set('export.yaml', out);
    const plan = await cli.run('plan', '-f', 'export.yaml');
    expect({ code: plan.code, out: plan.out }).toEqual({ code: 0, out: expect.stringMatching(NOTHING_TO_CHANGE) });
    await adopt(world, out);
    expect(world.syncWrites()).toEqual([]);
  },
);

test('unknown fields, references, names and secrets are said as the resources say them', async () => {
  const { cli } = await setUp();
  const { out, err } = await cli.run('export', 'server/main');
  const of = (name: string) => manifestsOf(out).find((one) => nameOf(one) === name)!.spec;
  expect(of('SyncWorkspace/default')).toEqual({ serverRef: { name: 'main' }, id: 'default' });
  expect(of('SyncConnection/crm-prod')).toMatchObject({
    properties: { User: 'sync@example.com' },
    propertiesFrom: [
      { property: 'Password', secretKeyRef: { name: 'crm-prod-connection', key: 'Password' } },
      { property: 'API Token', secretKeyRef: { name: 'crm-prod-connection', key: 'API-Token' } },
    ],
  });
  expect(of('SyncConnection/crm-prod-2')).toMatchObject({ workspaceRef: { name: 'team-u' }, name: 'CRM (Prod)' });
  expect(of('SyncJob/nightly')).toMatchObject({
    sourceRef: { name: 'crm-prod' },
    extra: { other_cache_options: 'Mode=fast' },
    tasks: [{ table: 'Accounts' }, { table: 'Contacts' }, { query: 'REPLICATE [Orders] SELECT [Id] FROM [Orders]' }],
  });
  expect(of('SyncTransformation/daily-totals')).toMatchObject({
    trigger: { type: 'AfterJob', afterJobRef: { name: 'nightly' }, afterTasks: ['Accounts'] },
    extra: { automatic_job_retry: true, threads: 4 },
  });
  expect(of('SyncPipeline/morning').steps).toEqual([
    { jobRef: { name: 'nightly' } },
    { eventRef: { name: 'notify' } },
    { transformationRef: { name: 'daily-totals' } },
    { jobRef: { name: 'nightly-2' } },
  ]);
  expect(err).toBe('12 objects exported; 4 Secrets to make before you apply, listed at the head of the stream\n');
});

test('a folder gets a file an object, and one with the Secrets to make', async () => {
  const { world, cli } = await setUp();
  const { out, err } = await cli.run('export', 'server/main', '--out', 'estate/');
  expect(out).toBe('');
  expect(err).toContain('listed in estate/secrets.txt');
  const files = [...cli.files.keys()].filter((path) => path.startsWith('estate/'));
  expect(files).toHaveLength(13);
  expect(files).toContain('estate/job-nightly-2.yaml');
  const text = String(cli.files.get('estate/secrets.txt'));
  expect(text).toContain(
    "\nkubectl create secret generic warehouse-connection --from-literal=Other='<Other of connection Warehouse>'\n",
  );
  world.apply(placeholders(text.replace(/^kubectl/gm, '# kubectl')));
  const plan = await cli.run('plan', '-f', 'estate');
  expect({ code: plan.code, err: plan.err }).toMatchObject({ code: 0 });
});

test('of a workspace its content is exported, of a server one workspace if that is asked for', async () => {
  const { world, cli } = await setUp();
  world.apply(workspace({}, { name: 'shared' }));
  const { out } = await cli.run('export', 'workspace/shared');
  const kinds = new Set(manifestsOf(out).map(({ kind }) => kind));
  expect(kinds.has('SyncWorkspace') || kinds.has('SyncUser')).toBe(false);
  expect(manifestsOf(out)[0]!.spec.workspaceRef).toEqual({ name: 'shared' });

  const far = await cli.run('export', 'server/main', '--workspace', 'Team Ü');
  expect(manifestsOf(far.out).map(nameOf)).toEqual(['SyncWorkspace/team-u', 'SyncConnection/crm-prod']);
});

test('what is not exported itself is referred to by its id', async () => {
  const { world, cli } = await setUp();
  const { faults, state } = world.simulator;
  faults.add({ operation: 'connections.list', effect: status(403), times: ALWAYS });
  const { out } = await cli.run('export', 'server/main');
  const [crm] = [...state.connections.values()];
  expect(manifestsOf(out).find(({ kind }) => kind === 'SyncJob')!.spec.sourceRef).toEqual({ id: crm!.id });
});

test('namesakes are imported by their ids', async () => {
  const { world, cli } = await setUp({ names: 'duplicates' });
  world.simulator.console.createConnection({ name: 'Warehouse', connector: 'PostgreSQL' });
  world.simulator.catchUp();
  const { out } = await cli.run('export', 'server/main');
  const ids = [...world.simulator.state.connections.values()].filter(({ fields }) => fields.name === 'Warehouse');
  const specs = manifestsOf(out).filter(({ spec }) => spec.name === 'Warehouse');
  expect(specs.map(({ spec }) => spec.id)).toEqual(ids.map(({ id }) => id));
  await adopt(world, out);
  expect(world.syncWrites()).toEqual([]);
});

test('what the server does not list, and what is not there, is said', async () => {
  const { world, cli } = await setUp();
  world.simulator.faults.add({ operation: 'users.list', effect: status(403), times: ALWAYS });
  const { code, out, err } = await cli.run('export', 'server/main');
  expect(code).toBe(0);
  expect(out).not.toContain('kind: SyncUser');
  expect(out).toContain('# users are left out: the token may not read them\n');
  expect(err).toContain('note: users are left out: the token may not read them\n');

  const { code: none, err: missing } = await cli.run('export', 'server/main', '--workspace', 'Sales');
  expect(none).toBe(1);
  expect(missing).toMatch(/^error: Sync has no workspace "Sales"; it has Default \(.*\), Team Ü \(.*\)\n$/);
  expect(await cli.run('export', 'server/other')).toMatchObject({
    code: 1,
    err: 'error: there is no SyncServer other in namespace default\n',
  });
  expect((await cli.run('export', 'job/nightly')).err).toContain(
    'this is not for a SyncJob; it is for server, workspace',
  );
});

test('what cannot be read by itself is taken off its list, and that is said', async () => {
  const { cli } = await setUp({ retrieveJob: 'empty' });
  const { code, out, err } = await cli.run('export', 'server/main');
  expect(code).toBe(0);
  expect(out).toContain('\nkind: SyncJob\n');
  expect(err).toContain('note: jobs are read off their list, which may leave fields out: jobs.get: ');
});
