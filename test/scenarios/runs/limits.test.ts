import { expect, test } from 'vitest';
import { run } from '../../support/manifests.ts';
import type { World } from '../../support/world.ts';
import { convergedWorld, itemNamed, quiet, writesOf } from '../landscape.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function runningWorld(spec: object, taskMs = 10 * MINUTE): Promise<World> {
  const world = await convergedWorld();
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { taskMs });
  world.apply(run({ ...spec }));
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False Running');
  return world;
}

const ends = (world: World) => [...world.simulator.state.runs.values()].map(({ end }) => end);

test('a run that takes too long is cancelled, and says why', async () => {
  const world = await runningWorld({ activeDeadlineSeconds: 120, backoffLimit: 3 });
  const since = world.clock.now();
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True DeadlineExceeded', 10 * MINUTE);
  expect(world.clock.now() - since).toBeLessThan(3 * MINUTE);
  expect(world.condition('SyncRun', 'now', 'Succeeded')).toBe('False DeadlineExceeded');
  expect(ends(world)).toEqual(['cancelled']);
});

test('where nothing can cancel, that is said and the end is awaited', async () => {
  const world = await convergedWorld();
  const status = {
    kind: 'status',
    status: 405,
    body: '{"error":{"code":"UnknownRoute","message":"not supported"}}',
  } as const;
  world.simulator.faults.add({ operation: /cancel/, path: /\/(cancel|stop)/, times: 1e9, effect: status });
  world.simulator.faults.add({ path: /\/(cancel|stop)/, times: 1e9, effect: status });
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { taskMs: 2 * MINUTE });
  world.apply(run({ activeDeadlineSeconds: 60 }));
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False Cancelling');
  await world.settle(MINUTE);
  expect(world.eventsOf('SyncRun', 'now')).toContain('CancelUnsupported');
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True RunSucceeded', HOUR);
});

test('a cancel that the server refuses is asked for ever more rarely, and each refusal is no news', async () => {
  const world = await convergedWorld();
  const gone = { kind: 'status', status: 405, body: '{"error":{"code":"UnknownRoute","message":"no"}}' } as const;
  world.simulator.faults.add({ path: /\/(status|runstatus)/i, times: 1e9, effect: gone });
  world.simulator.faults.add({
    operation: 'jobs.history',
    times: 1e9,
    effect: { kind: 'status', status: 200, body: '[]' },
  });
  const refusal = { kind: 'status', status: 409, body: '{"error":{"code":"X","message":"not running"}}' } as const;
  world.simulator.faults.add({ operation: 'jobs.cancel', times: 1e9, effect: refusal });
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { taskMs: 3 * HOUR });
  world.apply(run({ activeDeadlineSeconds: 60 }));
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False Cancelling');
  const since = world.clock.now();
  await world.settle(50 * MINUTE);
  const cancels = () => world.simulator.requests.filter(({ operation }) => operation === 'jobs.cancel').length;
  expect(cancels()).toBeGreaterThan(2);
  expect(cancels()).toBeLessThan(20);
  expect(world.kubeWrites(since + 1).filter(({ resource }) => resource === 'syncruns').length).toBe(0);
});

test('a failed run is repeated as often as backoffLimit says', async () => {
  const world = await convergedWorld();
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { outcome: 'fail' });
  world.apply(run({ backoffLimit: 2 }));
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True RunFailed', HOUR);
  expect(ends(world)).toEqual(['failed', 'failed', 'failed']);
  const { attempts, state, tasks } = world.status('SyncRun', 'now');
  expect(attempts.map(({ state }: { state: string }) => state)).toEqual(['Failed', 'Failed', 'Failed']);
  expect(state).toBe('Failed');
  expect(tasks[0].state).toBe('Failed');
  expect(world.condition('SyncRun', 'now', 'Stalled')).toBe('True RunFailed');
});

test('a repetition that succeeds is a success, and nothing is repeated after it', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { outcome: 'fail' });
  world.apply(run({ backoffLimit: 5 }));
  await world.until(() => ends(world)[0] === 'failed', HOUR, 'the failure');
  world.simulator.console.behaviour(id, { outcome: 'success' });
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'True', HOUR);
  await quiet(world);
  expect(ends(world)).toEqual(['failed', 'success']);
});

test('deleting a run leaves it running in Sync', async () => {
  const world = await runningWorld({});
  world.remove('SyncRun', 'now');
  expect(world.get('SyncRun', 'now')).toBeUndefined();
  await quiet(world);
  expect(ends(world)).toEqual([undefined]);
});

test('deleting a run with onDelete: Cancel cancels it, and then it goes', async () => {
  const world = await runningWorld({ onDelete: 'Cancel' });
  world.remove('SyncRun', 'now');
  await world.until(() => world.get('SyncRun', 'now') === undefined, 5 * MINUTE, 'its end');
  expect(ends(world)).toEqual(['cancelled']);
});

test('the deletion of a run never hangs: a server that is down is not waited for long', async () => {
  const world = await runningWorld({ onDelete: 'Cancel' });
  world.simulator.faults.add({ times: 1e9, effect: { kind: 'cut', acts: false } });
  world.remove('SyncRun', 'now');
  await world.until(() => world.get('SyncRun', 'now') === undefined, 7 * MINUTE, 'its end');
  expect(ends(world)).toEqual([undefined]);
});

test('a waiting run with onDelete: Cancel goes at once', async () => {
  const world = await convergedWorld();
  world.apply(run({ jobRef: { name: 'nobody' }, onDelete: 'Cancel' }));
  await world.untilCondition('SyncRun', 'now', 'Finished', 'False WaitingForTarget');
  world.remove('SyncRun', 'now');
  expect(world.get('SyncRun', 'now')).toBeUndefined();
});

test('a finished run goes after ttlSecondsAfterFinished, and not before', async () => {
  const world = await convergedWorld();
  world.apply(run({ ttlSecondsAfterFinished: 600 }));
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True');
  await world.settle(9 * MINUTE);
  expect(world.get('SyncRun', 'now')).toBeDefined();
  await world.settle(2 * MINUTE);
  expect(world.get('SyncRun', 'now')).toBeUndefined();
});

test('a run of a job that no resource manages', async () => {
  const world = await convergedWorld();
  const { console, state } = world.simulator;
  const connections = [...state.connections.keys()];
  const fields = {
    name: 'Theirs',
    type: 'Standard',
    source_connection: connections[0]!,
    destination_connection: connections[1]!,
  };
  const { id } = console.createJob(fields, [{ table: 'Accounts' }]);
  const since = world.clock.now();
  world.apply(run({ jobRef: { id }, workspaceRef: { name: 'default' } }));
  world.apply(run({ jobRef: { id }, serverRef: { name: 'main' } }, { name: 'again' }));
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'True', 10 * MINUTE);
  await world.untilCondition('SyncRun', 'again', 'Succeeded', 'True', 10 * MINUTE);
  expect(writesOf(world, since)).toEqual(['POST jobs.execute', 'POST jobs.execute']);
});

test('a server that changes behind the URL is not asked about the run of another one', async () => {
  const world = await runningWorld({});
  const other = [...world.simulator.state.workspaces.values()][0]!;
  expect(world.status('SyncRun', 'now').target.serverIdentity).toContain(other.id);
  const since = world.clock.now();
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
});
