import { expect, test } from 'vitest';
import { job, secret } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { basics, convergedWorld, itemNamed, quiet, writesOf } from './landscape.ts';

const MINUTE = 60_000;

test.each([
  ['is cut off after it acted', { kind: 'cut', acts: true }],
  ['is cut off before it acted', { kind: 'cut', acts: false }],
  ['never comes', { kind: 'hang', acts: true }],
  ['is empty', { kind: 'empty' }],
  ['is a gateway error although it acted', { kind: 'status', status: 504, acts: true }],
] as const)('a create whose reply %s makes one object', async (_, effect) => {
  const world = createWorld();
  world.apply(basics(), job());
  for (const operation of ['connections.create', 'jobs.create', 'jobs.tasks.add']) {
    world.simulator.faults.add({ operation, effect });
  }
  await world.start();
  await world.ready('SyncJob', 'nightly', 15 * MINUTE);
  await quiet(world);
  expect(world.simulator.state.connections.size).toBe(2);
  expect(world.simulator.state.jobs.size).toBe(1);
  const tasks = itemNamed(world, 'jobs', 'Nightly').children.map(({ fields }) => fields.table ?? fields.query);
  expect(tasks).toEqual(['Accounts', 'Contacts', 'REPLICATE [Orders]']);
});

test.each([1, 2, 3, 4, 5, 6])('a crash at write %i of the first convergence makes nothing twice', async (n) => {
  const world = createWorld();
  world.apply(basics(), job());
  await world.start();
  await world.until(() => world.syncWrites().length >= n, 5 * MINUTE, `write ${n}`);
  world.crash();
  await world.settle(1_000);
  await world.start();
  await world.ready('SyncJob', 'nightly', 15 * MINUTE);
  await quiet(world);
  expect(world.simulator.state.connections.size).toBe(2);
  expect(world.simulator.state.jobs.size).toBe(1);
  expect(itemNamed(world, 'jobs', 'Nightly').children.length).toBe(3);
});

test('a server that is down for a while is waited for, and nothing is claimed that is not seen', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  const down = world.simulator.faults.add({ times: 1e9, effect: { kind: 'cut', acts: false } });
  await world.untilCondition('SyncServer', 'main', 'Reachable', 'False', 10 * MINUTE);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'Unknown ObservationStale', 30 * MINUTE);
  down.remove();
  await world.ready('SyncJob', 'nightly', 10 * MINUTE);
  await world.untilCondition('SyncServer', 'main', 'Reachable', 'True', MINUTE);
  expect(writesOf(world, since)).toEqual([]);
});

test('a change that is refused is not repeated until the spec changes, and the words of the server are shown', async () => {
  const world = await convergedWorld();
  const refusal = { kind: 'status', status: 422, body: '{"error":{"code":"X","message":"no such batch"}}' } as const;
  world.simulator.faults.add({ operation: 'jobs.update', times: 1e9, effect: refusal });
  world.apply(job({ options: { destinationSchema: 'crm', batchSize: 5 } }));
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True Refused');
  await world.settle(30 * MINUTE);
  expect(world.simulator.requests.filter(({ operation }) => operation === 'jobs.update').length).toBe(1);
  const ready = world.status('SyncJob', 'nightly').conditions.find(({ type }: { type: string }) => type === 'Ready');
  expect(ready.message).toContain('no such batch');
});

test.each([true, false])('an update whose reply is lost is sent again until it shows (it acted: %s)', async (acts) => {
  const world = await convergedWorld();
  for (const operation of ['jobs.update', 'connections.update']) {
    world.simulator.faults.add({ operation, times: 2, effect: { kind: 'cut', acts } });
  }
  world.apply(
    job({ options: { destinationSchema: 'crm', batchSize: 5 } }),
    secret('warehouse', { password: 'new one' }),
  );
  await quiet(world);
  expect(itemNamed(world, 'jobs', 'Nightly').fields.batch_size).toBe(5);
  expect(itemNamed(world, 'connections', 'Warehouse').fields.properties).toMatchObject({ Password: 'new one' });
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
  expect(world.condition('SyncConnection', 'warehouse', 'Ready')).toBe('True Available');
});

test('an object that somebody deletes in the console', async () => {
  const world = await convergedWorld();
  const { console, state } = world.simulator;
  const since = world.clock.now();
  console.remove('job', itemNamed(world, 'jobs', 'Nightly').id);
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval', 10 * MINUTE);
  expect(state.jobs.size).toBe(0);
  expect(writesOf(world, since)).toEqual([]);
  world.annotate('SyncJob', 'nightly', { 'approve-plan': world.status('SyncJob', 'nightly').plan.id });
  await world.ready('SyncJob', 'nightly');
  expect(itemNamed(world, 'jobs', 'Nightly').children.length).toBe(3);
});
