import { afterAll, expect, test } from 'vitest';
import { type Dialect, referenceDialect, SWITCHES } from '../simulator/dialect.ts';
import { coverage, pairwise } from '../simulator/pairwise.ts';
import { connection, job, secret, server, warehouse, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { itemNamed, messageOf, PASSWORD, quiet, writesOf } from './landscape.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ROTATED = 'canary-2nd/Pa55+word';
const USER = { User: 'sync@example.com' };
const TASKS = [{ table: 'Accounts' }, { table: 'Contacts' }, { query: 'REPLICATE [Orders]' }];
const REORDERED = [{ query: 'REPLICATE [Orders]' }, { table: 'Leads' }, { table: 'Accounts' }];

const oddities = (dialect: Dialect) =>
  SWITCHES.filter((key) => dialect[key] !== referenceDialect[key])
    .map((key) => `${key}=${dialect[key]}`)
    .join(' ');
const nightly = (world: World) => itemNamed(world, 'jobs', 'Nightly');
const tasksOf = (world: World) => nightly(world).children.map(({ fields }) => fields.table ?? fields.query);
/** Switched on, so that a new job shows what a PUT does; it does not run within the story. */
const schedule = { enabled: true, cron: '0 0 2 1 6 *' };
/** Where a PUT replaces and no single job can be read, an update would lose what the lists leave out. */
const canUpdate = ({ retrieveJob, put }: Dialect) => retrieveJob === 'present' || put === 'partial';
const spec = ({ simulator }: World, changes: object) => {
  const common = { options: { batchSize: 500 }, deletionPolicy: 'Delete' };
  return job({ ...common, ...(canUpdate(simulator.dialect) && { schedule }), ...changes });
};

/** A connection that is there already and equal is taken as it is; the other one and the job are made. */
async function adoptAndCreate(world: World): Promise<void> {
  const { console, catchUp } = world.simulator;
  const { id } = console.createConnection({
    name: 'CRM',
    connector: 'Salesforce',
    properties: { ...USER, Timeout: '60' },
  });
  catchUp();
  world.apply(server(), workspace(), connection(), secret('warehouse', { password: PASSWORD }));
  world.apply(warehouse({ test: { onChange: true } }), spec(world, { tasks: TASKS }));
  await world.start();
  for (const name of ['crm', 'warehouse']) await world.ready('SyncConnection', name);
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(world.status('SyncConnection', 'crm')).toMatchObject({ id, owned: true });
  expect(world.simulator.state.connections.size).toBe(2);
  expect(world.simulator.state.jobs.size).toBe(1);
  expect(tasksOf(world)).toEqual(['Accounts', 'Contacts', 'REPLICATE [Orders]']);
  expect(world.syncWrites().filter(({ path }) => path.includes(id) && !path.endsWith('/test'))).toEqual([]);
}

async function stayQuiet(world: World): Promise<void> {
  const since = world.clock.now();
  await world.settle(HOUR);
  expect(writesOf(world, since)).toEqual([]);
  expect(world.kubeWrites(since)).toEqual([]);
}

/** A task goes, one comes, and the others change places; the loss is approved. */
async function rearrange(world: World): Promise<void> {
  world.apply(spec(world, { tasks: REORDERED }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  await world.settle(2 * MINUTE);
  expect(tasksOf(world)).toContain('Contacts');
  world.annotate('SyncJob', 'nightly', { 'approve-plan': world.status('SyncJob', 'nightly').plan.id });
  await world.ready('SyncJob', 'nightly');
  expect(tasksOf(world)).toEqual(['REPLICATE [Orders]', 'Leads', 'Accounts']);
}

async function update(world: World): Promise<void> {
  const since = world.clock.now();
  world.apply(spec(world, { tasks: REORDERED, options: { batchSize: 600 } }));
  if (!canUpdate(world.simulator.dialect)) return refusedUpdate(world, since);
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(nightly(world).fields.batch_size).toBe(600);
  // A server that replaces may see one restore.
  const writes = writesOf(world, since);
  expect([1, 2]).toContain(writes.length);
  expect(new Set(writes)).toEqual(new Set(['PUT jobs.update']));
}

async function refusedUpdate(world: World, since: number): Promise<void> {
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True Unsupported');
  expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(/cannot read a single object.*spec\.wire\.facts\.putStyle/);
  await world.settle(2 * HOUR);
  expect(writesOf(world, since)).toEqual([]);
  world.simulator.console.edit('job', nightly(world).id, { batch_size: 600 });
  await world.ready('SyncJob', 'nightly', 7 * HOUR);
}

/** Lists of summaries do not show it: it is found when the turn of the job comes, or after the resync interval. */
async function correct(world: World): Promise<void> {
  const { console, dialect } = world.simulator;
  const since = world.clock.now();
  console.edit('job', nightly(world).id, { batch_size: 7 });
  if (!canUpdate(dialect)) return refusedUpdate(world, since);
  await world.until(() => nightly(world).fields.batch_size === 600, 7 * HOUR, 'the correction');
  await quiet(world);
  await world.ready('SyncJob', 'nightly');
}

async function rotate(world: World): Promise<void> {
  const since = world.clock.now();
  world.apply(secret('warehouse', { password: ROTATED }));
  const sent = () => (itemNamed(world, 'connections', 'Warehouse').fields.properties as { Password: string }).Password;
  await world.until(() => sent() === ROTATED, 5 * MINUTE, 'the new password');
  await world.ready('SyncConnection', 'warehouse');
  await quiet(world);
  expect(writesOf(world, since).filter((write) => write.includes('update'))).toEqual(['PUT connections.update']);
  expect(itemNamed(world, 'connections', 'Warehouse').fields.properties).toMatchObject({ User: 'sync' });
}

async function run(world: World): Promise<void> {
  const { id } = nightly(world);
  world.simulator.console.behaviour(id, { records: 100 });
  world.simulator.console.run(id);
  const lastRun = () => world.status('SyncJob', 'nightly').lastRun;
  await world.until(() => lastRun()?.state === 'Succeeded', 30 * MINUTE, 'the last run');
  expect(lastRun().recordsAffected).toBe(300);
  expect(world.condition('SyncJob', 'nightly', 'LastRunSucceeded')).toMatch(/^True/);
  // The tasks of the run, and what only the turn of the job brings.
  await world.settle(10 * MINUTE);
}

async function remove(world: World): Promise<void> {
  const since = world.clock.now();
  world.remove('SyncJob', 'nightly');
  await world.until(() => world.get('SyncJob', 'nightly') === undefined, 10 * MINUTE, 'the end of the job');
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['DELETE jobs.delete']);
  expect(world.simulator.state.jobs.size).toBe(0);
  expect(world.simulator.state.connections.size).toBe(2);
}

/** Every choice that the documentation leaves open, in all pairs: the user must see no difference. */
test.each(pairwise().map((dialect) => [oddities(dialect), dialect] as const))(
  'a server with %s',
  async (_, dialect) => {
    const world = createWorld({ dialect });
    await adoptAndCreate(world);
    expect(world.condition('SyncConnection', 'warehouse', 'Tested')).toMatch(/^True/);
    await stayQuiet(world);
    await rearrange(world);
    await update(world);
    await correct(world);
    await rotate(world);
    await run(world);
    await stayQuiet(world);
    await remove(world);
    expect(await world.secretsSeen(PASSWORD)).toEqual([]);
    expect(await world.secretsSeen(ROTATED)).toEqual([]);
  },
);

afterAll(() => {
  const { dialects, switches, values, pairs, covered, impossible } = coverage();
  console.log(
    `${dialects} dialects of ${switches} switches with ${values} values: ${covered} of ${pairs} pairs; ${impossible} cannot be`,
  );
});
