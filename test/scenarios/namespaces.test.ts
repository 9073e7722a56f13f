import { expect, test } from 'vitest';
import { connection, job, secret, server, warehouse, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { PASSWORD, quiet, writesOf } from './landscape.ts';

const TEAM = { namespace: 'team' };
const OURS = [
  ['SyncServer', 'main'],
  ['SyncWorkspace', 'default'],
  ['SyncConnection', 'crm'],
  ['SyncConnection', 'warehouse'],
  ['SyncJob', 'nightly'],
] as const;

/** All of a team in a namespace of its own, with the given policy. */
async function team(deletionPolicy: 'Delete' | 'Retain'): Promise<World> {
  const world = createWorld();
  world.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  world.apply(
    secret('sync-token', { token: world.simulator.token }, 'team'),
    secret('warehouse', { password: PASSWORD }, 'team'),
    server({}, TEAM),
    workspace({}, TEAM),
    connection({ deletionPolicy }, TEAM),
    warehouse({ deletionPolicy }, TEAM),
    job({ deletionPolicy }, TEAM),
  );
  await world.start();
  const ready = () => {
    const conditions: { type: string; status: string }[] =
      world.get('SyncJob', 'nightly', 'team')?.status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  };
  await world.until(ready, 300_000, 'the job of the team Ready');
  await quiet(world);
  return world;
}

const gone = (world: World) => OURS.every(([kind, name]) => world.get(kind, name, 'team') === undefined);

test('a namespace that is deleted takes along what may be deleted in Sync, in order, though its Secrets go first', async () => {
  const world = await team('Delete');
  const since = world.clock.now();
  world.cluster.delete('Namespace', 'team');
  await world.until(() => gone(world), 30 * 60_000, 'the end of all that the namespace held');
  expect(writesOf(world, since)).toEqual([
    'DELETE jobs.delete',
    'DELETE connections.delete',
    'DELETE connections.delete',
  ]);
  expect(world.simulator.state.jobs.size + world.simulator.state.connections.size).toBe(0);
  await world.until(() => world.get('Namespace', 'team') === undefined, 10 * 60_000, 'the end of the namespace');
});

test('a namespace that is deleted leaves in Sync what is retained, and waits for nothing', async () => {
  const world = await team('Retain');
  const since = world.clock.now();
  world.cluster.delete('Namespace', 'team');
  await world.until(() => gone(world), 60_000, 'the end of all that the namespace held');
  expect(writesOf(world, since)).toEqual([]);
  expect(world.simulator.state.connections.size).toBe(2);
});
