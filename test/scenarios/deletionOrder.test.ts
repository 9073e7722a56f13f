import { expect, test } from 'vitest';
import type { Manifest } from '../cluster/types.ts';
import { event, job, pipeline } from '../support/manifests.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createWorld, type World } from '../support/world.ts';
import { allReady, convergedEnvironment, environment, itemNamed, OURS, quiet, writesOf } from './landscape.ts';

const MINUTE = 60_000;

const isOurs = ({ kind }: Manifest) => kind.startsWith('Sync') && kind !== 'SyncServer' && kind !== 'SyncWorkspace';

/** The environment with a policy on every object that has one of its own. */
const withPolicy = (deletionPolicy: string) =>
  environment().map((one) => (isOurs(one) ? { ...one, spec: { ...(one.spec as object), deletionPolicy } } : one));

const warnings = (world: World) =>
  world.cluster.events().flatMap(({ type, message }) => (type === 'Warning' ? [String(message)] : []));

const readyMessage = (world: World, kind: string, name: string) =>
  String(world.status(kind, name).conditions[0].message);

async function isGone(world: World, manifests: readonly Manifest[], what: string): Promise<void> {
  const left = () => manifests.filter(({ kind, metadata }) => world.get(kind, String(metadata.name)));
  await world.until(() => left().length === 0, 30 * MINUTE, what);
}

test.each([1, 2, 3, 4, 5])(
  'deleted with Delete in a random order, all goes and nothing else (order %i)',
  async (seed) => {
    const world = createWorld();
    world.simulator.console.createConnection({ name: 'Theirs', connector: 'Salesforce' });
    const before = world.simulator.dump();
    const manifests = withPolicy('Delete');
    world.apply(manifests);
    await world.start();
    await allReady(world, OURS);
    await quiet(world);
    const random = createSeededRandom(seed);
    const order = manifests
      .filter(({ kind }) => kind.startsWith('Sync'))
      .map((manifest) => ({ manifest, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ manifest }) => manifest);
    for (const { kind, metadata } of order) {
      world.remove(kind, String(metadata.name));
      await world.settle(Math.floor(random.next() * 3_000));
    }
    await isGone(world, order, 'the end of all');
    expect(world.simulator.dump()).toBe(before);
    expect(world.logs.filter(({ level }) => level === 'error')).toEqual([]);
    expect(warnings(world)).toEqual([]);
  },
);

test('who waits for its turn warns nobody, until somebody has to do something', async () => {
  const world = await convergedEnvironment({}, withPolicy('Delete').filter(isOurs));
  world.remove('SyncConnection', 'crm');
  await world.untilCondition('SyncConnection', 'crm', 'Ready', 'False DeletionBlocked');
  expect(readyMessage(world, 'SyncConnection', 'crm')).toMatch(
    /^AwaitingTurn: still referred to by SyncJob default\/nightly/,
  );
  expect(warnings(world)).toEqual([]);
  await world.settle(2 * MINUTE);
  expect(warnings(world)).toEqual([
    expect.stringMatching(/^StillReferenced: still referred to by SyncJob default\/nightly; delete those first$/),
  ]);
  world.remove('SyncJob', 'nightly');
  await world.settle(1_000);
  expect(readyMessage(world, 'SyncConnection', 'crm')).toMatch(
    /^AwaitingTurn: .*SyncJob default\/nightly, being deleted/,
  );
  await world.settle(2 * MINUTE);
  const told = warnings(world);
  expect(told.length).toBe(2);
  expect(told[1]).toMatch(/^StillReferenced: still referred to by SyncPipeline default\/morning; delete those first$/);
  await world.settle(5 * MINUTE);
  world.remove('SyncPipeline', 'morning');
  world.remove('SyncEvent', 'notify');
  await world.until(() => !world.get('SyncConnection', 'crm'), 10 * MINUTE, 'the end of the connection');
  expect(warnings(world)).toEqual(told);
});

test('a retained environment goes at once in any order, and stays in Sync', async () => {
  const world = await convergedEnvironment();
  const before = world.simulator.dump();
  const since = world.clock.now();
  const ours = environment().filter(({ kind }) => kind.startsWith('Sync'));
  for (const { kind, metadata } of ours) world.remove(kind, String(metadata.name));
  await world.settle(1_000);
  expect(ours.filter(({ kind, metadata }) => world.get(kind, String(metadata.name)))).toEqual([]);
  expect(writesOf(world, since)).toEqual([]);
  expect(world.simulator.dump()).toBe(before);
});

test('a pipeline is always deleted alone: what its steps run stays', async () => {
  const world = await convergedEnvironment({}, [
    pipeline({ deletionPolicy: 'Delete' }),
    event({ deletionPolicy: 'Delete' }),
  ]);
  const since = world.clock.now();
  world.remove('SyncPipeline', 'morning');
  await world.untilCondition('SyncPipeline', 'morning', 'Ready', 'False DeletionBlocked');
  expect(String(world.status('SyncPipeline', 'morning').conditions[0].message)).toMatch(/SyncEvent default\/notify/);
  expect(writesOf(world, since)).toEqual([]);
  world.remove('SyncEvent', 'notify');
  await world.until(() => !world.get('SyncPipeline', 'morning'), 10 * MINUTE, 'the end of the pipeline');
  expect(writesOf(world, since)).toEqual([
    ...Array(3).fill('DELETE pipelines.steps.delete'),
    'DELETE events.delete',
    'DELETE pipelines.delete',
  ]);
  const { path } = world.syncWrites(since).at(-1)!;
  expect(path).toMatch(/\?pipeline_only=true$/);
  expect(itemNamed(world, 'jobs', 'Nightly').children.length).toBe(3);
  expect(itemNamed(world, 'transformations', 'Daily')).toBeDefined();
});

test('an event that its pipeline still runs is not deleted', async () => {
  const world = await convergedEnvironment({}, [event({ deletionPolicy: 'Delete' })]);
  const since = world.clock.now();
  world.remove('SyncEvent', 'notify');
  await world.untilCondition('SyncEvent', 'notify', 'Ready', 'False DeletionBlocked');
  expect(String(world.status('SyncEvent', 'notify').conditions[0].message)).toMatch(/step 2 of its pipeline/);
  expect(writesOf(world, since)).toEqual([]);
  world.apply(pipeline({ steps: [{ jobRef: { name: 'nightly' } }, { transformationRef: { name: 'daily' } }] }));
  await world.until(() => !world.get('SyncEvent', 'notify'), 10 * MINUTE, 'the end of the event');
  expect(writesOf(world, since)).toEqual(['DELETE pipelines.steps.delete', 'DELETE events.delete']);
});

test('a pipeline that holds what nobody manages stays, unless that is given up', async () => {
  const world = await convergedEnvironment({}, [pipeline({ deletionPolicy: 'Delete' })]);
  const since = world.clock.now();
  world.remove('SyncEvent', 'notify');
  world.remove('SyncPipeline', 'morning');
  await world.untilCondition('SyncPipeline', 'morning', 'Ready', 'False DeletionBlocked');
  expect(String(world.status('SyncPipeline', 'morning').conditions[0].message)).toMatch(/NotEmpty: .*event "Notify"/);
  expect(writesOf(world, since)).toEqual([]);
  world.cluster.patch('SyncPipeline', 'morning', 'default', { spec: { deleteContents: true } });
  await world.until(() => !world.get('SyncPipeline', 'morning'), 10 * MINUTE, 'the end of the pipeline');
  expect(world.simulator.state.events.size).toBe(0);
  expect(itemNamed(world, 'jobs', 'Nightly')).toBeDefined();
});

test('what a retained pipeline uses is not torn out of it: the server refuses, and the condition says so', async () => {
  const world = await convergedEnvironment({}, [job({ deletionPolicy: 'Delete' })]);
  world.remove('SyncPipeline', 'morning');
  world.remove('SyncJob', 'nightly');
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False DeletionBlocked');
  expect(String(world.status('SyncJob', 'nightly').conditions[0].message)).toMatch(/in use by the pipeline 'Morning'/);
  expect(itemNamed(world, 'jobs', 'Nightly')).toBeDefined();
});

test('a server that is deleted along waits for what needs it to be deleted', async () => {
  const world = await convergedEnvironment({}, [
    event({ deletionPolicy: 'Delete' }),
    pipeline({ deletionPolicy: 'Delete' }),
  ]);
  for (const [kind, name] of [
    ['SyncServer', 'main'],
    ['SyncWorkspace', 'default'],
    ['SyncPipeline', 'morning'],
  ] as const) {
    world.remove(kind, name);
  }
  await quiet(world);
  expect(world.get('SyncServer', 'main')).toBeDefined();
  world.remove('SyncEvent', 'notify');
  await world.until(() => !world.get('SyncServer', 'main'), 30 * MINUTE, 'the end of the server');
  expect(world.simulator.state.pipelines.size).toBe(0);
});
