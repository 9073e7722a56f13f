import { expect, test } from 'vitest';
import { connection, job } from '../support/manifests.ts';
import { convergedWorld, itemNamed, quiet, writesOf } from './landscape.ts';

const TASKS = [{ table: 'Accounts' }, { table: 'Contacts' }, { query: 'REPLICATE [Orders]' }];
const shown = (world: Parameters<typeof itemNamed>[0]) =>
  itemNamed(world, 'jobs', 'Nightly').children.map(({ fields }) => fields.table ?? fields.query);

test('one changed field is one PUT', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(job({ options: { destinationSchema: 'crm', batchSize: 500 } }));
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['PUT jobs.update']);
  expect(itemNamed(world, 'jobs', 'Nightly').fields).toMatchObject({ batch_size: 500, destination_schema: 'crm' });
  expect(world.kubeWrites(since).filter(({ name }) => name === 'nightly')).toHaveLength(1);
});

test('a job with tasks is made with three writes of its status: an intent before each kind of call, and what came of them', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(job({ name: 'Second' }, { name: 'second' }));
  await world.ready('SyncJob', 'second');
  expect(writesOf(world, since)).toEqual(['POST jobs.create', ...Array(3).fill('POST jobs.tasks.add')]);
  expect(world.kubeWrites(since).filter(({ name }) => name === 'second')).toHaveLength(3);
});

test('an edit between the making of a job and that of its tasks loses neither', async () => {
  const world = await convergedWorld();
  world.instance.network.fault = (request) => {
    if (request.method === 'POST' && request.path.endsWith('/jobs')) {
      world.apply(job({ name: 'Second', options: { batchSize: 7 } }, { name: 'second' }));
    }
    return undefined;
  };
  const since = world.clock.now();
  world.apply(job({ name: 'Second' }, { name: 'second' }));
  await world.until(() => writesOf(world, since).length > 0, 60_000, 'the first write');
  expect(world.status('SyncJob', 'second').id).toBeUndefined();
  await world.ready('SyncJob', 'second');
  await quiet(world);
  expect(writesOf(world, since).filter((call) => call === 'POST jobs.create')).toHaveLength(1);
  const { id, fields, children } = itemNamed(world, 'jobs', 'Second');
  expect(world.status('SyncJob', 'second').id).toBe(id);
  expect(fields.batch_size).toBe(7);
  expect(children).toHaveLength(3);
});

test('a new name renames, and keeps id and tasks', async () => {
  const world = await convergedWorld();
  const before = itemNamed(world, 'jobs', 'Nightly');
  const { id } = before;
  const tasks = before.children.map((child) => child.id);
  const since = world.clock.now();
  world.apply(job({ name: 'Every night' }));
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  const after = itemNamed(world, 'jobs', 'Every night');
  expect(after.id).toBe(id);
  expect(after.children.map((child) => child.id)).toEqual(tasks);
  expect(writesOf(world, since)).toEqual(['PUT jobs.update']);
});

test('a field that leaves the spec is left as it is', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(job({ options: undefined }));
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  expect(itemNamed(world, 'jobs', 'Nightly').fields.destination_schema).toBe('crm');
});

test('a task that is added at the end is one call', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(job({ tasks: [...TASKS, { table: 'Leads' }] }));
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['POST jobs.tasks.add']);
  expect(shown(world)).toEqual(['Accounts', 'Contacts', 'REPLICATE [Orders]', 'Leads']);
});

test('a task that changes its place is one move', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(job({ tasks: [TASKS[2], TASKS[0], TASKS[1]] }));
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(writesOf(world, since).length).toBe(1);
  expect(shown(world)).toEqual(['REPLICATE [Orders]', 'Accounts', 'Contacts']);
});

test('what somebody changes in the console is put right', async () => {
  const world = await convergedWorld({ job: { options: { destinationSchema: 'crm', batchSize: 500 } } });
  const since = world.clock.now();
  world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { batch_size: 7 });
  const corrected = () => itemNamed(world, 'jobs', 'Nightly').fields.batch_size === 500;
  await world.until(corrected, 5 * 60_000, 'the correction');
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['PUT jobs.update']);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
  expect(world.eventsOf('SyncJob', 'nightly')).toContain('DriftDetected');
});

test('what would lose something waits for approval, also when it puts right what somebody changed', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { destination_schema: 'elsewhere' });
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  expect(writesOf(world, since)).toEqual([]);
});

test('who changes it back again and again is not fought for ever', async () => {
  const world = await convergedWorld({ job: { options: { batchSize: 500 } } });
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  const since = world.clock.now();
  for (let n = 0; n < 40; n++) {
    world.simulator.console.edit('job', id, { batch_size: 7 });
    await world.settle(60_000);
  }
  expect(world.condition('SyncJob', 'nightly', 'Stalled')).toBe('True Contended');
  expect(writesOf(world, since).length).toBe(3);
});

test('what the spec does not name is nobody’s drift', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { batch_size: 7 });
  world.simulator.console.edit('connection', itemNamed(world, 'connections', 'CRM').id, {
    properties: { Timeout: '60' },
  });
  await world.settle(15 * 60_000);
  expect(writesOf(world, since)).toEqual([]);
  world.apply(connection({ properties: { User: 'other@example.com' } }));
  await world.ready('SyncConnection', 'crm');
  expect(itemNamed(world, 'connections', 'CRM').fields.properties).toEqual({
    User: 'other@example.com',
    Timeout: '60',
  });
});

test('drift that is only to be reported is reported', async () => {
  const world = await convergedWorld();
  world.apply(job({ driftPolicy: 'Report' }));
  await world.ready('SyncJob', 'nightly');
  const since = world.clock.now();
  world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { destination_schema: 'elsewhere' });
  await world.untilCondition('SyncJob', 'nightly', 'Synced', 'False PlanPending', 10 * 60_000);
  await quiet(world);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toMatch(/^True/);
  expect(world.status('SyncJob', 'nightly').plan.changes).toMatchObject([
    { path: 'options.destinationSchema', from: 'elsewhere', to: 'crm' },
  ]);
  expect(writesOf(world, since)).toEqual([]);
});

test('two requests a moment apart are both carried out, once each', async () => {
  for (const gap of [0, 1, 3, 10]) {
    const world = await convergedWorld();
    const since = world.clock.now();
    world.annotate('SyncConnection', 'crm', { 'reset-credentials-requested-at': 'now' });
    await world.settle(gap);
    world.annotate('SyncConnection', 'crm', { 'reset-metadata-requested-at': 'now' });
    await quiet(world);
    expect(writesOf(world, since).toSorted()).toEqual([
      'POST connections.resetCredentials',
      'POST connections.resetMetadata',
    ]);
  }
});
