import { expect, test } from 'vitest';
import { convergedEnvironment, convergedWorld, eightMoreJobs, messageOf, quiet } from './landscape.ts';

/** Between the start of a process and its first pass. */

const MINUTE = 60_000;
const NO_JOBS_YET = {
  match: ({ verb, resource }: { verb: string; resource: string }) => verb === 'list' && resource === 'syncjobs',
  outcome: { reject: 503 },
} as const;

test('after a restart, what a server holds is listed while the caches still fill', async () => {
  const world = await convergedEnvironment();
  await quiet(world);
  const since = world.clock.now();
  const letThrough = world.cluster.faults.add(NO_JOBS_YET);
  await world.restart();
  await world.settle(5_000);
  const asked = () => world.simulator.requests.filter(({ at }) => at > since).map(({ operation }) => operation!);
  expect(asked().sort()).toEqual(['connections.list', 'jobs.list', 'workspaces.list']);
  letThrough();
  await world.settle(5 * MINUTE);
  expect(asked().filter((operation) => operation === 'jobs.list').length).toBeLessThanOrEqual(7);
  expect(world.syncWrites(since)).toEqual([]);
  expect(world.kubeWrites(since)).toEqual([]);
});

test('a list that came before the resources is compared with them all the same', async () => {
  const world = await convergedWorld();
  await eightMoreJobs(world);
  const since = world.clock.now();
  world.simulator.faults.add({ operation: 'jobs.list', times: 1, effect: { kind: 'halfList' } });
  const letThrough = world.cluster.faults.add(NO_JOBS_YET);
  await world.restart();
  await world.settle(5_000);
  letThrough();
  await world.untilCondition('SyncWorkspace', 'default', 'SuspiciousSnapshot', 'True', MINUTE / 2);
  expect(messageOf(world, 'SyncWorkspace', 'default', 'SuspiciousSnapshot')).toMatch(/lacks 4 of 9 known ones/);
  await world.settle(5 * MINUTE);
  expect(world.condition('SyncWorkspace', 'default', 'SuspiciousSnapshot')).toBeUndefined();
  expect(world.syncWrites(since)).toEqual([]);
});
