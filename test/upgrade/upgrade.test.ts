import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KINDS } from '../../src/api/registry.ts';
import type { KubeObject, Loose } from '../cluster/types.ts';
import { job } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { type Release, readRelease, restoreSync } from './release.ts';

/** What older releases left behind, under the definitions and the operator of now. */

const RELEASES = readdirSync('test/upgrade', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const isOurs = ({ apiVersion }: KubeObject) => apiVersion.startsWith('sync.cdata.com/');

async function upgraded(release: Release): Promise<World> {
  const world = createWorld({ seed: 7 });
  restoreSync(world.simulator, release);
  world.cluster.restore(release.cluster, { withStatus: true });
  await world.start();
  return world;
}

const summary = ({ kind, metadata, status }: KubeObject) => {
  const ready = status?.conditions?.find(({ type }: Loose) => type === 'Ready');
  return `${kind} ${metadata.name}: ${ready?.status} ${ready?.reason}, id ${status?.id}, plan ${status?.plan?.id}`;
};

test('there is a release to come from', () => {
  expect(RELEASES).toContain('0.1.0');
});

test.each(RELEASES)('nothing of %s is written to Sync, and every status says what it said', async (version) => {
  const release = readRelease(`test/upgrade/${version}`);
  const ours = release.cluster.objects.filter(isOurs);
  expect(ours.length).toBeGreaterThan(5);
  const world = await upgraded(release);
  // Longer than the interval of the deep reads.
  await world.settle(8 * 3_600_000);
  expect(world.syncWrites().map(({ operation }) => operation)).toEqual([]);
  const now = KINDS.flatMap(({ kind, installed }) => (installed ? world.cluster.objects(kind) : []));
  expect(now.map(summary).sort()).toEqual(ours.map(summary).sort());
});

test.each(RELEASES)('the runs that %s left behind stay as they ended, and are not started again', async (version) => {
  const release = readRelease(`test/upgrade/${version}`);
  const runs = release.cluster.objects.filter(({ kind }) => kind === 'SyncRun');
  const reasons = runs.map(({ status }) => status!.conditions.find(({ type }: Loose) => type === 'Succeeded').reason);
  expect(new Set(reasons)).toEqual(new Set(['RunSucceeded', 'RunFailed', 'NotStarted']));
  const world = await upgraded(release);
  await world.settle(8 * 3_600_000);
  for (const { metadata, status } of runs) {
    expect({ [metadata.name]: world.status('SyncRun', metadata.name) }).toEqual({ [metadata.name]: status });
  }
  expect(world.simulator.state.runs.size).toBe(0);
});

test.each(RELEASES)('what %s left behind goes on being managed', async (version) => {
  const world = await upgraded(readRelease(`test/upgrade/${version}`));
  world.apply(job({ options: { batchSize: 77 } }));
  await world.ready('SyncJob', 'nightly');
  expect(world.syncWrites().map(({ operation }) => operation)).toEqual(['jobs.update']);
});
