import { expect, test } from 'vitest';
import type { Loose } from '../cluster/types.ts';
import { connection, job, resource, server, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { basics, convergedWorld, itemNamed, quiet, writesOf } from './landscape.ts';

/** Policy values that no other scenario names, and where they come from. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const policiesOf = (world: World, kind = 'SyncJob', name = 'nightly') => world.status(kind, name).policies as Loose;

test('without a word the built-in policies hold, and status says which', async () => {
  const world = await convergedWorld();
  const builtIn = {
    managementPolicy: 'Enforce',
    adoptionPolicy: 'IfIdentical',
    changePolicy: 'Safe',
    driftPolicy: 'Correct',
    deletionPolicy: 'Retain',
    busyPolicy: 'Wait',
    resyncInterval: '6h',
  };
  expect(policiesOf(world)).toEqual(builtIn);
  expect(policiesOf(world, 'SyncConnection', 'crm')).toEqual(builtIn);
});

test.each([
  ['managementPolicy', 'Observe', 'Enforce', 'Observe'],
  ['adoptionPolicy', 'Never', 'Always', 'IfIdentical'],
  ['changePolicy', 'Manual', 'Automatic', 'Safe'],
  ['driftPolicy', 'Report', 'Correct', 'Report'],
  ['deletionPolicy', 'Delete', 'Retain', 'Delete'],
  ['busyPolicy', 'Cancel', 'Wait', 'Cancel'],
  ['resyncInterval', '5h', '4h', '3h'],
])(
  '%s: the object comes before its workspace, that before the server',
  async (policy, fromServer, fromWorkspace, own) => {
    const world = await convergedWorld();
    const inForce = () => policiesOf(world)[policy];
    const reaches = (value: string) => world.until(() => inForce() === value, 10_000, `${policy}=${value}`);
    world.apply(
      server(policy === 'resyncInterval' ? { [policy]: fromServer } : { defaults: { [policy]: fromServer } }),
    );
    await reaches(fromServer);
    world.apply(workspace({ defaults: { [policy]: fromWorkspace } }));
    await reaches(fromWorkspace);
    world.apply(job({ [policy]: own }));
    await reaches(own);
    // And back, without anybody touching the job but once.
    world.apply(job());
    await reaches(fromWorkspace);
    world.apply(workspace());
    await reaches(fromServer);
    world.apply(server());
    await world.settle(10_000);
    expect(inForce()).toBe({ ...policiesOf(world, 'SyncConnection', 'crm') }[policy]);
  },
);

test('a change of defaults wakes all that hang below', async () => {
  const world = await convergedWorld();
  world.apply(server({ defaults: { driftPolicy: 'Report' } }));
  await world.settle(5_000);
  for (const [kind, name] of [
    ['SyncJob', 'nightly'],
    ['SyncConnection', 'crm'],
    ['SyncConnection', 'warehouse'],
    ['SyncWorkspace', 'default'],
  ] as const) {
    expect(policiesOf(world, kind, name).driftPolicy).toBe('Report');
  }
});

test.each([
  ['an id alone is only observed', {}, 'Observe'],
  ['an id alone and its own word is managed', { managementPolicy: 'Enforce' }, 'Enforce'],
])('a workspace given by %s; what is below it is enforced', async (_, changes, expected) => {
  const world = createWorld();
  world.apply(basics(), server({ defaults: { managementPolicy: 'Enforce' } }), workspace(changes));
  await world.start();
  await world.ready('SyncConnection', 'crm');
  expect(policiesOf(world, 'SyncWorkspace', 'default').managementPolicy).toBe(expected);
  expect(policiesOf(world, 'SyncConnection', 'crm').managementPolicy).toBe('Enforce');
  expect(world.get('SyncWorkspace', 'default')!.metadata.finalizers ?? []).toEqual([]);
});

test('a workspace given by name is made, and renamed by its name with its id', async () => {
  const world = createWorld();
  const made = (name: string, more: Loose = {}) =>
    resource('SyncWorkspace', 'team', { serverRef: { name: 'main' }, name, ...more });
  world.apply(basics(), made('Team'));
  await world.start();
  await world.ready('SyncWorkspace', 'team');
  await quiet(world);
  const { id } = itemNamed(world, 'workspaces', 'Team');
  const since = world.clock.now();
  world.apply(made('Team A', { id }));
  await world.until(() => world.simulator.state.workspaces.get(id)!.fields.name === 'Team A', 5 * MINUTE, 'the name');
  expect(writesOf(world, since)).toEqual(['PUT workspaces.update']);
});

test('suspend of a workspace holds all writes below it, and lets them go afterwards', async () => {
  const world = await convergedWorld();
  world.apply(workspace({ suspend: true }));
  await quiet(world);
  const since = world.clock.now();
  world.apply(
    job({ options: { destinationSchema: 'crm', batchSize: 9 } }),
    connection({ name: 'New' }, { name: 'new' }),
  );
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False Suspended');
  await world.untilCondition('SyncConnection', 'new', 'Ready', 'False Suspended');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  world.apply(workspace());
  await world.ready('SyncJob', 'nightly');
  await world.ready('SyncConnection', 'new');
  expect(writesOf(world, since).toSorted()).toEqual(['POST connections.create', 'PUT jobs.update']);
});

test('busyPolicy Cancel stops the run that is in the way', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { taskMs: HOUR });
  const run = world.simulator.console.run(id);
  world.apply(job({ options: { destinationSchema: 'crm', batchSize: 9 }, busyPolicy: 'Cancel' }));
  await world.until(() => itemNamed(world, 'jobs', 'Nightly').fields.batch_size === 9, 5 * MINUTE, 'the change');
  await world.ready('SyncJob', 'nightly');
  expect(run.end).toBe('cancelled');
  expect(world.eventsOf('SyncJob', 'nightly')).toContain('RunCancelled');
});

test('busyPolicy Wait leaves it alone', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { taskMs: HOUR });
  const run = world.simulator.console.run(id);
  world.apply(job({ options: { destinationSchema: 'crm', batchSize: 9 }, busyPolicy: 'Wait' }));
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True RemoteBusy', HOUR);
  expect(run.end).toBeUndefined();
  expect(writesOf(world).some((write) => write.includes('cancel'))).toBe(false);
});

/** Where lists do not show a change, it is found by a deep read, whose target age is the policy. */
test.each([
  ['the server', server({ resyncInterval: '1h' }), undefined],
  ['the workspace', undefined, workspace({ defaults: { resyncInterval: '1h' } })],
  ['the job', job({ options: { batchSize: 5 }, resyncInterval: '1h' }), undefined],
])('resyncInterval of %s is how late a change is found that no list shows', async (_, first, second) => {
  const world = await convergedWorld({ dialect: { lists: 'summary' }, job: { options: { batchSize: 5 } } });
  for (const manifest of [first, second]) if (manifest) world.apply(manifest);
  await world.settle(2 * HOUR);
  const item = itemNamed(world, 'jobs', 'Nightly');
  // As some servers do, the change does not move the time of the update.
  item.fields = { ...item.fields, batch_size: 7 };
  await world.until(() => itemNamed(world, 'jobs', 'Nightly').fields.batch_size === 5, 65 * MINUTE, 'the correction');
});

test('resyncInterval: six hours when nobody says otherwise', async () => {
  const world = await convergedWorld({ dialect: { lists: 'summary' }, job: { options: { batchSize: 5 } } });
  await world.settle(10 * MINUTE);
  const item = itemNamed(world, 'jobs', 'Nightly');
  item.fields = { ...item.fields, batch_size: 7 };
  await world.settle(5 * HOUR);
  expect(itemNamed(world, 'jobs', 'Nightly').fields.batch_size).toBe(7);
  await world.until(() => itemNamed(world, 'jobs', 'Nightly').fields.batch_size === 5, 2 * HOUR, 'the correction');
});

test('deletionPolicy Delete may come from the workspace, and is taken back by the last word of the resource', async () => {
  const world = await convergedWorld();
  world.apply(workspace({ defaults: { deletionPolicy: 'Delete' } }));
  await quiet(world);
  expect(world.get('SyncJob', 'nightly')!.metadata.finalizers).toHaveLength(1);
  world.apply(connection({ deletionPolicy: 'Retain' }));
  await quiet(world);
  world.remove('SyncJob', 'nightly');
  await world.until(() => world.get('SyncJob', 'nightly') === undefined, 5 * MINUTE, 'the end of the job');
  world.remove('SyncConnection', 'crm');
  await world.until(() => world.get('SyncConnection', 'crm') === undefined, 5 * MINUTE, 'the end of the connection');
  expect(world.simulator.state.jobs.size).toBe(0);
  expect(itemNamed(world, 'connections', 'CRM')).toBeDefined();
});
