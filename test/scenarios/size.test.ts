import { expect, test } from 'vitest';
import { job, server } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { basics } from './landscape.ts';

const generous = server({ limits: { requestsPerSecond: 10_000, burst: 10_000, concurrency: 100 } });

test('a job of 2,000 tasks with names of 200 characters is carried, and its status fits', async () => {
  const world = createWorld({ latencyMs: [0, 1] });
  const tasks = Array.from({ length: 2_000 }, (_, at) => ({ table: `T${String(at).padStart(199, '0')}` }));
  world.apply(basics(), generous);
  // Too large for the copy that a client-side apply keeps in an annotation.
  world.cluster.create(job({ tasks }));
  await world.start();
  await world.ready('SyncJob', 'nightly', 60 * 60_000);
  const status = world.get('SyncJob', 'nightly')!.status as { children: unknown[] };
  expect(status.children.length).toBe(2_000);
  expect(JSON.stringify(status).length).toBeLessThan(300 * 1024);
});

test('a job whose status could not be kept says so before anything is written', async () => {
  const world = createWorld();
  const tasks = Array.from({ length: 2_000 }, (_, at) => ({
    key: `k${String(at).padStart(120, '0')}`,
    table: `T${at}`,
  }));
  world.apply(basics(), generous);
  world.cluster.create(job({ tasks }));
  await world.start();
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False TooLarge');
  expect(world.syncWrites().filter(({ operation }) => operation?.startsWith('jobs.'))).toEqual([]);
});
