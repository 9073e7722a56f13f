import { expect, test } from 'vitest';
import { job } from '../support/manifests.ts';
import { convergedWorld, itemNamed } from './landscape.ts';

test('a new job is switched on last', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  const hourly = { name: 'Hourly', schedule: { enabled: true, cron: '0 0 * * * *' } };
  world.apply(job(hourly, { name: 'hourly' }));
  await world.ready('SyncJob', 'hourly');
  const made = world.syncWrites(since).map(({ operation }) => operation);
  expect(made).toEqual(['jobs.create', ...Array(3).fill('jobs.tasks.add'), 'jobs.update']);
  expect(itemNamed(world, 'jobs', 'Hourly').fields['schedule.enabled']).toBe(true);
});

test('a run that the schedule of the server started appears, with its records', async () => {
  const world = await convergedWorld();
  world.apply(job({ name: 'Hourly', schedule: { enabled: true, cron: '0 0 * * * *' } }, { name: 'hourly' }));
  await world.ready('SyncJob', 'hourly');
  const { id } = itemNamed(world, 'jobs', 'Hourly');
  world.simulator.console.behaviour(id, { records: 100 });
  await world.until(() => world.status('SyncJob', 'hourly').lastRun !== undefined, 2 * 3_600_000, 'the last run');
  await world.until(
    () => world.status('SyncJob', 'hourly').lastRun.state === 'Succeeded',
    10 * 60_000,
    'the end of the run',
  );
  expect(world.status('SyncJob', 'hourly').lastRun.recordsAffected).toBe(300);
  expect(world.condition('SyncJob', 'hourly', 'LastRunSucceeded')).toMatch(/^True/);
});

test('a run that failed says so, and the job stays Ready', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { outcome: 'fail' });
  world.simulator.console.run(id);
  await world.untilCondition('SyncJob', 'nightly', 'LastRunSucceeded', 'False', 30 * 60_000);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
  expect(world.status('SyncJob', 'nightly').lastRun.state).toBe('Failed');
});
