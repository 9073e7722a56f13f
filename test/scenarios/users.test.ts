import { expect, test } from 'vitest';
import { secret, server, user } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { itemNamed, quiet, USER_PASSWORD, writesOf } from './landscape.ts';

const MINUTE = 60_000;

async function withUser(changes = {}, options = {}): Promise<World> {
  const world = createWorld(options);
  world.apply(server(), secret('jane', { password: USER_PASSWORD }), user(changes));
  await world.start();
  await world.ready('SyncUser', 'jane');
  await quiet(world);
  return world;
}

const jane = (world: World) => itemNamed(world, 'users', 'jane').fields;
const message = (world: World, name = 'jane') =>
  String(world.status('SyncUser', name).conditions.find(({ type }: { type: string }) => type === 'Ready').message);

test.each([
  [
    ['Admin', 'cdata_support'],
    ['cdata_admin', 'cdata_support'],
  ],
  [
    ['Job Creator', 'standard'],
    ['cdata_job_creator', 'cdata_standard'],
  ],
])('roles are given by name or id: %j', async (roles, ids) => {
  const world = await withUser({ roles });
  expect(jane(world).roles).toEqual(ids);
  expect(writesOf(world)).toEqual(['POST users.create']);
  const since = world.clock.now();
  world.apply(user({ roles: ids.toReversed() }));
  await world.ready('SyncUser', 'jane');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
});

test('a rotated password is sent once, after a restart too, and is nowhere to be read', async () => {
  const world = await withUser();
  const since = world.clock.now();
  world.apply(secret('jane', { password: 'canary-N3w!pass' }));
  await world.until(() => jane(world).password === 'canary-N3w!pass', 5 * MINUTE, 'the new password');
  await quiet(world);
  world.crash();
  await world.start();
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['PUT users.update']);
  expect(world.eventsOf('SyncUser', 'jane')).toContain('SecretRotated');
  for (const canary of [USER_PASSWORD, 'canary-N3w!pass']) expect(await world.secretsSeen(canary)).toEqual([]);
});

test('deactivation waits for approval, activation does not', async () => {
  const world = await withUser({ isActive: true });
  const since = world.clock.now();
  world.apply(user({ isActive: false }));
  await world.untilCondition('SyncUser', 'jane', 'Ready', 'False AwaitingApproval');
  expect(writesOf(world, since)).toEqual([]);
  world.annotate('SyncUser', 'jane', { 'approve-plan': world.status('SyncUser', 'jane').plan.id });
  await world.ready('SyncUser', 'jane');
  expect(jane(world).is_active).toBe(false);
  world.apply(user({ isActive: true }));
  await world.ready('SyncUser', 'jane');
  expect(jane(world).is_active).toBe(true);
});

test('another login is another user: made anew after approval', async () => {
  const world = await withUser();
  const { id } = world.status('SyncUser', 'jane');
  world.apply(user({ user: 'jane.doe' }));
  await world.untilCondition('SyncUser', 'jane', 'Ready', 'False AwaitingApproval');
  world.annotate('SyncUser', 'jane', { 'approve-plan': world.status('SyncUser', 'jane').plan.id });
  await world.ready('SyncUser', 'jane');
  expect(world.status('SyncUser', 'jane').id).not.toBe(id);
  expect([...world.simulator.state.users.values()].map(({ fields }) => fields.user)).toEqual(['admin', 'jane.doe']);
});

const ADMIN = { user: 'admin', emailAddress: undefined, passwordSecretRef: undefined, adoptionPolicy: 'Always' };

test.each([
  ['deactivated', { roles: ['cdata_admin'], isActive: false }],
  ['demoted', { roles: ['cdata_support'] }],
])('the only administrator is not %s, whatever was approved', async (word, changes) => {
  const world = createWorld();
  world.apply(server(), user({ ...ADMIN, ...changes, changePolicy: 'Automatic' }));
  await world.start();
  await world.untilCondition('SyncUser', 'jane', 'Stalled', 'True OwnUser');
  expect(message(world)).toMatch(new RegExp(`admin would be ${word}.*the only active administrator.*another user`));
  expect(writesOf(world)).toEqual([]);
});

test('the user that the server names as its own is kept, also by a deletion', async () => {
  const world = createWorld();
  world.simulator.console.createUser({ user: 'robot', roles: ['cdata_admin'] });
  const auth = { tokenSecretRef: { name: 'sync-token' }, user: 'Robot' };
  const robot = { ...ADMIN, user: 'robot', deletionPolicy: 'Delete', changePolicy: 'Automatic' };
  world.apply(server({ auth }), user({ ...robot, roles: ['cdata_admin'] }));
  await world.start();
  await world.ready('SyncUser', 'jane');
  world.apply(user({ ...robot, roles: ['cdata_standard'] }));
  await world.untilCondition('SyncUser', 'jane', 'Stalled', 'True OwnUser');
  world.remove('SyncUser', 'jane');
  await world.until(() => !world.get('SyncUser', 'jane'), 5 * MINUTE, 'the end of the resource');
  expect(world.eventsOf('SyncUser', 'jane')).toContain('Kept');
  expect(writesOf(world)).toEqual([]);
  // Of two administrators the other one may be demoted.
  world.apply(user({ ...ADMIN, roles: ['cdata_standard'], changePolicy: 'Automatic' }, { name: 'other' }));
  await world.ready('SyncUser', 'other');
  expect(itemNamed(world, 'users', 'admin').fields.roles).toEqual(['cdata_standard']);
});

test('a user that is not the own one is deleted', async () => {
  const world = await withUser({ deletionPolicy: 'Delete' });
  world.remove('SyncUser', 'jane');
  await world.until(() => !world.get('SyncUser', 'jane'), 5 * MINUTE, 'the end of the user');
  expect(world.simulator.state.users.size).toBe(1);
});

test('two users of one login: one has it, the other says so', async () => {
  const world = createWorld();
  world.apply(server(), secret('jane', { password: USER_PASSWORD }), user(), user({}, { name: 'twin' }));
  await world.start();
  const stalled = () =>
    ['jane', 'twin'].filter((name) => world.condition('SyncUser', name, 'Stalled') === 'True AlreadyManaged');
  await world.until(() => stalled().length === 1, 10 * MINUTE, 'one of them has it');
  await quiet(world);
  expect(message(world, stalled()[0])).toMatch(/jane \(.*\) is managed by SyncUser default\/.*remove one of the two/);
  expect(writesOf(world).filter((write) => write === 'POST users.create').length).toBeLessThanOrEqual(2);
  expect(world.simulator.state.users.size).toBe(2);
});

test('a role that does not exist ends in a condition that names it', async () => {
  const world = createWorld();
  world.apply(server(), secret('jane', { password: USER_PASSWORD }), user({ roles: ['Emperor'] }));
  await world.start();
  await world.untilCondition('SyncUser', 'jane', 'Stalled', 'True Refused');
  expect(message(world)).toMatch(/Emperor/);
  expect(message(world)).toMatch(/roles/);
  await world.settle(30 * MINUTE);
  expect(writesOf(world)).toEqual(['POST users.create']);
  world.apply(user());
  await world.ready('SyncUser', 'jane');
});

test('a password that the server refuses ends in a condition without it', async () => {
  const world = createWorld();
  world.apply(server(), secret('jane', { password: 'canary-weak' }), user());
  const effect = { kind: 'echo', secret: 'canary-weak', status: 400 } as const;
  world.simulator.faults.add({ operation: 'users.create', effect });
  await world.start();
  await world.untilCondition('SyncUser', 'jane', 'Stalled', 'True Refused');
  expect(message(world)).toMatch(/passwordSecretRef/);
  expect(await world.secretsSeen('canary-weak')).toEqual([]);
});

test('a Secret that is not there is named, and its arrival is enough', async () => {
  const world = createWorld();
  world.apply(server(), user());
  await world.start();
  await world.untilCondition('SyncUser', 'jane', 'Ready', 'False SecretNotFound');
  expect(message(world)).toMatch(/Secret default\/jane does not exist; spec.passwordSecretRef needs its key password/);
  world.apply(secret('jane', { password: USER_PASSWORD }));
  await world.ready('SyncUser', 'jane');
});
