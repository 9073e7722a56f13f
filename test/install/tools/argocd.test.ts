import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { KINDS } from '../../../src/api/registry.ts';
import type { KubeObject, Loose } from '../../cluster/types.ts';
import { convergedWorld, itemNamed, quiet } from '../../scenarios/landscape.ts';
import { healthOf, runLua, STRICT_SETTINGS, settingOf } from '../../support/argocd.ts';
import { manifestsOf } from '../../support/examples.ts';
import { connection, job } from '../../support/manifests.ts';
import type { World } from '../../support/world.ts';

/** Argo CD's settings on its own Lua. The health of each row of the conditions table is in test/scenarios/conditionsTable.test.ts. */

const installed = KINDS.filter((definition) => definition.installed).map(({ kind }) => kind);
const object = (kind: string, status?: Loose): KubeObject =>
  ({ kind, metadata: { name: 'one', generation: 2 }, spec: {}, ...(status && { status }) }) as unknown as KubeObject;

test.each(installed)('a %s that nobody has looked at yet is Progressing', (kind) => {
  const conditions = [{ type: 'Ready', status: 'True', reason: 'Available', message: 'it is' }];
  for (const status of [undefined, {}, { observedGeneration: 1, conditions }])
    expect(healthOf(object(kind, status))).toMatchObject({ status: 'Progressing' });
  expect(healthOf(object(kind, { observedGeneration: 2, conditions }))).toEqual({
    status: 'Healthy',
    message: 'it is',
  });
});

test('a failed run is Healthy with the failure in the message, and Degraded where that is wanted', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { outcome: 'fail' });
  world.simulator.console.run(id);
  await world.untilCondition('SyncJob', 'nightly', 'LastRunSucceeded', 'False', 30 * 60_000);
  const nightly = world.get('SyncJob', 'nightly')!;
  const { message } = nightly.status.conditions.find(({ type }: Loose) => type === 'LastRunSucceeded');
  expect(healthOf(nightly)).toMatchObject({ status: 'Healthy', message: expect.stringContaining(message) });
  expect(healthOf(nightly, STRICT_SETTINGS)).toMatchObject({
    status: 'Degraded',
    message: expect.stringContaining(message),
  });
});

test('a plan that is only reported stands in the message', async () => {
  const world = await convergedWorld();
  world.apply(connection({ managementPolicy: 'Observe', properties: { User: 'else@example.com' } }));
  await quiet(world);
  const crm = world.get('SyncConnection', 'crm')!;
  const { message } = crm.status.conditions.find(({ type }: Loose) => type === 'Synced');
  expect(healthOf(crm)).toEqual({ status: 'Healthy', message });
});

interface Actions {
  'discovery.lua': string;
  definitions: { name: string; 'action.lua': string }[];
}
const actionsOf = (kind: string) => parse(settingOf('actions', kind)!) as Actions;

/** Runs an action and writes what it returns, as Argo CD does. */
function act(world: World, kind: string, name: string, action: string): void {
  const script = actionsOf(kind).definitions.find((one) => one.name === action)!['action.lua'];
  const before = world.get(kind, name)!;
  const { metadata, spec } = runLua(script, before) as Loose;
  world.cluster.patch(kind, name, 'default', { metadata: { annotations: metadata.annotations ?? null }, spec });
}

/** The actions that can be used now. */
function enabled(world: World, kind: string, name: string): string[] {
  const actions = runLua(actionsOf(kind)['discovery.lua'], world.get(kind, name)!) as Record<
    string,
    { disabled: boolean }
  >;
  return Object.keys(actions)
    .filter((action) => !actions[action]!.disabled)
    .sort();
}

test.each(installed)('every action of a %s that is shown is defined', (kind) => {
  const { definitions, 'discovery.lua': discovery } = actionsOf(kind);
  expect(definitions.map(({ name }) => name).sort()).toEqual(Object.keys(runLua(discovery, object(kind))).sort());
});

test('refresh, suspend and resume', async () => {
  const world = await convergedWorld();
  act(world, 'SyncJob', 'nightly', 'refresh');
  await quiet(world);
  expect(world.status('SyncJob', 'nightly').tokens['reconcile-requested-at']).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  );
  expect(enabled(world, 'SyncJob', 'nightly')).toContain('suspend');
  act(world, 'SyncJob', 'nightly', 'suspend');
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'True Suspended');
  expect(enabled(world, 'SyncJob', 'nightly')).toContain('resume');
  act(world, 'SyncJob', 'nightly', 'resume');
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'True Available');
});

test('approve-plan lets through the plan that is shown', async () => {
  const world = await convergedWorld();
  expect(enabled(world, 'SyncJob', 'nightly')).not.toContain('approve-plan');
  world.apply(job({ options: { destinationSchema: 'other' } }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  expect(enabled(world, 'SyncJob', 'nightly')).toContain('approve-plan');
  act(world, 'SyncJob', 'nightly', 'approve-plan');
  await world.ready('SyncJob', 'nightly');
  expect(itemNamed(world, 'jobs', 'Nightly').fields.destination_schema).toBe('other');
});

test('run starts a run, and cancel ends it', async () => {
  const world = await convergedWorld();
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { taskMs: 3_600_000 });
  act(world, 'SyncJob', 'nightly', 'run');
  await world.until(() => world.simulator.state.runs.size === 1, 5 * 60_000, 'the run');
  const { name } = world.cluster.objects('SyncRun')[0]!.metadata;
  await world.until(() => world.status('SyncRun', name).startTime !== undefined, 5 * 60_000, 'the start');
  expect(enabled(world, 'SyncRun', name)).toEqual(['cancel']);
  act(world, 'SyncRun', name, 'cancel');
  await world.untilCondition('SyncRun', name, 'Finished', 'True', 30 * 60_000);
  expect(world.status('SyncRun', name).state).toBe('Cancelled');
  expect(enabled(world, 'SyncRun', name)).toEqual([]);
});

test('reset-credentials and reset-metadata reach Sync once', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  act(world, 'SyncConnection', 'crm', 'reset-credentials');
  act(world, 'SyncConnection', 'crm', 'reset-metadata');
  await quiet(world);
  const made = world.syncWrites(since).map(({ operation }) => operation);
  expect(made.sort()).toEqual(['connections.resetCredentials', 'connections.resetMetadata']);
});

test('the hook of the example runs the job, and the sync can see its end', async () => {
  const world = await convergedWorld();
  world.apply(job({ name: 'CRM nightly' }, { name: 'crm-nightly' }));
  world.apply(manifestsOf(readFileSync('argocd/run-after-sync.yaml', 'utf8'), ''));
  await world.untilCondition('SyncRun', 'crm-nightly-after-sync', 'Finished', 'True', 30 * 60_000);
  expect(healthOf(world.get('SyncRun', 'crm-nightly-after-sync')!)).toMatchObject({ status: 'Healthy' });
});

test('what changes often and says nothing about health is no reason to look again', () => {
  for (const kind of installed) {
    const ignored = settingOf('ignoreResourceUpdates', kind);
    for (const pointer of (parse(ignored ?? 'jsonPointers: []') as { jsonPointers: string[] }).jsonPointers)
      expect(pointer).toMatch(/^\/status\/(?!conditions|observedGeneration|plan)/);
  }
});
