import { expect, test } from 'vitest';
import { run } from '../../support/manifests.ts';
import { convergedWorld, itemNamed } from '../landscape.ts';

const MINUTE = 60_000;

test('a run is started once, followed and accounted for', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { records: 100 });
  const since = world.clock.now();
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False Running');
  expect(world.condition('SyncRun', 'now', 'Ready')).toBe('False Running');
  expect(world.condition('SyncRun', 'now', 'Reconciling')).toBe('True Running');
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True');
  const [made] = [...world.simulator.state.runs.values()];
  const status = world.status('SyncRun', 'now');
  expect(status).toMatchObject({ state: 'Succeeded', runId: made!.id, attribution: 'Reported', recordsAffected: 300 });
  expect(status.tasks.map(({ name, state }: { name: string; state: string }) => [name, state])).toEqual([
    ['Accounts', 'Succeeded'],
    ['Contacts', 'Succeeded'],
    ['REPLICATE [Orders]', 'Succeeded'],
  ]);
  expect(world.condition('SyncRun', 'now', 'Succeeded')).toBe('True RunSucceeded');
  expect(world.condition('SyncRun', 'now', 'Ready')).toBe('True RunSucceeded');
  expect(world.condition('SyncRun', 'now', 'Reconciling')).toBeUndefined();
  expect(world.syncWrites(since).map(({ operation }) => operation)).toEqual(['jobs.execute']);
  await world.until(() => world.status('SyncJob', 'nightly').lastRun?.state === 'Succeeded', 5 * MINUTE, 'lastRun');
  expect(world.status('SyncJob', 'nightly').lastRun.startedBy).toBe('SyncRun default/now');
  await world.settle(MINUTE);
  expect(world.eventsOf('SyncRun', 'now')).toEqual(['RunStarted', 'RunSucceeded']);
});

test('a controller that is told to stop does not wait for a start that is held open, and the next one follows the run', async () => {
  const world = await convergedWorld({ dialect: { executeReply: 'blocking' } });
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { taskMs: 5 * MINUTE });
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False Running');
  const since = world.clock.now();
  await world.restart();
  expect(world.clock.now() - since).toBeLessThan(25_000);
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'True', 60 * MINUTE);
  expect(world.simulator.state.runs.size).toBe(1);
});

test('runs that have finished, and runs that wait for what is not there, cost nothing', async () => {
  const world = await convergedWorld();
  world.apply(run(), run({ jobRef: { name: 'nobody' }, startingDeadlineSeconds: 86_400 }, { name: 'waiting' }));
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True');
  await world.settle(5 * MINUTE);
  const since = world.clock.now();
  await world.settle(60 * MINUTE);
  expect(world.kubeWrites(since)).toEqual([]);
  expect(world.syncWrites(since)).toEqual([]);
  const reads = world.simulator.requests.filter(
    ({ at, operation }) => at >= since && /^jobs\.(status|history)/.test(operation!),
  );
  // The turn of the job in the reading of histories, once a minute at most.
  expect(reads.length).toBeLessThanOrEqual(61);
});
