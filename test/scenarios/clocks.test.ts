import { expect, test } from 'vitest';
import { job } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { basics, itemNamed, quiet, writesOf } from './landscape.ts';

const HOUR = 3_600_000;

/** The operator ended while the reply to the creation of the job was lost; whoever wrote the intent had a clock that is off. */
async function crashed(offMs: number): Promise<World> {
  // What is made shows in lists after three seconds only.
  const world = createWorld({ dialect: { lag: '3000' } });
  world.simulator.faults.add({ operation: 'jobs.create', effect: { kind: 'cut', acts: true } });
  world.apply(basics(), job());
  await world.start();
  const intent = () => world.status('SyncJob', 'nightly').pending?.intent;
  await world.until(() => world.simulator.state.jobs.size === 1 && intent() !== undefined, 300_000, 'the lost reply');
  world.crash();
  const at = new Date(Date.parse(intent().at) + offMs).toISOString();
  const pending = { intent: { ...intent(), at } };
  world.cluster.patch('SyncJob', 'nightly', 'default', { status: { pending } }, 'status');
  await world.start();
  return world;
}

test.each([3 * HOUR, -3 * HOUR])(
  'an intent of a process whose clock is off by %s ms is settled in time, and once',
  async (offMs) => {
    const world = await crashed(offMs);
    await world.ready('SyncJob', 'nightly');
    await quiet(world);
    expect(writesOf(world).filter((write) => write === 'POST jobs.create').length).toBe(1);
    expect(world.status('SyncJob', 'nightly').id).toBe(itemNamed(world, 'jobs', 'Nightly').id);
  },
);

test.each([3 * HOUR, -3 * HOUR])(
  'and one that came to nothing is made again, after the grace (%s ms)',
  async (offMs) => {
    const world = await crashed(offMs);
    world.simulator.console.remove('job', itemNamed(world, 'jobs', 'Nightly').id);
    await world.ready('SyncJob', 'nightly');
    const made = world.syncWrites().filter(({ operation }) => operation === 'jobs.create');
    expect(made.length).toBe(2);
    expect(made[1]!.at - made[0]!.at).toBeGreaterThanOrEqual(60_000);
  },
);
