import { expect, test } from 'vitest';
import type { Condition } from '../../src/engine/resource.ts';
import { hasLua, healthOf } from '../support/argocd.ts';
import { type Judged, kstatusOf } from '../support/kstatus.ts';
import { kubectlProgram, type Waiter, withKubectl } from '../support/kubectlWait.ts';
import { connection, job, run, SYNC_URL, server } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { basics, convergedWorld, itemNamed, quiet } from './landscape.ts';

/** One scenario a row of the table of conditions (design §4): what a resource says, and how kstatus, Argo CD and `kubectl wait` read it. */
const kubectl = kubectlProgram();
if (!kubectl) console.log('Left out: kubectl wait in the table of conditions; there is no kubectl on PATH.');
const MINUTE = 60_000;

interface Row {
  Ready: string;
  Synced?: string;
  Reconciling?: string;
  Stalled?: string;
  kstatus: string;
  argocd: string;
}

async function expectRow(world: World, kind: string, name: string, row: Row): Promise<void> {
  const object = world.get(kind, name)! as unknown as Judged & { status: { conditions: Condition[] } };
  const said = (type: string) => object.status.conditions.find((condition) => condition.type === type)?.status;
  const { kstatus, argocd, ...expected } = row;
  const shown = {
    Ready: said('Ready'),
    Synced: said('Synced'),
    Reconciling: said('Reconciling'),
    Stalled: said('Stalled'),
  };
  expect(shown).toEqual({ Synced: undefined, Reconciling: undefined, Stalled: undefined, ...expected });
  expect(kstatusOf(object)).toBe(kstatus);
  if (hasLua()) expect(healthOf(world.get(kind, name)!)).toMatchObject({ status: argocd });
  for (const { observedGeneration } of object.status.conditions)
    expect(observedGeneration).toBe(object.metadata.generation);
  if (!kubectl) return;
  await withKubectl(kubectl, world.cluster, (waiter) =>
    expectWaits(waiter, `${kind}/${name}`, object.status.conditions),
  );
}

/** Whoever waits for what a resource says is content at once, whoever waits for something else is not. */
async function expectWaits({ wait }: Waiter, target: string, conditions: readonly Condition[]): Promise<void> {
  const said = await Promise.all(
    conditions.map(async ({ type, status }) => ({
      type,
      status,
      waited: await wait(target, `condition=${type}=${status}`),
    })),
  );
  expect(said).toEqual(conditions.map(({ type, status }) => ({ type, status, waited: true })));
  const ready = conditions.find(({ type }) => type === 'Ready')!.status;
  expect(await wait(target, `condition=Ready=${ready === 'True' ? 'False' : 'True'}`)).toBe(false);
}

/** Somebody who waits with kubectl meanwhile sees it come. */
async function waitingFor(world: World, target: string, what: string, comes: () => Promise<void>): Promise<void> {
  if (!kubectl) return comes();
  await withKubectl(kubectl, world.cluster, async ({ wait }) => {
    const waited = wait(target, what, 60);
    await comes();
    expect(await waited).toBe(true);
  });
}

const CURRENT: Row = { Ready: 'True', Synced: 'True', kstatus: 'Current', argocd: 'Healthy' };
const PROGRESS: Row = {
  Ready: 'False',
  Synced: 'False',
  Reconciling: 'True',
  kstatus: 'InProgress',
  argocd: 'Progressing',
};
const FAILED: Row = { Ready: 'False', Synced: 'False', Stalled: 'True', kstatus: 'Failed', argocd: 'Degraded' };
const PLAN_PENDING: Row = { ...CURRENT, Synced: 'False' };
const SUSPENDED = { argocd: 'Suspended' };

test('converged', async () => {
  const world = await convergedWorld();
  world.apply(connection({ test: { onChange: true } }));
  await world.untilCondition('SyncConnection', 'crm', 'Tested', 'True');
  await expectRow(world, 'SyncConnection', 'crm', CURRENT);
  await expectRow(world, 'SyncJob', 'nightly', CURRENT);
  await expectRow(world, 'SyncConnection', 'warehouse', CURRENT);
  await expectRow(world, 'SyncWorkspace', 'default', CURRENT);
});

test('observing, applying, waiting for a dependency; missing over ten minutes', async () => {
  const world = createWorld();
  world.apply(basics(), job({ sourceRef: { name: 'nowhere' } }));
  await world.start();
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False ReferenceNotFound');
  await expectRow(world, 'SyncJob', 'nightly', PROGRESS);
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True ReferenceNotFound', 15 * MINUTE);
  await expectRow(world, 'SyncJob', 'nightly', FAILED);
  world.apply(job());
  await world.ready('SyncJob', 'nightly');
});

test('spec refused', async () => {
  const world = createWorld();
  world.apply(basics(), job({ schedule: { enabled: true, cron: '61 0 0 * * *' } }));
  await world.start();
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True');
  await expectRow(world, 'SyncJob', 'nightly', FAILED);
});

test('AlreadyManaged', async () => {
  const world = await convergedWorld();
  world.apply(connection({}, { name: 'copy' }));
  await world.untilCondition('SyncConnection', 'copy', 'Stalled', 'True AlreadyManaged');
  await expectRow(world, 'SyncConnection', 'copy', FAILED);
});

test('ServerChanged', async () => {
  const world = await convergedWorld();
  const other = createWorld({ seed: 2 }).simulator;
  other.console.createWorkspace('elsewhere');
  other.console.addToken(world.simulator.token);
  world.instance.network.serve(SYNC_URL, other.handler);
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False ServerChanged', 10 * MINUTE);
  await world.settle(20 * MINUTE);
  await expectRow(world, 'SyncServer', 'main', { ...FAILED, Synced: undefined });
  await expectRow(world, 'SyncJob', 'nightly', FAILED);
  await expectRow(world, 'SyncConnection', 'crm', FAILED);
  await expectRow(world, 'SyncWorkspace', 'default', FAILED);
  expect(other.writes()).toEqual([]);
  world.instance.network.serve(SYNC_URL, world.simulator.handler);
  await world.ready('SyncJob', 'nightly');
  await world.ready('SyncWorkspace', 'default');
  await expectRow(world, 'SyncJob', 'nightly', CURRENT);
  await expectRow(world, 'SyncWorkspace', 'default', CURRENT);
});

test('Contended', async () => {
  const world = await convergedWorld({ job: { options: { destinationSchema: 'crm', batchSize: 10 } } });
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  for (let round = 0; round < 4; round++) {
    world.simulator.console.edit('job', id, { batch_size: 99 });
    await world.settle(4 * MINUTE);
  }
  expect(world.condition('SyncJob', 'nightly', 'Stalled')).toBe('True Contended');
  await expectRow(world, 'SyncJob', 'nightly', FAILED);
});

test('remote busy, and over 30 minutes', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { taskMs: 20 * MINUTE });
  world.simulator.console.run(id);
  await world.settle(MINUTE);
  world.apply(job({ options: { destinationSchema: 'crm', batchSize: 5 } }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False RemoteBusy');
  await expectRow(world, 'SyncJob', 'nightly', PROGRESS);
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True RemoteBusy', 40 * MINUTE);
  await expectRow(world, 'SyncJob', 'nightly', FAILED);
  await world.ready('SyncJob', 'nightly', 60 * MINUTE);
  expect(itemNamed(world, 'jobs', 'Nightly').fields.batch_size).toBe(5);
});

test('held steps await approval', async () => {
  const world = await convergedWorld();
  world.apply(job({ options: { destinationSchema: 'other' } }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  await expectRow(world, 'SyncJob', 'nightly', { ...FAILED, ...SUSPENDED });
});

test('Observe with a plan; drift only reported', async () => {
  const world = await convergedWorld({ job: { driftPolicy: 'Report', options: { batchSize: 10 } } });
  world.apply(connection({ managementPolicy: 'Observe', properties: { User: 'else@example.com' } }));
  world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { batch_size: 99 });
  await quiet(world);
  await expectRow(world, 'SyncConnection', 'crm', PLAN_PENDING);
  await expectRow(world, 'SyncJob', 'nightly', PLAN_PENDING);
  expect(world.condition('SyncJob', 'nightly', 'Synced')).toBe('False PlanPending');
});

test('Observe, and the object is not there', async () => {
  const world = createWorld();
  world.apply(basics(), job({ managementPolicy: 'Observe' }));
  await world.start();
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False RemoteNotFound');
  await expectRow(world, 'SyncJob', 'nightly', PROGRESS);
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True RemoteNotFound', 15 * MINUTE);
  await expectRow(world, 'SyncJob', 'nightly', FAILED);
});

test('suspended without and with a plan', async () => {
  const world = await convergedWorld();
  world.apply(job({ suspend: true }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'True Suspended');
  await expectRow(world, 'SyncJob', 'nightly', { ...CURRENT, ...SUSPENDED });
  world.apply(job({ suspend: true, options: { destinationSchema: 'crm', batchSize: 9 } }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False Suspended');
  await expectRow(world, 'SyncJob', 'nightly', { ...FAILED, ...SUSPENDED });
});

test('server unreachable, object settled', async () => {
  const world = await convergedWorld();
  world.instance.network.serve(SYNC_URL, undefined);
  await world.settle(10 * MINUTE);
  await expectRow(world, 'SyncJob', 'nightly', CURRENT);
  await world.settle(10 * MINUTE);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('Unknown ObservationStale');
  await expectRow(world, 'SyncJob', 'nightly', { ...PROGRESS, Ready: 'Unknown', Synced: 'Unknown' });
  world.instance.network.serve(SYNC_URL, world.simulator.handler);
  await world.ready('SyncJob', 'nightly', 20 * MINUTE);
  await expectRow(world, 'SyncJob', 'nightly', CURRENT);
});

test('deletion blocked', async () => {
  const world = await convergedWorld({ job: { deletionPolicy: 'Delete' } });
  world.apply(connection({ deletionPolicy: 'Delete' }));
  await quiet(world);
  world.remove('SyncConnection', 'crm');
  await world.untilCondition('SyncConnection', 'crm', 'Ready', 'False DeletionBlocked');
  const row = { Ready: 'False', Reconciling: 'True', kstatus: 'Terminating', argocd: 'Progressing' };
  await expectRow(world, 'SyncConnection', 'crm', row);
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True StillReferenced', 15 * MINUTE);
  await expectRow(world, 'SyncConnection', 'crm', { ...row, Stalled: 'True', argocd: 'Degraded' });
  await waitingFor(world, 'SyncConnection/crm', 'delete', async () => {
    world.remove('SyncJob', 'nightly');
    await world.until(() => world.get('SyncConnection', 'crm') === undefined, 10 * MINUTE, 'the deletion');
  });
});

test('last run failed, data stale', async () => {
  const world = await convergedWorld({ job: { freshness: { maxAge: '1h' } } });
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.run(id);
  await world.settle(10 * MINUTE);
  world.simulator.console.behaviour(id, { outcome: 'fail' });
  world.simulator.console.run(id);
  await world.settle(2 * 60 * MINUTE);
  expect(world.condition('SyncJob', 'nightly', 'LastRunSucceeded')).toMatch(/^False/);
  expect(world.condition('SyncJob', 'nightly', 'Fresh')).toMatch(/^False/);
  await expectRow(world, 'SyncJob', 'nightly', CURRENT);
});

test('run waiting or active, succeeded, failed', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  const finished = { Synced: undefined, Reconciling: undefined };
  world.apply(run());
  await world.until(() => world.status('SyncRun', 'now').startTime !== undefined, 10 * MINUTE, 'the start');
  await expectRow(world, 'SyncRun', 'now', { ...PROGRESS, Synced: undefined });
  await waitingFor(world, 'SyncRun/now', 'condition=Finished', () =>
    world.untilCondition('SyncRun', 'now', 'Finished', 'True', 30 * MINUTE),
  );
  await expectRow(world, 'SyncRun', 'now', { ...CURRENT, ...finished });
  world.simulator.console.behaviour(id, { outcome: 'fail' });
  world.apply(run({}, { name: 'again' }));
  await world.untilCondition('SyncRun', 'again', 'Finished', 'True', 30 * MINUTE);
  await expectRow(world, 'SyncRun', 'again', { ...FAILED, ...finished });
});

test('a server says what it is as its dependents do', async () => {
  const world = await convergedWorld();
  const row = { ...CURRENT, Synced: undefined };
  await expectRow(world, 'SyncServer', 'main', row);
  world.apply(server({ suspend: true }));
  await quiet(world);
  await expectRow(world, 'SyncServer', 'main', { ...row, ...SUSPENDED });
});
