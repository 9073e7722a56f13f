import { expect, test } from 'vitest';
import type { Loose } from '../../cluster/types.ts';
import { job, run, server } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/world.ts';
import { basics, convergedWorld, itemNamed, quiet, writesOf } from '../landscape.ts';

const MINUTE = 60_000;
const messageOf = (world: World, name: string) =>
  world.status('SyncRun', name).conditions?.find(({ type }: Loose) => type === 'Finished')?.message ?? '';
const started = (world: World, since: number) => writesOf(world, since).filter((write) => write.includes('execute'));

test.each<[string, (world: World) => void, Loose, string]>([
  ['does not exist', () => {}, { jobRef: { name: 'weekly' } }, 'SyncJob default/weekly does not exist'],
  ['is suspended', (world) => world.apply(job({ suspend: true })), {}, 'SyncJob default/nightly is suspended'],
  [
    'has a suspended server',
    (world) => world.apply(server({ suspend: true })),
    {},
    'SyncServer default/main is suspended',
  ],
  [
    'is not Ready',
    (world) => world.apply(job({ sourceRef: { name: 'nowhere' } })),
    {},
    'SyncJob default/nightly is not Ready: SyncConnection default/nowhere, which spec.sourceRef names, does not exist',
  ],
  [
    'is only observed',
    (world) => world.apply(job({ managementPolicy: 'Observe' })),
    {},
    'SyncJob default/nightly is only observed',
  ],
  [
    'has no id on a server that is down',
    ({ simulator }) => void simulator.faults.add({ times: 1e9, effect: { kind: 'cut', acts: false } }),
    {},
    'http://sync.test:8181',
  ],
])('a run whose target %s waits, says so by name, and ends as NotStarted', async (_, prepare, spec, text) => {
  const world = await convergedWorld();
  prepare(world);
  await world.settle(5 * MINUTE);
  const since = world.clock.now();
  world.apply(run({ ...spec, startingDeadlineSeconds: 900 }));
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False WaitingForTarget');
  await world.settle(10 * MINUTE);
  expect(messageOf(world, 'now')).toContain(text);
  expect(world.condition('SyncRun', 'now', 'Reconciling')).toBe('True WaitingForTarget');
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True NotStarted', 10 * MINUTE);
  expect(messageOf(world, 'now')).toContain(text);
  expect(messageOf(world, 'now')).toContain('startingDeadlineSeconds (900)');
  expect(world.condition('SyncRun', 'now', 'Stalled')).toBe('True NotStarted');
  expect(world.clock.now() - since).toBeLessThan(16 * MINUTE);
  expect(started(world, since)).toEqual([]);
});

test('a target that appears in time is run', async () => {
  const world = await convergedWorld();
  world.apply(run({ jobRef: { name: 'weekly' } }));
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False WaitingForTarget');
  world.apply(job({ name: 'Weekly' }, { name: 'weekly' }));
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'True', 10 * MINUTE);
  expect(world.status('SyncRun', 'now').target.id).toBe(itemNamed(world, 'jobs', 'Weekly').id);
});

test('a target whose resource is deleted during the run: the run is followed to its end', async () => {
  const world = await convergedWorld();
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False Running');
  world.remove('SyncJob', 'nightly');
  await world.settle(6_000);
  expect(messageOf(world, 'now')).toContain('SyncJob default/nightly (deleted since)');
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'True', 10 * MINUTE);
});

test('a target that is deleted in Sync during the run: nobody knows how it ended, and it says so', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { taskMs: 100_000 });
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False Running');
  world.simulator.console.remove('job', id);
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True OutcomeUnknown', 60 * MINUTE);
  expect(world.condition('SyncRun', 'now', 'Succeeded')).toBe('Unknown OutcomeUnknown');
  expect(messageOf(world, 'now')).toContain('SyncJob default/nightly is not in Sync any more');
});

test('the same by a new process, on a server without a status that says so by 405', async () => {
  const world = createWorld({ dialect: { statusRoute: 'absent', unknownRoute: '405' } });
  world.apply(basics(), job());
  world.simulator.faults.add({ operation: 'jobs.execute', times: 1, effect: { kind: 'cut', acts: true } });
  await world.start();
  await world.ready('SyncJob', 'nightly');
  world.apply(run());
  await world.until(() => world.simulator.state.runs.size > 0, MINUTE, 'the start');
  world.simulator.console.remove('job', itemNamed(world, 'jobs', 'Nightly').id);
  await world.restart();
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True OutcomeUnknown', 60 * MINUTE);
});

test('two runs of one job go one after the other, the older one first', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(run({}, { name: 'first' }));
  await world.settle(1_500);
  world.apply(run({}, { name: 'second' }), run({ jobRef: { name: 'nightly' } }, { name: 'third' }));
  await world.untilCondition('SyncRun', 'second', 'Finished', 'False WaitingForTarget');
  expect(messageOf(world, 'second')).toContain('SyncRun default/first runs it since');
  for (const name of ['first', 'second', 'third']) {
    await world.untilCondition('SyncRun', name, 'Succeeded', 'True', 20 * MINUTE);
  }
  const runs = [...world.simulator.state.runs.values()];
  expect(runs).toHaveLength(3);
  const times = ['first', 'second', 'third'].map((name) => world.status('SyncRun', name));
  expect(times.map(({ runId }) => runs.findIndex((one) => one.id === runId))).toHaveLength(3);
  expect(new Set(times.map(({ runId }) => runId)).size).toBe(3);
  expect(times[1]!.startTime >= times[0]!.completionTime).toBe(true);
  expect(started(world, since)).toHaveLength(3);
});

test('a run of somebody else is waited for, and named', async () => {
  const world = await convergedWorld();
  const theirs = world.simulator.console.run(itemNamed(world, 'jobs', 'Nightly').id);
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False WaitingForTarget');
  expect(messageOf(world, 'now')).toContain(`is running already (run ${theirs.id}`);
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'True', 10 * MINUTE);
  expect(world.status('SyncRun', 'now').runId).not.toBe(theirs.id);
});

test('a start that Sync turns down ends the run with the words of Sync', async () => {
  const world = await convergedWorld();
  const effect = { kind: 'status', status: 422, body: '{"error":{"code":"X","message":"no licence"}}' } as const;
  world.simulator.faults.add({ operation: 'jobs.execute', effect });
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True Refused');
  expect(messageOf(world, 'now')).toContain('no licence');
  await quiet(world);
  expect(world.simulator.state.runs.size).toBe(0);
});

test('a start that is turned down late, after it was taken for a run that goes on', async () => {
  const world = await convergedWorld();
  world.simulator.faults.add({ operation: 'jobs.execute', effect: { kind: 'slow', ms: 40_000 } });
  world.simulator.console.forbid('job', itemNamed(world, 'jobs', 'Nightly').id, 'write');
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False Running');
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True Forbidden');
  expect(world.status('SyncRun', 'now').state).toBeUndefined();
});

test.each([401, 429])('a start that is answered by %i was not made, and is made later', async (status) => {
  const world = await convergedWorld();
  world.simulator.faults.add({ operation: 'jobs.execute', times: 2, effect: { kind: 'status', status } });
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'True', 20 * MINUTE);
  expect(world.simulator.state.runs.size).toBe(1);
});
