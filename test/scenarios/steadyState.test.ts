import { expect, test } from 'vitest';
import { resource, server } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { basics, convergedEnvironment } from './landscape.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('over 24 hours in which nothing changes, nothing is written but leases', async () => {
  const world = await convergedEnvironment({ config: { leaderElect: true } });
  await world.settle(10 * MINUTE);
  const since = world.clock.now();
  await world.settle(24 * HOUR);
  expect(world.syncWrites(since)).toEqual([]);
  expect(world.kubeWrites(since)).toEqual([]);
  expect(world.cluster.writes.filter(({ at }) => at > since).every(({ resource }) => resource === 'leases')).toBe(true);
});

test('after a restart, what the lists show as it was is not read again', async () => {
  const world = await convergedEnvironment();
  await world.settle(10 * MINUTE);
  const since = world.clock.now();
  await world.restart();
  await world.settle(30_000);
  const read = world.simulator.requests.filter(({ at }) => at > since).map(({ operation }) => operation);
  for (const list of ['jobs.list', 'connections.list', 'transformations.list', 'pipelines.list']) {
    expect(read.filter((operation) => operation === list)).toHaveLength(1);
  }
  const again = read.filter((operation) =>
    /^(connections|jobs|transformations|pipelines)\.(get|tasks|steps)/.test(operation!),
  );
  expect(again).toEqual([]);
});

/** So many jobs that are in Sync already, each with its resource; converged when all are adopted. */
async function worldOf(jobs: number): Promise<World> {
  const world = createWorld({ latencyMs: [0, 1] });
  const limits = { requestsPerSecond: 10_000, burst: 10_000, concurrency: 64 };
  world.apply(basics(), server({ limits }));
  await world.start();
  await world.ready('SyncConnection', 'warehouse');
  const [source, destination] = [...world.simulator.state.connections.keys()];
  for (let at = 0; at < jobs; at++) {
    const name = `Job ${at}`;
    const fields = { name, type: 'Standard', source_connection: source!, destination_connection: destination! };
    world.simulator.console.createJob(fields, [{ table: 'Accounts' }]);
    const spec = {
      workspaceRef: { name: 'default' },
      name,
      type: 'Standard',
      sourceRef: { id: source },
      destinationRef: { id: destination },
      tasks: [{ table: 'Accounts' }],
    };
    world.cluster.create(resource('SyncJob', `job-${at}`, spec));
  }
  return world;
}

/** Remote calls a minute over 20 minutes in which nothing changes, by what they read. */
async function callsPerMinute(world: World, jobs: number): Promise<Record<string, number>> {
  const isReady = (name: string) => world.condition('SyncJob', name, 'Ready')?.startsWith('True') === true;
  const last = Array.from({ length: 20 }, (_, at) => `job-${Math.floor((at * (jobs - 1)) / 19)}`);
  await world.until(() => last.every(isReady), 3 * HOUR, 'adoption of a sample of all jobs');
  await world.settle(5 * MINUTE);
  const objects = world.cluster.objects('SyncJob');
  const waiting = objects.filter(({ status }) => (status as { owned?: boolean } | undefined)?.owned !== true);
  expect(waiting.map(({ metadata }) => metadata.name)).toEqual([]);
  const since = world.clock.now();
  await world.settle(20 * MINUTE);
  expect(world.syncWrites(since)).toEqual([]);
  const counts: Record<string, number> = { all: 0 };
  for (const { at, operation } of world.simulator.requests) {
    if (at <= since) continue;
    counts.all! += 1 / 20;
    counts[operation ?? 'unknown'] = (counts[operation ?? 'unknown'] ?? 0) + 1 / 20;
  }
  return counts;
}

test('10,000 jobs in a workspace cost no more calls a minute than 1,000, and no more than lists and budgets', async () => {
  const small = await callsPerMinute(await worldOf(1_000), 1_000);
  const large = await callsPerMinute(await worldOf(10_000), 10_000);
  console.log(`remote calls a minute: ${small.all!.toFixed(1)} at 1,000 jobs, ${large.all!.toFixed(1)} at 10,000`);
  expect(large.all!).toBeLessThanOrEqual(small.all! * 1.05);
  // Three lists a minute, 30 deep reads (item and tasks) and 60 run reads, the defaults of the limits.
  for (const counts of [small, large]) {
    const lists = (counts['workspaces.list'] ?? 0) + (counts['connections.list'] ?? 0) + (counts['jobs.list'] ?? 0);
    expect(lists).toBeLessThan(3.5);
    expect(counts['jobs.get'] ?? 0).toBeLessThanOrEqual(31);
    expect((counts['jobs.history'] ?? 0) + (counts['jobs.status'] ?? 0)).toBeLessThanOrEqual(61);
  }
}, 240_000);
