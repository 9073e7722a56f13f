import { expect, test } from 'vitest';
import { connection, job, server, warehouse } from '../support/manifests.ts';
import { convergedWorld, itemNamed, quiet, writesOf } from './landscape.ts';

test('what is retained stays in Sync, and its resource goes at once', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  expect(world.get('SyncJob', 'nightly')!.metadata.finalizers ?? []).toEqual([]);
  world.remove('SyncJob', 'nightly');
  await world.settle(0);
  expect(world.get('SyncJob', 'nightly')).toBeUndefined();
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  expect(itemNamed(world, 'jobs', 'Nightly').children.length).toBe(3);
});

test('a resource that is made again finds its object and changes nothing', async () => {
  const world = await convergedWorld();
  world.remove('SyncJob', 'nightly');
  await quiet(world);
  const since = world.clock.now();
  world.apply(job());
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
});

test('with Delete the object goes, and then the resource', async () => {
  const world = await convergedWorld();
  world.apply(job({ deletionPolicy: 'Delete' }));
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(world.get('SyncJob', 'nightly')!.metadata.finalizers?.length).toBe(1);
  const since = world.clock.now();
  world.remove('SyncJob', 'nightly');
  await world.until(() => world.get('SyncJob', 'nightly') === undefined, 300_000, 'the end of the job');
  expect(writesOf(world, since)).toEqual(['DELETE jobs.delete']);
  expect(world.simulator.state.jobs.size).toBe(0);
});

test('a connection waits for the job that uses it', async () => {
  const world = await convergedWorld();
  world.apply(job({ deletionPolicy: 'Delete' }), connection({ deletionPolicy: 'Delete' }));
  await world.ready('SyncConnection', 'crm');
  await quiet(world);
  world.remove('SyncConnection', 'crm');
  await world.untilCondition('SyncConnection', 'crm', 'Ready', 'False DeletionBlocked');
  expect(world.simulator.state.connections.size).toBe(2);
  world.remove('SyncJob', 'nightly');
  await world.until(() => world.get('SyncConnection', 'crm') === undefined, 600_000, 'the end of the connection');
  expect(world.simulator.state.jobs.size).toBe(0);
  expect([...world.simulator.state.connections.values()].map(({ fields }) => fields.name)).toEqual(['Warehouse']);
});

test('what is only observed by now is not deleted, although its deletion had begun', async () => {
  const world = await convergedWorld();
  world.apply(connection({ deletionPolicy: 'Delete' }));
  await world.ready('SyncConnection', 'crm');
  await quiet(world);
  world.remove('SyncConnection', 'crm');
  await world.untilCondition('SyncConnection', 'crm', 'Ready', 'False DeletionBlocked');
  const since = world.clock.now();
  world.apply(server({ defaults: { managementPolicy: 'Observe' } }));
  world.remove('SyncJob', 'nightly');
  await world.until(() => world.get('SyncConnection', 'crm') === undefined, 600_000, 'the end of the connection');
  expect(writesOf(world, since)).toEqual([]);
  expect(world.simulator.state.connections.size).toBe(2);
});

test('an object that was only found is never deleted', async () => {
  const world = await convergedWorld();
  world.simulator.console.createConnection({ name: 'Theirs', connector: 'Salesforce', properties: { User: 'them' } });
  const theirs = { name: 'Theirs', properties: { User: 'me' }, propertiesFrom: undefined, connector: 'Salesforce' };
  world.apply(warehouse({ ...theirs, deletionPolicy: 'Delete', adoptionPolicy: 'Never' }, { name: 'theirs' }));
  await world.until(() => world.condition('SyncConnection', 'theirs', 'Stalled') !== undefined, 300_000, 'Stalled');
  const since = world.clock.now();
  world.remove('SyncConnection', 'theirs');
  await world.until(() => world.get('SyncConnection', 'theirs') === undefined, 300_000, 'its end');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  expect(itemNamed(world, 'connections', 'Theirs')).toBeDefined();
});

test('the policy at the end counts: what its server no longer says to delete stays', async () => {
  const world = await convergedWorld();
  world.apply(server({ defaults: { deletionPolicy: 'Delete' } }));
  await world.until(() => world.get('SyncJob', 'nightly')!.metadata.finalizers?.length === 1, 300_000, 'a finalizer');
  await quiet(world);
  world.crash();
  world.apply(server({ defaults: { deletionPolicy: 'Retain' } }));
  world.remove('SyncJob', 'nightly');
  const since = world.clock.now();
  await world.start();
  await world.until(() => world.get('SyncJob', 'nightly') === undefined, 300_000, 'the job to go');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  expect(itemNamed(world, 'jobs', 'Nightly').children.length).toBe(3);
});
