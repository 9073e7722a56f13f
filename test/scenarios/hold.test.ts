import { expect, test } from 'vitest';
import { connection, job, server } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { basics, convergedWorld, itemNamed, quiet, writesOf } from './landscape.ts';

test('observing reports what it would do and does not do it', async () => {
  const world = await convergedWorld();
  world.apply(job({ managementPolicy: 'Observe', options: { destinationSchema: 'other' } }));
  const since = world.clock.now();
  await world.untilCondition('SyncJob', 'nightly', 'Synced', 'False PlanPending');
  await quiet(world);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toMatch(/^True/);
  expect(world.status('SyncJob', 'nightly').plan.changes).toMatchObject([
    { path: 'options.destinationSchema', from: 'crm', to: 'other' },
  ]);
  expect(writesOf(world, since)).toEqual([]);
});

test('observing what is not there says so', async () => {
  const world = createWorld();
  world.apply(basics(), job({ managementPolicy: 'Observe' }));
  await world.start();
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False RemoteNotFound');
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True', 20 * 60_000);
  expect(world.simulator.state.jobs.size).toBe(0);
});

test.each(['job', 'server'] as const)('a suspended %s holds all writes, and lets them go afterwards', async (what) => {
  const world = await convergedWorld();
  world.apply(what === 'job' ? job({ suspend: true }) : server({ suspend: true }));
  await quiet(world);
  const since = world.clock.now();
  const changed = { options: { destinationSchema: 'crm', batchSize: 9 } };
  world.apply(job(what === 'job' ? { ...changed, suspend: true } : changed));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False Suspended');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);

  world.apply(job(changed), server());
  await world.ready('SyncJob', 'nightly');
  expect(itemNamed(world, 'jobs', 'Nightly').fields.batch_size).toBe(9);
  expect(writesOf(world, since)).toEqual(['PUT jobs.update']);
});

test('a policy may come from the server', async () => {
  const world = await convergedWorld();
  world.apply(server({ defaults: { managementPolicy: 'Observe' } }));
  await quiet(world);
  const since = world.clock.now();
  world.apply(connection({ properties: { User: 'other@example.com' } }));
  await world.untilCondition('SyncConnection', 'crm', 'Synced', 'False PlanPending');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
});
