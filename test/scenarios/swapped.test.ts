import { expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { connection, resource, SYNC_URL, secret } from '../support/manifests.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import type { World } from '../support/world.ts';
import { convergedWorld, itemNamed, messageOf, quiet } from './landscape.ts';

/** Another installation behind the URL of a server: what the simulation found, each as small as it gets. */

const MINUTE = 60_000;

/** One that takes the same token, with so many workspaces besides the default one. */
function another({ clock, simulator }: World, workspaces = 0): Simulator {
  const other = createSimulator({ clock, random: createSeededRandom(99), token: simulator.token });
  for (let n = 0; n < workspaces; n++) other.console.createWorkspace(`Others ${n}`);
  return other;
}

async function swapTo(world: World, other: Simulator): Promise<void> {
  world.instance.network.serve(SYNC_URL, other.handler);
  await world.untilCondition('SyncServer', 'main', 'Stalled', 'True ServerChanged');
  await quiet(world);
}

async function accept(world: World, server: Simulator): Promise<void> {
  const identity = `${SYNC_URL}/api.rsc/v2#${server.state.defaultWorkspaceId}`;
  world.annotate('SyncServer', 'main', { 'accept-server': `replaced:${identity}` });
  await world.untilCondition('SyncServer', 'main', 'Ready', 'True');
}

const oldIds = (world: World): string[] => [
  world.simulator.state.defaultWorkspaceId,
  ...world.simulator.state.connections.keys(),
  ...world.simulator.state.jobs.keys(),
];

const askedWithOldIds = (world: World, other: Simulator) =>
  other.requests.filter(({ path }) => oldIds(world).some((id) => path.includes(id))).map(({ path }) => path);

test('a server that is another one and stops to answer for a while is still not asked with old ids', async () => {
  const world = await convergedWorld();
  const other = another(world);
  await swapTo(world, other);
  other.requests.length = 0;
  other.faults.add({ operation: 'workspaces.list', times: 3, effect: { kind: 'hang', acts: false } });
  await world.settle(20 * MINUTE);
  expect(other.requests.length).toBeGreaterThan(5);
  expect(askedWithOldIds(world, other)).toEqual([]);
});

test('a new token does not let old ids be asked of another server', async () => {
  const world = await convergedWorld();
  const other = another(world);
  await swapTo(world, other);
  other.requests.length = 0;
  other.console.addToken('another-token-1');
  world.apply(secret('sync-token', { token: 'another-token-1' }));
  await world.settle(10 * MINUTE);
  expect(other.requests.length).toBeGreaterThan(5);
  expect(askedWithOldIds(world, other)).toEqual([]);
  expect(world.condition('SyncServer', 'main', 'Stalled')).toBe('True ServerChanged');
});

test('what a server showed is forgotten once another one is accepted', async () => {
  const world = await convergedWorld();
  for (const name of ['team', 'crew'])
    world.apply(resource('SyncWorkspace', name, { serverRef: { name: 'main' }, name }));
  for (const name of ['team', 'crew']) await world.ready('SyncWorkspace', name);
  const other = another(world, 2);
  for (const name of ['team', 'crew']) other.console.createWorkspace(name);
  await swapTo(world, other);
  await accept(world, other);
  for (const name of ['team', 'crew']) await world.ready('SyncWorkspace', name, 5 * MINUTE);
  await quiet(world);
  await swapTo(world, world.simulator);
  await accept(world, world.simulator);
  for (const name of ['team', 'crew']) await world.ready('SyncWorkspace', name, 5 * MINUTE);
  expect(world.simulator.state.workspaces.size).toBe(3);
});

test('what is deleted while its server is replaced goes once that is accepted, and nothing of the new one with it', async () => {
  const world = await convergedWorld();
  world.apply(connection({ name: 'Spare', deletionPolicy: 'Delete' }, { name: 'spare' }));
  await world.ready('SyncConnection', 'spare');
  const other = another(world);
  other.console.createConnection({ name: 'Spare', connector: 'Salesforce', properties: {} });
  await swapTo(world, other);
  world.remove('SyncConnection', 'spare');
  await quiet(world);
  expect(messageOf(world, 'SyncConnection', 'spare')).toMatch(/its SyncServer has to accept it|accept-server=/);
  await accept(world, other);
  await world.settle(5 * MINUTE);
  expect(world.get('SyncConnection', 'spare')).toBeUndefined();
  expect(itemNamed(world, 'connections', 'Spare')).toBeDefined();
  expect([...other.state.connections.values()].map(({ fields }) => fields.name)).toContain('Spare');
});

test('what was learned of a server that is replaced is learned anew', async () => {
  const world = await convergedWorld();
  world.apply(connection({ properties: { User: 'somebody@example.com' } }));
  await world.ready('SyncConnection', 'crm');
  await quiet(world);
  expect(world.status('SyncServer', 'main').learned?.facts).toBeDefined();
  const other = another(world);
  await swapTo(world, other);
  await accept(world, other);
  expect(world.status('SyncServer', 'main').learned?.facts).toBeUndefined();
});

test('a run on a server that is replaced ends as unknown once that is accepted', async () => {
  const world = await convergedWorld();
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { taskMs: 60 * MINUTE });
  world.apply(resource('SyncRun', 'go', { jobRef: { name: 'nightly' } }));
  await world.untilCondition('SyncRun', 'go', 'Finished', 'False Running');
  const other = another(world);
  await swapTo(world, other);
  expect(world.condition('SyncRun', 'go', 'Finished')).toMatch(/^False/);
  await accept(world, other);
  await world.untilCondition('SyncRun', 'go', 'Finished', 'True');
  expect(world.condition('SyncRun', 'go', 'Succeeded')).toBe('Unknown OutcomeUnknown');
  expect(other.requests.filter(({ path }) => path.includes('execute'))).toEqual([]);
});

test('a create whose reply was lost takes nothing of the server that replaced the one that it was for', async () => {
  const world = await convergedWorld();
  const { faults } = world.simulator;
  faults.add({ operation: 'connections.create', times: 1e9, effect: { kind: 'cut', acts: false } });
  const meta = { name: 'third' };
  world.apply(connection({ name: 'Third', propertiesFrom: undefined }, meta));
  await world.untilCondition('SyncConnection', 'third', 'Ready', 'False OutcomeUnknown');
  const other = another(world);
  const theirs = { name: 'Third', connector: 'Salesforce', properties: { User: 'theirs' } };
  const { id } = other.console.createConnection(theirs);
  await swapTo(world, other);
  await accept(world, other);
  await world.untilCondition('SyncConnection', 'third', 'Stalled', 'True AdoptionRefused', 15 * MINUTE);
  expect(other.state.connections.get(id)?.fields.properties).toEqual({ User: 'theirs' });
});
