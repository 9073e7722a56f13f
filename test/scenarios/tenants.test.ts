import { expect, test } from 'vitest';
import type { Loose, Manifest } from '../cluster/types.ts';
import { exampleManifests, servedAt } from '../support/examples.ts';
import { resource, SYNC_URL, secret } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;
const SALES = 'team-sales';
const FINANCE = 'team-finance';

const conditionsOf = (world: World, kind: string, name: string, namespace: string): Loose[] =>
  (world.get(kind, name, namespace)?.status as Loose | undefined)?.conditions ?? [];
const ready = (world: World, kind: string, name: string, namespace: string): Loose | undefined =>
  conditionsOf(world, kind, name, namespace).find(({ type }) => type === 'Ready');

/** Both teams of examples/two-teams at work on one server. */
async function teams(): Promise<World> {
  const world = createWorld();
  for (const manifest of servedAt(exampleManifests(world.simulator.token, 'two-teams'), SYNC_URL)) {
    if (manifest.kind === 'Namespace') world.cluster.create(manifest);
    else world.apply(manifest);
  }
  await world.start();
  const isUp = () =>
    ready(world, 'SyncConnection', 'crm', SALES)?.status === 'True' &&
    ready(world, 'SyncConnection', 'ledger', FINANCE)?.status === 'True';
  await world.until(isUp, 10 * MINUTE, 'both teams are up');
  return world;
}

async function refused(world: World, manifest: Manifest): Promise<Loose> {
  world.apply(manifest);
  const { kind, metadata } = manifest;
  const read = () => ready(world, kind, String(metadata.name), String(metadata.namespace));
  await world.until(() => read()?.status === 'False', 5 * MINUTE, `${kind} ${metadata.name} is refused`);
  await world.settle(15 * MINUTE);
  return read()!;
}

test('two teams share a server, each in its workspace, and neither reads a name of the other', async () => {
  const world = await teams();
  const own = (namespace: string) =>
    world.cluster.backup().objects.filter(({ metadata }) => metadata.namespace === namespace);
  expect(JSON.stringify(own(SALES))).not.toMatch(/ledger|finance/i);
  expect(JSON.stringify(own(FINANCE))).not.toMatch(/crm|team-sales/i);
});

const inSales = { namespace: SALES };
const place = { serverRef: { namespace: 'sync-platform', name: 'shared' } };

test.each<[string, Manifest, string, RegExp]>([
  [
    'the workspace of the other team',
    resource('SyncWorkspace', 'grab', { ...place, name: 'Finance' }, {}, inSales),
    'AccessDenied',
    /does not grant this workspace to namespace team-sales/,
  ],
  [
    'the default workspace',
    resource('SyncWorkspace', 'grab', { ...place, id: 'default' }, {}, inSales),
    'AccessDenied',
    /does not grant this workspace to namespace team-sales/,
  ],
  [
    'a user',
    resource('SyncUser', 'grab', { ...place, user: 'grab', roles: ['cdata_admin'] }, {}, inSales),
    'AccessDenied',
    /does not grant SyncUser outside of workspaces to namespace team-sales; a rule without workspaces has to name it in kinds/,
  ],
  [
    'an event of a pipeline given by id, whose workspace nobody knows',
    resource('SyncEvent', 'grab', { ...place, pipelineRef: { id: 'theirs' }, name: 'Grab', script: 'x' }, {}, inSales),
    'AccessDenied',
    /does not grant SyncEvent outside of workspaces/,
  ],
  [
    'a reference into another namespace',
    resource(
      'SyncJob',
      'grab',
      {
        workspaceRef: { name: 'finance' },
        name: 'Grab',
        type: 'Standard',
        sourceRef: { name: 'crm' },
        destinationRef: { name: 'crm' },
      },
      {},
      inSales,
    ),
    'WorkspaceNotFound',
    /SyncWorkspace team-sales\/finance does not exist/,
  ],
])('what access does not grant fails with a reason: %s', async (_, manifest, reason, says) => {
  const world = await teams();
  const since = world.clock.now();
  const { reason: seen, message } = await refused(world, manifest);
  expect(seen).toBe(reason);
  expect(message).toMatch(says);
  expect(message).not.toMatch(/ledger|team-finance|Ledger/);
  expect(world.syncWrites(since)).toEqual([]);
});

test('an id of the other team is not to be had, and says nothing of what it is', async () => {
  const world = await teams();
  const ledger = [...world.simulator.state.connections.values()].find(({ fields }) => fields.name === 'Ledger')!;
  const spec = {
    workspaceRef: { name: 'sales' },
    name: 'Grab',
    type: 'Standard',
    sourceRef: { id: ledger.id },
    destinationRef: { name: 'crm' },
  };
  const since = world.clock.now();
  const { reason, message } = await refused(world, resource('SyncJob', 'grab', spec, {}, inSales));
  expect(reason).toBe('ReferenceNotFound');
  expect(message).toMatch(/the workspace has no connection with the id .*, which spec.sourceRef gives/);
  expect(message).not.toMatch(/Ledger|team-finance/);
  expect(world.syncWrites(since)).toEqual([]);
});

test('the same object claimed from two namespaces: the second owner learns no name', async () => {
  const world = await teams();
  const rules = [{ namespaces: { from: 'All' } }];
  world.cluster.patch('SyncServer', 'shared', 'sync-platform', { spec: { access: rules } });
  world.apply(secret('crm', { password: 'x' }, FINANCE));
  const twin = {
    workspaceRef: { name: 'sales' },
    name: 'CRM',
    connector: 'Salesforce',
    properties: { User: 'sales@example.com' },
  };
  world.apply(
    resource(
      'SyncWorkspace',
      'sales',
      { ...place, name: 'Sales', managementPolicy: 'Observe' },
      {},
      { namespace: FINANCE },
    ),
  );
  const { reason, message } = await refused(
    world,
    resource('SyncConnection', 'twin', twin, {}, { namespace: FINANCE }),
  );
  expect(reason).toBe('AlreadyManaged');
  expect(message).toMatch(/is managed by a SyncConnection in another namespace/);
  expect(message).not.toMatch(/team-sales/);
});

test('Retain is the most that finance may do: its deletions stay in Sync; those of sales do not', async () => {
  const world = await teams();
  world.cluster.patch('SyncConnection', 'ledger', FINANCE, { spec: { deletionPolicy: 'Delete' } });
  await world.settle(MINUTE);
  world.cluster.delete('SyncConnection', 'ledger', FINANCE);
  world.cluster.delete('SyncConnection', 'crm', SALES);
  await world.until(
    () => !world.get('SyncConnection', 'crm', SALES),
    10 * MINUTE,
    'the end of the connection of sales',
  );
  expect(world.get('SyncConnection', 'ledger', FINANCE)).toBeUndefined();
  expect([...world.simulator.state.connections.values()].map(({ fields }) => fields.name)).toEqual(['Ledger']);
});
