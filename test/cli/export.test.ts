import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { KINDS } from '../../src/api/registry.ts';
import type { Manifest } from '../cluster/types.ts';
import { convergedEnvironment, PASSWORD, USER_PASSWORD, writesOf } from '../scenarios/landscape.ts';
import { type Dialect, referenceDialect, SWITCHES } from '../simulator/dialect.ts';
import { pairwise } from '../simulator/pairwise.ts';
import { job, SYNC_URL, secret } from '../support/manifests.ts';
import type { World } from '../support/world.ts';
import { createCli } from './cli.ts';

const MINUTE = 60_000;
const oddities = (dialect: Dialect) =>
  SWITCHES.filter((key) => dialect[key] !== referenceDialect[key])
    .map((key) => `${key}=${dialect[key]}`)
    .join(' ');
const documents = (text: string) => parseAllDocuments(text, { version: '1.1' }).map((one) => one.toJS() as Manifest);

const NO_CHANGES = /\nPlan: 8 to adopt, 1 unchanged\.\n$/;

/** Another cluster before the same server: nothing of ours is there but the SyncServer and placeholders of the Secrets. */
async function moveOut(world: World, manifests: readonly Manifest[]): Promise<void> {
  await world.stop();
  world.crash();
  for (const { kind } of KINDS.filter((one) => one.kind !== 'SyncServer')) {
    for (const { metadata } of world.cluster.objects(kind)) world.remove(kind, metadata.name!);
  }
  for (const { spec } of manifests.filter(({ kind }) => kind === 'SyncConnection')) {
    for (const { secretKeyRef } of spec.propertiesFrom ?? []) {
      world.apply(secret(secretKeyRef.name, { [secretKeyRef.key]: 'to be put in' }));
    }
  }
}

async function moveIn(world: World, manifests: readonly Manifest[]): Promise<void> {
  world.apply(manifests);
  await world.start();
  for (const { kind, metadata } of manifests) await world.ready(kind, String(metadata.name), 15 * MINUTE);
}

test.each(pairwise().map((dialect) => [oddities(dialect), dialect] as const))(
  'what is exported is adopted as it is, from a server with %s',
  async (_, dialect) => {
    const more = [job({ options: { batchSize: 500 }, schedule: { enabled: true, cron: '0 0 3 * * *' } })];
    const world = await convergedEnvironment({ dialect }, more);
    const { code, out, err } = await createCli(world).run('export', 'server/main');
    expect(code, err).toBe(0);
    for (const value of [PASSWORD, USER_PASSWORD, world.simulator.token]) expect(out + err).not.toContain(value);
    const manifests = documents(out);
    const kinds = manifests.map(({ kind }) => kind);
    expect(kinds).toEqual([
      'SyncWorkspace',
      ...['SyncConnection', 'SyncConnection', 'SyncJob', 'SyncTransformation', 'SyncPipeline', 'SyncEvent'],
      ...['SyncUser', 'SyncUser'],
    ]);
    const since = world.clock.now();
    await moveOut(world, manifests);
    const cli = createCli(world);
    cli.files.set('all.yaml', out);
    expect(await cli.run('plan', '-f', 'all.yaml')).toMatchObject({ code: 0, out: expect.stringMatching(NO_CHANGES) });
    await moveIn(world, manifests);
    await world.settle(10 * MINUTE);
    expect(writesOf(world, since)).toEqual([]);
    for (const { kind, metadata } of manifests) {
      const owned = world.status(kind, String(metadata.name)).owned ?? false;
      expect(owned, `${kind} ${metadata.name}`).toBe(kind !== 'SyncWorkspace');
    }
  },
);

test('names are made valid and unique; what shares its name with another is meant by its id', async () => {
  const world = await convergedEnvironment();
  const { console, state } = world.simulator;
  const space = console.createWorkspace('Größe & Co.').id;
  for (const name of ['Umsätze 2026!', 'umsatze-2026', '日本']) {
    console.createConnection({ name, connector: 'CSV' }, space);
  }
  const { out } = await createCli(world).run('export', 'server/main', '--workspace', 'Größe & Co.');
  const manifests = documents(out);
  const [workspace, ...connections] = manifests.map(({ metadata }) => metadata.name);
  expect(workspace).toBe('gro-e-co');
  const other = [...state.connections.values()].find(({ fields }) => fields.name === '日本')!;
  expect(connections.toSorted()).toEqual([other.id.slice(0, 63), 'umsatze-2026', 'umsatze-2026-2'].toSorted());
  expect(manifests.slice(1).map(({ spec }) => spec.workspaceRef.name)).toEqual(['gro-e-co', 'gro-e-co', 'gro-e-co']);
});

test('a folder has a file an object and the commands that make the Secrets', async () => {
  const world = await convergedEnvironment();
  const cli = createCli(world);
  const { code, out, err } = await cli.run('export', 'workspace/default', '--out', 'git/', '--to', 'team');
  expect({ code, out }).toEqual({ code: 0, out: '' });
  expect(err).toBe('7 manifests into git/, 1 Secrets to make\n');
  expect([...cli.files.keys()].filter((path) => path.startsWith('git/')).sort()).toEqual([
    'git/README.md',
    ...['connection-crm', 'connection-warehouse', 'event-notify', 'job-nightly', 'pipeline-morning'].map(
      (name) => `git/${name}.yaml`,
    ),
    'git/transformation-daily.yaml',
    'git/workspace-default.yaml',
  ]);
  expect(cli.files.get('git/README.md')).toContain(
    "kubectl create secret generic warehouse-credentials --from-literal='Password=<value>'",
  );
  const [warehouse] = documents(String(cli.files.get('git/connection-warehouse.yaml')));
  expect(warehouse!.metadata.namespace).toBe('team');
  expect(warehouse!.spec.propertiesFrom).toEqual([
    { property: 'Password', secretKeyRef: { name: 'warehouse-credentials', key: 'Password' } },
  ]);
  const [space] = documents(String(cli.files.get('git/workspace-default.yaml')));
  expect(space!.spec).toEqual({ serverRef: { name: 'main', namespace: 'default' }, id: 'default' });
});

test('nothing but reads reaches the server', async () => {
  const world = await convergedEnvironment();
  const since = world.clock.now();
  const cli = createCli(world);
  await cli.run('export', 'server/main');
  const sent = cli.network.exchanges.filter(({ origin }) => origin === SYNC_URL).map(({ method }) => method);
  expect(new Set(sent)).toEqual(new Set(['GET']));
  expect(world.kubeWrites(since)).toEqual([]);
});

test.each([
  [['server/none'], 'there is no SyncServer none in namespace default'],
  [['server/main', '--workspace', 'Nowhere'], 'server/main has no workspace Nowhere'],
  [['job/nightly'], 'this is not for a SyncJob; it is for server, workspace'],
  [[], 'name an object: TYPE/NAME'],
])('%j says what is wrong', async (args, words) => {
  const { code, out, err } = await createCli(await convergedEnvironment()).run('export', ...args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(words);
});
