import { expect, test } from 'vitest';
import { KINDS } from '../../src/api/registry.ts';
import { type Permission, type Permissions, permissionsOf } from '../../src/app/permissions.ts';
import { itemNamed, quiet } from '../scenarios/landscape.ts';
import { run } from '../support/manifests.ts';
import { createDoor, rightsOf } from '../support/rbac.ts';
import { createWorld, OPERATOR_NAMESPACE, type World } from '../support/world.ts';
import { everyKind } from './everyKind.ts';

/** Every world of the tests stands behind the same door (test/support/rbac.ts): what is not granted is refused there. Here: all of it is needed. */
const installed = KINDS.filter((definition) => definition.installed);
const permissions: Permissions = permissionsOf(installed);
const rights = (parts: Partial<Permissions>) =>
  [...new Set(Object.entries(parts).flatMap(([part, rules]) => rules.flatMap((rule) => rightsOf(part, rule))))].sort();

/** One resource of every kind, made, corrected, made again after a restart, and deleted in Sync too. */
async function wholeStory(namespaces?: string[]): Promise<World> {
  const world = createWorld({ config: { leaderElect: true, ...(namespaces && { namespaces }) } });
  world.apply(everyKind({}));
  await world.start();
  const ours = () => installed.flatMap(({ kind }) => world.cluster.objects(kind));
  const ready = () =>
    ours().every(({ kind, metadata }) => world.condition(kind, metadata.name, 'Ready')?.startsWith('True'));
  await world.until(ready, 600_000, 'all Ready');
  await world.restart();
  world.apply(run({ onDelete: 'Cancel', ttlSecondsAfterFinished: 60 }));
  world.annotate('SyncJob', 'nightly', { 'run-requested-at': 'now' });
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'True');
  // The same event twice: the second time it is counted up instead of made.
  for (let round = 0; round < 2; round++) {
    world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { batch_size: 99 });
    await quiet(world);
  }
  expect(world.eventsOf('SyncJob', 'nightly')).toContain('DriftDetected');
  world.annotate('SyncJob', 'nightly', { 'run-requested-at': 'now' });
  await quiet(world);
  expect(world.cluster.objects('SyncRun').length).toBe(1);
  for (const { kind, metadata } of ours()) world.remove(kind, metadata.name);
  await world.until(() => ours().length === 0, 1_200_000, 'the deletion of all');
  await world.stop();
  return world;
}

test('watching all namespaces needs every right of the cluster role and of the role, and no other', async () => {
  const { door } = await wholeStory();
  expect([...door.refused]).toEqual([]);
  expect([...door.used].sort()).toEqual(rights(permissions));
});

test('watching some namespaces needs the same without the rights on namespaces', async () => {
  const { door } = await wholeStory(['default']);
  const { watched, home } = permissions;
  expect([...door.refused]).toEqual([]);
  expect([...door.used].sort()).toEqual(rights({ watched, home }));
});

test('nothing is granted by a wildcard', () => {
  const words = Object.values(permissions as unknown as Record<string, Permission[]>).flatMap((rules) =>
    rules.flatMap(({ group, resources, verbs }) => [group, ...resources, ...verbs]),
  );
  expect(words.filter((word) => word.includes('*'))).toEqual([]);
});

test.each([
  ['GET', '/api/v1/namespaces/default/secrets', 'default: list secrets'],
  ['GET', '/api/v1/secrets', 'cluster: list secrets'],
  ['DELETE', '/api/v1/namespaces/default/secrets/one', 'default: delete secrets'],
  ['POST', '/api/v1/namespaces/default/secrets', 'default: create secrets'],
  [
    'PUT',
    '/apis/sync.cdata.com/v1alpha1/namespaces/default/syncjobs/one',
    'default: update syncjobs in sync.cdata.com',
  ],
  [
    'GET',
    '/apis/coordination.k8s.io/v1/namespaces/sync-system/leases/other',
    'sync-system: get leases in coordination.k8s.io',
  ],
  ['GET', '/version', 'GET /version'],
])('%s %s does not come through', async (method, path, line) => {
  const door = createDoor(async () => ({ status: 200 }), permissions, { home: OPERATOR_NAMESPACE });
  const { status } = await door.handler({ method, path, headers: {}, body: '', signal: new AbortController().signal });
  expect([status, ...door.refused]).toEqual([403, line]);
});
