import { expect, test } from 'vitest';
import { job } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { basics, convergedWorld, itemNamed, PASSWORD, quiet, writesOf } from './landscape.ts';

test('manifests become connections and a job with its tasks, each made by one call', async () => {
  const world = await convergedWorld();
  const { state } = world.simulator;
  const [crm, warehouse] = [itemNamed(world, 'connections', 'CRM'), itemNamed(world, 'connections', 'Warehouse')];
  expect(crm.fields).toMatchObject({ connector: 'Salesforce', properties: { User: 'sync@example.com' } });
  expect(warehouse.fields.properties).toMatchObject({ Server: 'warehouse.example.com', Password: PASSWORD });
  const nightly = itemNamed(world, 'jobs', 'Nightly');
  expect(nightly).toMatchObject({
    parentId: state.defaultWorkspaceId,
    fields: {
      type: 'Standard',
      source_connection: crm.id,
      destination_connection: warehouse.id,
      destination_schema: 'crm',
    },
  });
  expect(nightly.children.map(({ fields }) => fields.table ?? fields.query)).toEqual([
    'Accounts',
    'Contacts',
    'REPLICATE [Orders]',
  ]);
  expect(writesOf(world).toSorted()).toEqual([
    'POST connections.create',
    'POST connections.create',
    'POST jobs.create',
    ...Array(3).fill('POST jobs.tasks.add'),
  ]);
});

test('the status tells the ids, what was done, and for which generation', async () => {
  const world = await convergedWorld();
  const nightly = world.get('SyncJob', 'nightly')!;
  expect(nightly.status).toMatchObject({
    observedGeneration: nightly.metadata.generation,
    id: itemNamed(world, 'jobs', 'Nightly').id,
    owned: true,
  });
  expect(nightly.status.children.map((child: { id: string }) => child.id)).toEqual(
    itemNamed(world, 'jobs', 'Nightly').children.map(({ id }) => id),
  );
  expect(nightly.status.plan).toBeUndefined();
  expect(nightly.status.pending).toBeUndefined();
  for (const [kind, name] of [
    ['SyncConnection', 'crm'],
    ['SyncConnection', 'warehouse'],
    ['SyncJob', 'nightly'],
  ] as const) {
    expect(world.condition(kind, name, 'Ready')).toBe('True Available');
    expect(world.condition(kind, name, 'Synced')).toBe('True InSync');
    expect(world.condition(kind, name, 'Stalled')).toBeUndefined();
    expect(world.condition(kind, name, 'Reconciling')).toBeUndefined();
  }
  expect(world.condition('SyncServer', 'main', 'Ready')).toMatch(/^True/);
  expect(world.condition('SyncServer', 'main', 'Reachable')).toMatch(/^True/);
  expect(world.condition('SyncServer', 'main', 'Authenticated')).toMatch(/^True/);
  expect(world.condition('SyncWorkspace', 'default', 'Ready')).toMatch(/^True/);
  expect(world.status('SyncWorkspace', 'default')).toMatchObject({
    id: world.simulator.state.defaultWorkspaceId,
    isDefault: true,
  });
});

test('what is converged is left alone: no write to Sync or Kubernetes in an hour', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  await world.settle(60 * 60_000);
  expect(writesOf(world, since)).toEqual([]);
  expect(world.kubeWrites(since)).toEqual([]);
});

test.each(['stop', 'crash'] as const)('after a %s it takes up where it was, and writes nothing', async (how) => {
  const world = await convergedWorld();
  const since = world.clock.now();
  if (how === 'stop') await world.restart();
  else {
    world.crash();
    await world.start();
  }
  await quiet(world);
  expect(world.instance.app.ready()).toEqual([]);
  expect(writesOf(world, since)).toEqual([]);
  expect(world.kubeWrites(since)).toEqual([]);
});

test('the order in which manifests come does not matter', async () => {
  const world = createWorld();
  await world.start();
  for (const manifest of [job(), ...basics().reverse()]) {
    world.apply(manifest);
    await world.settle(20_000);
  }
  await world.ready('SyncJob', 'nightly', 10 * 60_000);
  expect(writesOf(world).filter((write) => write.startsWith('POST ')).length).toBe(6);
});

test('the secrets are nowhere to be read', async () => {
  const world = await convergedWorld();
  expect(await world.secretsSeen(PASSWORD)).toEqual([]);
  expect(await world.secretsSeen(world.simulator.token)).toEqual([]);
  // The search itself finds what is there.
  expect(await world.secretsSeen('Warehouse')).not.toEqual([]);
});
