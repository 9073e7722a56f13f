import { expect, test } from 'vitest';
import { secret, server, warehouse, workspace } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { convergedWorld, itemNamed, PASSWORD, quiet, writesOf } from './landscape.ts';

const NEW = 'canary-new:"Pa55" word';
const passwordOf = (world: Parameters<typeof itemNamed>[0]) =>
  (itemNamed(world, 'connections', 'Warehouse').fields.properties as Record<string, string>).Password;

test.each(['masked', 'plain', 'omitted'] as const)(
  'a rotated secret is sent once, and the operator remembers that it was (secrets %s)',
  async (secrets) => {
    const world = await convergedWorld({ dialect: { secrets } });
    const since = world.clock.now();
    world.apply(secret('warehouse', { password: NEW }));
    await world.until(() => passwordOf(world) === NEW, 300_000, 'the new password');
    await quiet(world);
    world.crash();
    await world.start();
    await quiet(world);
    expect(writesOf(world, since)).toEqual(['PUT connections.update']);
    expect(world.condition('SyncConnection', 'warehouse', 'Ready')).toBe('True Available');
    expect(await world.secretsSeen(NEW)).toEqual([]);
    expect(await world.secretsSeen(PASSWORD)).toEqual([]);
  },
);

test('a Secret that is not there is named, and its arrival is enough', async () => {
  const world = createWorld();
  world.apply(server(), workspace(), warehouse());
  await world.start();
  await world.settle(120_000);
  const conditions: { type: string; message: string }[] = world.status('SyncConnection', 'warehouse').conditions;
  expect(conditions.find(({ type }) => type === 'Ready')!.message).toContain('warehouse');
  expect(world.condition('SyncConnection', 'warehouse', 'Reconciling')).toBeDefined();
  expect(writesOf(world)).toEqual([]);
  world.apply(secret('warehouse', { password: PASSWORD }));
  await world.ready('SyncConnection', 'warehouse');
  expect(passwordOf(world)).toBe(PASSWORD);
});

test('a new token of the server is used', async () => {
  const world = await convergedWorld();
  world.simulator.console.addToken('canary-second-token');
  world.simulator.console.revokeToken(world.simulator.token);
  await world.untilCondition('SyncServer', 'main', 'Authenticated', 'False', 600_000);
  world.apply(secret('sync-token', { token: 'canary-second-token' }));
  await world.untilCondition('SyncServer', 'main', 'Authenticated', 'True', 600_000);
  const since = world.clock.now();
  world.apply(warehouse({ properties: { Server: 'warehouse.example.com', Database: 'analytics', User: 'other' } }));
  await world.ready('SyncConnection', 'warehouse');
  expect(writesOf(world, since)).toEqual(['PUT connections.update']);
  expect(await world.secretsSeen('canary-second-token')).toEqual([]);
});
