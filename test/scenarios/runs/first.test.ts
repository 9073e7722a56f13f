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
