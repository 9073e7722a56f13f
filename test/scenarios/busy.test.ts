import { expect, test } from 'vitest';
import { connection, job, secret, server, warehouse, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { ALWAYS, convergedWorld, itemNamed, messageOf, quiet, status, writesOf } from './landscape.ts';

/** The classes of the table of failures (design §5) that depend on what is known around a call: busy, name taken, gone, invalid. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CHANGED = job({ options: { destinationSchema: 'crm', batchSize: 5 } });
const isChanged = (world: World) => itemNamed(world, 'jobs', 'Nightly').fields.batch_size === 5;

/** A run of the job that goes on for so long, and that the operator has seen. */
async function running(world: World, ms: number): Promise<string> {
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { taskMs: ms / 3 });
  const run = world.simulator.console.run(id);
  await world.until(() => world.status('SyncJob', 'nightly').lastRun?.state === 'Running', 10 * MINUTE, 'the run');
  return run.id;
}

test.each(['409', '400'] as const)('busy: a job that runs is changed when the run ends (%s)', async (busyStatus) => {
  const world = await convergedWorld({ dialect: { busyStatus } });
  const run = await running(world, 20 * MINUTE);
  const since = world.clock.now();
  world.apply(CHANGED);
  await world.untilCondition('SyncJob', 'nightly', 'Reconciling', 'True RemoteBusy');
  expect(messageOf(world, 'SyncJob', 'nightly')).toContain(run);
  expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(/the change goes when the run ends/);
  await world.until(() => isChanged(world), 25 * MINUTE, 'the change');
  await world.ready('SyncJob', 'nightly');
  expect(world.simulator.state.runs.get(run)!.end).toBe('success');
  expect(writesOf(world, since).length).toBeLessThan(50);
});

test('busy: after 30 minutes a person is asked, with run and remedy; the end of the run wakes it all the same', async () => {
  const world = await convergedWorld();
  const run = await running(world, 3 * HOUR);
  world.apply(CHANGED);
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True RemoteBusy', 32 * MINUTE);
  expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(
    /jobs\.update.*busy for 30 minutes: cancel the run in Sync, or set busyPolicy: Cancel/,
  );
  expect(messageOf(world, 'SyncJob', 'nightly')).toContain(run);
  const since = world.clock.now();
  await world.settle(30 * MINUTE);
  expect(writesOf(world, since).length).toBeLessThanOrEqual(1);
  await world.until(() => world.simulator.state.runs.get(run)!.end !== undefined, 3 * HOUR, 'the end of the run');
  // As soon as the run is known to have ended: a status call a minute.
  await world.until(() => isChanged(world), 90_000, 'the change');
  await world.ready('SyncJob', 'nightly');
});

test('busy: a connection that a running job uses waits for the end of that run', async () => {
  const world = await convergedWorld();
  const run = await running(world, 2 * HOUR);
  world.apply(connection({ properties: { User: 'other@example.com' } }));
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True RemoteBusy', 40 * MINUTE);
  expect(messageOf(world, 'SyncConnection', 'crm')).toMatch(/connections\.update.*in use by 'Nightly'/);
  await world.until(() => world.simulator.state.runs.get(run)!.end !== undefined, 3 * HOUR, 'the end of the run');
  await world.ready('SyncConnection', 'crm', 90_000);
  expect(itemNamed(world, 'connections', 'CRM').fields.properties).toMatchObject({ User: 'other@example.com' });
});

test('busy: a 409 without words is busy while a run is known, and invalid otherwise', async () => {
  const world = await convergedWorld();
  await running(world, 20 * MINUTE);
  const fault = world.simulator.faults.add({ operation: 'jobs.update', times: ALWAYS, effect: status(409, 'no') });
  world.apply(CHANGED);
  await world.untilCondition('SyncJob', 'nightly', 'Reconciling', 'True RemoteBusy');
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True Refused', 25 * MINUTE);
  fault.remove();
  world.annotate('SyncJob', 'nightly', { 'reconcile-requested-at': 'now' });
  await world.ready('SyncJob', 'nightly');
});

test.each([400, 404, 409, 422])('busy: %i shortly after what it refers to was changed', async (code) => {
  const world = await convergedWorld();
  world.apply(connection({ properties: { User: 'other@example.com' } }));
  await world.ready('SyncConnection', 'crm');
  const fault = world.simulator.faults.add({
    operation: 'jobs.update',
    effect: status(code, "'source' refers to what does not exist."),
  });
  world.apply(CHANGED);
  await world.untilCondition('SyncJob', 'nightly', 'Reconciling', 'True RemoteBusy');
  expect(fault.hits()).toBe(1);
  await world.ready('SyncJob', 'nightly', 2 * MINUTE);
  expect(isChanged(world)).toBe(true);
});

test.each([
  ['an equal object is adopted', { User: 'sync@example.com' }, 'Ready', 'True Available'],
  ['another one is not', { User: 'somebody' }, 'Stalled', 'True AdoptionRefused'],
])('name taken by somebody in the same moment: %s', async (_, properties, type, text) => {
  const world = createWorld();
  world.apply(server(), workspace(), connection());
  const taken = status(409, "A connection with the name 'CRM' already exists.");
  const fault = world.simulator.faults.add({ operation: 'connections.create', effect: taken });
  await world.start();
  await world.until(() => fault.hits() === 1, MINUTE, 'the create');
  world.simulator.console.createConnection({ name: 'CRM', connector: 'Salesforce', properties });
  await world.untilCondition('SyncConnection', 'crm', type, text);
  await quiet(world);
  expect(world.simulator.state.connections.size).toBe(1);
  expect(writesOf(world).length).toBeLessThanOrEqual(1);
});

test('name taken by what no list shows: a person is asked, and a free name is enough', async () => {
  const world = createWorld();
  const taken = status(409, "A connection with the name 'CRM' already exists.");
  world.simulator.faults.add({ operation: 'connections.create', times: ALWAYS, effect: taken });
  world.apply(server(), workspace(), connection());
  await world.start();
  await world.untilCondition('SyncConnection', 'crm', 'Reconciling', 'True NameTaken');
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True NameTaken', 20 * MINUTE);
  expect(messageOf(world, 'SyncConnection', 'crm')).toMatch(
    /'CRM' already exists.*choose another name, or set spec\.id/,
  );
  const since = world.clock.now();
  await world.settle(HOUR);
  const tries = world.simulator.requests.filter(
    ({ operation, at }) => operation === 'connections.create' && at > since,
  );
  expect(tries.length).toBeLessThanOrEqual(1);
  world.simulator.faults.clear();
  world.apply(connection({ name: 'CRM 2' }));
  await world.ready('SyncConnection', 'crm');
});

test('gone: an object that vanishes while it is changed is looked for, and planned anew', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  const since = world.clock.now();
  const fault = world.simulator.faults.add({ operation: 'jobs.update', effect: status(404, `No job ${id}.`) });
  world.apply(CHANGED);
  await world.until(() => fault.hits() === 1, MINUTE, 'the write');
  world.simulator.console.remove('job', id);
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval', 5 * MINUTE);
  expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(/recreate/);
  await quiet(world);
  expect(
    world.simulator.requests.filter(({ operation, at }) => operation === 'jobs.update' && at >= since),
  ).toHaveLength(1);
  world.annotate('SyncJob', 'nightly', { 'approve-plan': world.status('SyncJob', 'nightly').plan.id });
  await world.ready('SyncJob', 'nightly');
  expect(itemNamed(world, 'jobs', 'Nightly').children).toHaveLength(3);
});

test.each([
  ['a new generation', job({ options: { destinationSchema: 'crm', batchSize: 6 } })],
  ['a changed reference', connection({ properties: { User: 'other@example.com' } })],
])('invalid: what was refused is tried again on %s', async (_, manifest) => {
  const world = await convergedWorld();
  const fault = world.simulator.faults.add({ operation: 'jobs.update', times: ALWAYS, effect: status(422, 'bad') });
  world.apply(CHANGED);
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True Refused');
  await quiet(world);
  expect(fault.hits()).toBe(1);
  fault.remove();
  world.apply(manifest);
  await world.ready('SyncJob', 'nightly', 3 * MINUTE);
});

test('invalid: what was refused is tried again on a changed secret', async () => {
  const world = await convergedWorld();
  const fault = world.simulator.faults.add({
    operation: 'connections.update',
    times: ALWAYS,
    effect: status(422, 'bad'),
  });
  world.apply(warehouse({ properties: { Server: 'warehouse.example.com', Database: 'analytics', User: 'other' } }));
  await world.untilCondition('SyncConnection', 'warehouse', 'Stalled', 'True Refused');
  await quiet(world);
  expect(fault.hits()).toBe(1);
  fault.remove();
  world.apply(secret('warehouse', { password: 'the right one' }));
  await world.ready('SyncConnection', 'warehouse', 3 * MINUTE);
  expect(itemNamed(world, 'connections', 'Warehouse').fields.properties).toMatchObject({ Password: 'the right one' });
});

test('busy: a new process deletes a job once the run that it did not know of has ended, and asks seldom before', async () => {
  const world = await convergedWorld({ job: { deletionPolicy: 'Delete' } });
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { taskMs: 10 * MINUTE });
  world.instance.kill();
  const run = world.simulator.console.run(id);
  world.remove('SyncJob', 'nightly');
  const since = world.clock.now();
  await world.restart();
  await world.until(() => world.simulator.state.runs.get(run.id)!.end !== undefined, HOUR, 'the end of the run');
  expect(writesOf(world, since).length).toBeLessThanOrEqual(3);
  await world.until(() => !world.cluster.get('SyncJob', 'nightly'), 90_000, 'the deletion');
  expect(world.simulator.state.jobs.has(id)).toBe(false);
});

test('busy: what somebody changed while it is in use is corrected when the run ends, and nobody is said to fight for it', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'connections', 'CRM');
  const run = await running(world, 15 * MINUTE);
  const { connections, runs } = world.simulator.state;
  world.simulator.console.edit('connection', id, { name: 'Mine' });
  await world.untilCondition('SyncConnection', 'crm', 'Ready', 'False RemoteBusy');
  await world.until(() => runs.get(run)!.end !== undefined, HOUR, 'the end of the run');
  await world.until(() => connections.get(id)!.fields.name === 'CRM', 6 * MINUTE, 'the correction');
  await world.ready('SyncConnection', 'crm');
});
