import { expect, test } from 'vitest';
import type { Loose } from '../../cluster/types.ts';
import { job, run } from '../../support/manifests.ts';
import type { World } from '../../support/world.ts';
import { convergedWorld, itemNamed, quiet } from '../landscape.ts';

const MINUTE = 60_000;
const runs = (world: World) => world.cluster.objects('SyncRun');
const isFinished = ({ status }: Loose) =>
  status?.conditions?.some(({ type, status }: Loose) => type === 'Finished' && status === 'True');

async function request(world: World, token: string, count: number) {
  world.annotate('SyncJob', 'nightly', { 'run-requested-at': token });
  const done = () => world.simulator.state.runs.size === count && runs(world).every(isFinished);
  await world.until(done, 20 * MINUTE, `run ${token}`);
  await world.settle(10_000);
}

test('a request by annotation makes a run that the job owns, once for each value', async () => {
  const world = await convergedWorld();
  await request(world, 'one', 1);
  const [made] = runs(world);
  expect(made!.metadata.name).toMatch(/^nightly-[0-9a-f]{10}$/);
  expect(made!.metadata.ownerReferences).toMatchObject([
    { kind: 'SyncJob', name: 'nightly', uid: world.get('SyncJob', 'nightly')!.metadata.uid, controller: true },
  ]);
  expect(made!.spec.jobRef).toEqual({ name: 'nightly' });
  expect(world.status('SyncJob', 'nightly').tokens['run-requested-at']).toBe('one');
  expect(world.status('SyncJob', 'nightly').lastRun.startedBy).toBe(`SyncRun default/${made!.metadata.name}`);
  await world.restart();
  await quiet(world);
  expect(world.simulator.state.runs.size).toBe(1);
  await request(world, 'two', 2);
  world.remove('SyncJob', 'nightly');
  await world.until(() => runs(world).length === 0, MINUTE, 'the end of its runs');
});

test('a crash around the request makes one run', async () => {
  // When it is made, and when that is written down.
  for (const nth of [1, 2]) {
    const world = await convergedWorld();
    let seen = 0;
    world.instance.network.watch = ({ method, path }, phase) => {
      if (phase !== 'arrived' || method === 'GET' || !/syncruns$|syncjobs/.test(path) || ++seen !== nth) return;
      world.crash();
      world.clock.after(1_000, () => void world.instance.app.start());
    };
    world.annotate('SyncJob', 'nightly', { 'run-requested-at': 'one' });
    await world.until(() => runs(world).length === 1 && runs(world).every(isFinished), 20 * MINUTE, 'the run');
    await quiet(world);
    expect(runs(world)).toHaveLength(1);
    expect(world.simulator.state.runs.size).toBeLessThanOrEqual(1);
  }
});

test('of finished runs that the operator made, so many stay as the limits say, and others are left alone', async () => {
  const world = await convergedWorld({ job: { runHistoryLimits: { successful: 2, failed: 1 } } });
  world.apply(run({}, { name: 'by-hand' }));
  await world.untilCondition('SyncRun', 'by-hand', 'Finished', 'True');
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  for (const [at, outcome] of (['success', 'fail', 'success', 'fail', 'success'] as const).entries()) {
    world.simulator.console.behaviour(id, { outcome });
    await request(world, `r${at}`, at + 2);
  }
  const left = runs(world).filter(({ metadata }) => metadata.name !== 'by-hand');
  const ends = left.map(({ status }) => status.state);
  expect(ends.sort()).toEqual(['Failed', 'Succeeded', 'Succeeded']);
  expect(world.get('SyncRun', 'by-hand')).toBeDefined();
  world.apply(job({ runHistoryLimits: { successful: 0, failed: 0 } }));
  await world.until(() => runs(world).length === 1, 5 * MINUTE, 'fewer runs');
  expect(world.simulator.state.runs.size).toBe(6);
});

test('a run of a schedule and a run of a person are told apart', async () => {
  const world = await convergedWorld({ job: { schedule: { enabled: true, cron: '0 0 * * * *' } } });
  const by = () => world.status('SyncJob', 'nightly').lastRun?.startedBy;
  await world.until(() => by() === 'schedule', 70 * MINUTE, 'the run of the schedule');
  await world.settle(17 * MINUTE);
  world.simulator.console.run(itemNamed(world, 'jobs', 'Nightly').id);
  await world.until(() => by() === 'somebody', 20 * MINUTE, 'the run of a person');
});

test('a change that had to wait for a run goes before the next run', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { taskMs: 60_000 });
  world.apply(run({}, { name: 'first' }));
  await world.untilCondition('SyncRun', 'first', 'Finished', 'False Running');
  world.apply(run({}, { name: 'second' }), job({ options: { destinationSchema: 'crm', batchSize: 7 } }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False RemoteBusy');
  const since = world.clock.now();
  await world.untilCondition('SyncRun', 'second', 'Succeeded', 'True', 60 * MINUTE);
  const done = world
    .syncWrites(since)
    .filter(({ status }) => status! < 300)
    .map(({ operation }) => operation);
  expect(done).toEqual(['jobs.update', 'jobs.execute']);
  const ended = Date.parse(world.status('SyncRun', 'first').completionTime);
  const [update] = world
    .syncWrites(since)
    .filter(({ operation, status }) => operation === 'jobs.update' && status! < 300);
  expect(update!.at - ended).toBeLessThan(MINUTE + 5_000);
});
