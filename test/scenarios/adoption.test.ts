import { expect, test } from 'vitest';
import { connection, server, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { itemNamed, quiet, writesOf } from './landscape.ts';

/** A world in which Sync already has a connection that bears the name. */
async function occupied(properties: Record<string, string>, policy?: string): Promise<World> {
  const world = createWorld();
  world.simulator.console.createConnection({ name: 'CRM', connector: 'Salesforce', properties });
  world.apply(server(), workspace(), connection({ adoptionPolicy: policy }));
  await world.start();
  return world;
}

const SAME = { User: 'sync@example.com', Timeout: '60' };
const OTHER = { User: 'somebody@example.com', Timeout: '60' };

test.each([undefined, 'IfIdentical', 'Always'])('what is equal already is taken untouched (%s)', async (policy) => {
  const world = await occupied(SAME, policy);
  await world.ready('SyncConnection', 'crm');
  await quiet(world);
  expect(writesOf(world)).toEqual([]);
  expect(world.status('SyncConnection', 'crm')).toMatchObject({
    id: itemNamed(world, 'connections', 'CRM').id,
    owned: true,
  });
  expect(itemNamed(world, 'connections', 'CRM').fields.properties).toEqual(SAME);
});

test.each([undefined, 'IfIdentical'])('what differs is not taken, and the plan says why (%s)', async (policy) => {
  const world = await occupied(OTHER, policy);
  await world.until(() => world.condition('SyncConnection', 'crm', 'Stalled') !== undefined, 300_000, 'Stalled');
  await quiet(world);
  expect(writesOf(world)).toEqual([]);
  expect(world.status('SyncConnection', 'crm').owned).not.toBe(true);
  expect(world.status('SyncConnection', 'crm').plan.changes).toMatchObject([
    { path: 'properties.User', from: 'somebody@example.com', to: 'sync@example.com' },
  ]);
});

test('Never does not take even what is equal', async () => {
  const world = await occupied(SAME, 'Never');
  await world.until(() => world.condition('SyncConnection', 'crm', 'Stalled') !== undefined, 300_000, 'Stalled');
  await quiet(world);
  expect(writesOf(world)).toEqual([]);
  expect(world.simulator.state.connections.size).toBe(1);
  expect(world.status('SyncConnection', 'crm').owned).not.toBe(true);
});

test('Always takes it and changes what differs, nothing else', async () => {
  const world = await occupied(OTHER, 'Always');
  await world.ready('SyncConnection', 'crm');
  await quiet(world);
  expect(writesOf(world)).toEqual(['PUT connections.update']);
  expect(itemNamed(world, 'connections', 'CRM').fields.properties).toEqual(SAME);
});

test('an object given by its id is imported', async () => {
  const world = createWorld();
  const { id } = world.simulator.console.createConnection({
    name: 'Old name',
    connector: 'Salesforce',
    properties: SAME,
  });
  world.apply(server(), workspace(), connection({ id, adoptionPolicy: 'Always' }));
  await world.start();
  await world.ready('SyncConnection', 'crm');
  expect(itemNamed(world, 'connections', 'CRM').id).toBe(id);
  expect(world.simulator.state.connections.size).toBe(1);
});

test('two resources for one object: the older one has it, the other says so', async () => {
  const world = createWorld();
  world.apply(server(), workspace(), connection());
  await world.start();
  await world.ready('SyncConnection', 'crm');
  world.apply(connection({}, { name: 'crm-again' }));
  await world.untilCondition('SyncConnection', 'crm-again', 'Stalled', 'True AlreadyManaged');
  expect(world.condition('SyncConnection', 'crm', 'Ready')).toBe('True Available');
  expect(writesOf(world)).toEqual(['POST connections.create']);
});
