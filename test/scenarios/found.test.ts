import { expect, test } from 'vitest';
import type { Dialect } from '../simulator/dialect.ts';
import { connection, event, job, pipeline, server, workspace } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import {
  ALWAYS,
  basics,
  convergedWorld,
  itemNamed,
  messageOf,
  PASSWORD,
  quiet,
  status,
  writesOf,
} from './landscape.ts';

/** What the simulation found: each as small as it gets. */

const MINUTE = 60_000;

/** A deletion of a connection that a job made by hand uses; once the operator says that it is stalled. */
async function refusedDeletion(schedule: object) {
  const world = createWorld();
  world.apply(basics(), connection({ deletionPolicy: 'Delete' }));
  await world.start();
  await world.ready('SyncConnection', 'crm');
  const { id } = itemNamed(world, 'connections', 'CRM');
  const fields = { name: 'By hand', type: 'Standard', source_connection: id, destination_connection: id };
  world.simulator.console.createJob({ ...fields, ...schedule });
  world.remove('SyncConnection', 'crm');
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True', 30 * MINUTE);
  await quiet(world);
  return world;
}

test('a deletion that the server refuses for long is tried once an hour', async () => {
  const world = await refusedDeletion({});
  const since = world.clock.now();
  await world.settle(4 * 60 * MINUTE);
  expect(writesOf(world, since).length).toBeLessThanOrEqual(5);
  expect(world.kubeWrites(since)).toEqual([]);
});

test('a deletion that the server refuses for long is tried seldom also where that is busy now and then', async () => {
  const world = await refusedDeletion({ 'schedule.enabled': true, 'schedule.cron': '0 */10 * * * *' });
  const since = world.clock.now();
  await world.settle(4 * 60 * MINUTE);
  expect(writesOf(world, since).length).toBeLessThanOrEqual(12);
});

test('a vanished connection is not made anew beside another of its name', async () => {
  const world = await convergedWorld({ dialect: { names: 'duplicates' } });
  const { console } = world.simulator;
  const mine = itemNamed(world, 'connections', 'CRM').id;
  console.createConnection({ name: 'CRM', connector: 'Salesforce', properties: { User: 'somebody@example.com' } });
  console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, {
    source_connection: itemNamed(world, 'connections', 'Warehouse').id,
  });
  console.remove('connection', mine);
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True AdoptionRefused', 15 * MINUTE);
  expect([...world.simulator.state.connections.values()].filter(({ fields }) => fields.name === 'CRM')).toHaveLength(1);
});

test('a drift whose correction is refused is not called Ready by the next pass, nor after a restart', async () => {
  const world = await convergedWorld();
  const { console, faults } = world.simulator;
  faults.add({ operation: 'connections.update', times: 1e9, effect: { kind: 'status', status: 400 } });
  console.edit('connection', itemNamed(world, 'connections', 'CRM').id, { properties: { User: 'other' } });
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True Refused', 5 * MINUTE);
  await quiet(world);
  expect(world.condition('SyncConnection', 'crm', 'Ready')).toMatch(/^False/);
  const since = world.clock.now();
  await world.settle(5 * 60 * MINUTE);
  expect(world.kubeWrites(since)).toEqual([]);
  await world.restart();
  await quiet(world);
  expect(world.condition('SyncConnection', 'crm', 'Ready')).toMatch(/^False/);
});

test('an object that lacks a property of the spec is not adopted as identical', async () => {
  const world = createWorld();
  world.simulator.console.createConnection({
    name: 'CRM',
    connector: 'Salesforce',
    properties: { User: 'sync@example.com' },
  });
  world.apply(basics(), connection({ properties: { User: 'sync@example.com', Timeout: '60' } }));
  await world.start();
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True AdoptionRefused');
  expect(writesOf(world).filter((write) => write.includes('update'))).toEqual([]);
});

test('a task that becomes a query loses its table', async () => {
  const world = await convergedWorld({ job: { changePolicy: 'Automatic', tasks: [{ key: 'a', table: 'Accounts' }] } });
  world.apply(job({ changePolicy: 'Automatic', tasks: [{ key: 'a', query: 'REPLICATE [Contacts] WHERE x = 1' }] }));
  await world.ready('SyncJob', 'nightly');
  const [task] = itemNamed(world, 'jobs', 'Nightly').children;
  expect(task!.fields).toEqual({ query: 'REPLICATE [Contacts] WHERE x = 1' });
});

test('who may not take an object lets go of it once it bears another name', async () => {
  const world = createWorld();
  const { console } = world.simulator;
  const other = console.createConnection({ name: 'CRM', connector: 'MySQL', properties: { User: 'x' } });
  world.apply(basics());
  await world.start();
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True AdoptionRefused');
  console.edit('connection', other.id, { name: 'Something else' });
  await world.ready('SyncConnection', 'crm');
  expect(world.status('SyncConnection', 'crm').id).not.toBe(other.id);
});

test('a field that somebody cleared, which the server shows as null, is set again', async () => {
  const world = await convergedWorld({
    dialect: { unset: 'null' },
    job: { changePolicy: 'Automatic', alerts: { emailTo: 'a@example.com' } },
  });
  const mine = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.edit('job', mine.id, { 'alerts.email_to': null });
  await world.until(() => mine.fields['alerts.email_to'] === 'a@example.com', 15 * MINUTE, 'the correction');
});

test('a task that somebody changed soon after it was made is corrected, not taken for the wording of the server', async () => {
  const world = createWorld();
  world.apply(basics(), job({ changePolicy: 'Automatic', tasks: [{ table: 'Accounts' }] }));
  await world.start();
  await world.ready('SyncJob', 'nightly');
  const mine = itemNamed(world, 'jobs', 'Nightly');
  await world.settle(5_000);
  world.simulator.console.editTask(mine.id, mine.children[0]!.id, { table: 'Elsewhere' });
  await world.until(() => mine.children[0]!.fields.table === 'Accounts', 15 * MINUTE, 'the correction');
});

test('an object made by hand while the reply to our create was lost gets all that the spec says, secrets as well', async () => {
  const world = createWorld();
  const { console, faults } = world.simulator;
  faults.add({ operation: 'connections.create', times: 2, effect: { kind: 'cut', acts: false } });
  world.apply(basics());
  await world.start();
  await world.untilCondition('SyncConnection', 'warehouse', 'Ready', 'False OutcomeUnknown');
  console.createConnection({ name: 'Warehouse', connector: 'PostgreSQL', properties: { Password: 'another' } });
  await world.untilCondition('SyncConnection', 'warehouse', 'Stalled', 'True AwaitingApproval');
  world.annotate('SyncConnection', 'warehouse', {
    'approve-plan': world.status('SyncConnection', 'warehouse').plan.id,
  });
  await world.ready('SyncConnection', 'warehouse');
  expect(itemNamed(world, 'connections', 'Warehouse').fields.properties).toMatchObject({ Password: PASSWORD });
});

test.each(['object', 'nothing'] as const)(
  'what the server makes of the text of a new object is accepted (it answers with %s)',
  async (createReply) => {
    const world = createWorld({ dialect: { normalisation: 'trim', createReply } });
    world.apply(basics(), job({ options: { destinationSchema: 'crm\n' } }));
    await world.start();
    await world.ready('SyncJob', 'nightly');
    await quiet(world);
    expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
    expect(writesOf(world).filter((write) => write.includes('update'))).toEqual([]);
  },
);

test('a drift that was seen, but could not be told as the status was not taken, is told by the next pass', async () => {
  const world = await convergedWorld({ job: { driftPolicy: 'Report' } });
  world.cluster.faults.add({
    match: ({ verb, resource }) => verb === 'patch' && resource === 'syncjobs',
    times: 1,
    outcome: { reject: 503 },
  });
  world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { destination_schema: 'other' });
  await quiet(world);
  expect(world.condition('SyncJob', 'nightly', 'Synced')).toBe('False PlanPending');
});

test('a task that was added before another was refused is not added again while the server does not show it', async () => {
  const changePolicy = 'Automatic';
  const tasks = ['Accounts', 'Contacts', 'Leads'].map((table) => ({ key: table, table }));
  const world = await convergedWorld({
    dialect: { lag: '3000', names: 'duplicates' },
    job: { changePolicy, tasks: tasks.slice(0, 1) },
  });
  world.simulator.faults.add({ operation: 'jobs.tasks.add', after: 1, effect: { kind: 'status', status: 404 } });
  world.apply(job({ changePolicy, tasks }));
  await quiet(world);
  await world.settle(15 * MINUTE);
  const tables = itemNamed(world, 'jobs', 'Nightly').children.map(({ fields }) => fields.table);
  expect(tables).toEqual(['Accounts', 'Contacts', 'Leads']);
  expect(writesOf(world).filter((write) => write.includes('tasks.delete'))).toEqual([]);
});

test('what somebody changes before a lagging server shows our write is drift, and no wording of the server', async () => {
  const world = await convergedWorld({ dialect: { lag: '3000' }, job: { changePolicy: 'Automatic' } });
  const schema = () => itemNamed(world, 'jobs', 'Nightly').fields.destination_schema;
  const setByHand = (value: string) =>
    world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { destination_schema: value });
  const written = () => world.until(() => schema() === 'sales', 5 * MINUTE, 'the write');
  world.apply(job({ changePolicy: 'Automatic', options: { destinationSchema: 'sales' } }));
  await written();
  setByHand('other');
  await quiet(world);
  expect(schema()).toBe('sales');
  // The same person with the same value another time: no sign that it is the server's.
  setByHand('another');
  await written();
  setByHand('other');
  await quiet(world);
  expect(schema()).toBe('sales');
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
});

test('what a lagging server makes of our words is written twice at most, and then accepted', async () => {
  const world = await convergedWorld({ dialect: { lag: '3000', normalisation: 'cron' } });
  const since = world.clock.now();
  world.apply(job({ schedule: { cron: '0 3 * * 1' } }));
  await quiet(world);
  await world.settle(60 * MINUTE);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
  expect(writesOf(world, since)).toEqual(['PUT jobs.update', 'PUT jobs.update']);
});

/** A pipeline that is Ready, with `count` events of the name that the manifest `event()` gives, made by hand. */
async function withEvents(count: number, names: 'unique' | 'duplicates' = 'unique') {
  const world = await convergedWorld({ dialect: { names } });
  const { console, state } = world.simulator;
  world.apply(pipeline({ steps: [] }));
  await world.ready('SyncPipeline', 'morning');
  const { name, script } = event().spec;
  const pipelineId = [...state.pipelines.keys()][0]!;
  return { world, ids: Array.from({ length: count }, () => console.createEvent(pipelineId, { name, script }).id) };
}

test('a name that two events bore is free once one of them is gone, although nothing lists events by time', async () => {
  const { world, ids } = await withEvents(2, 'duplicates');
  world.apply(event());
  await world.untilCondition('SyncEvent', 'notify', 'Stalled', 'True AmbiguousName');
  world.simulator.console.remove('event', ids[0]!);
  await world.ready('SyncEvent', 'notify', 15 * MINUTE);
  expect(world.status('SyncEvent', 'notify').id).toBe(ids[1]);
});

test('an event that was renamed is not taken for one of its old name, although nothing lists events by time', async () => {
  const { world, ids } = await withEvents(1);
  const { console, state } = world.simulator;
  world.apply(event({ adoptionPolicy: 'Never' }));
  await world.untilCondition('SyncEvent', 'notify', 'Stalled', 'True AdoptionRefused');
  console.edit('event', ids[0]!, { name: 'Another' });
  await world.ready('SyncEvent', 'notify', 60 * MINUTE);
  expect([...state.events.values()].map(({ fields }) => fields.name)).toEqual(['Another', event().spec.name]);
});

test('an event whose pipeline is gone says so, and is Stalled in the end', async () => {
  const { world, ids } = await withEvents(1);
  const { console, state } = world.simulator;
  world.apply(event(), pipeline({ steps: [], suspend: true }));
  await world.ready('SyncEvent', 'notify');
  console.remove('event', ids[0]!);
  console.remove('pipeline', [...state.pipelines.keys()][0]!);
  world.apply(event({ script: 'another' }));
  await world.untilCondition('SyncEvent', 'notify', 'Stalled', 'True PlaceNotFound', 30 * MINUTE);
});

test('a schedule that is set and switched on keeps its time on a server that replaces and lags', async () => {
  const world = await convergedWorld({ dialect: { put: 'replace', lag: '3000' } });
  world.apply(pipeline({ steps: [] }));
  await world.ready('SyncPipeline', 'morning');
  await quiet(world);
  world.apply(pipeline({ steps: [], schedule: { enabled: true, cron: '0 5 * * *' } }));
  await quiet(world);
  const [item] = [...world.simulator.state.pipelines.values()];
  expect(item!.fields).toMatchObject({ 'schedule.enabled': true, 'schedule.cron': '0 5 * * *' });
});

test('a job that somebody made while ours was being made gets all that the spec says before it is called Ready', async () => {
  const dialect = {
    lag: '3000',
    createReply: 'nothing',
    names: 'duplicates',
    put: 'replace',
    unset: 'omitted',
  } as const;
  const world = createWorld({ dialect });
  world.apply(basics());
  await world.start();
  await world.ready('SyncConnection', 'crm');
  await world.ready('SyncConnection', 'warehouse');
  const [source, destination] = ['CRM', 'Warehouse'].map((name) => itemNamed(world, 'connections', name).id);
  const fields = {
    name: 'Nightly',
    type: 'Standard',
    source_connection: source!,
    destination_connection: destination!,
  };
  world.simulator.console.createJob(fields);
  // Lists show theirs a moment before ours.
  await world.settle(2_500);
  world.apply(job({ changePolicy: 'Automatic' }));
  await world.ready('SyncJob', 'nightly', 15 * MINUTE);
  await quiet(world);
  const item = world.simulator.state.jobs.get(world.status('SyncJob', 'nightly').id);
  expect(item?.fields.destination_schema).toBe('crm');
});

test('a pipeline that was removed by hand does not hold up its resource, although its content is not found', async () => {
  const world = await convergedWorld();
  world.apply(pipeline({ steps: [], deletionPolicy: 'Delete' }));
  await world.ready('SyncPipeline', 'morning');
  await quiet(world);
  world.simulator.console.remove('pipeline', [...world.simulator.state.pipelines.keys()][0]!);
  world.remove('SyncPipeline', 'morning');
  await world.until(() => !world.get('SyncPipeline', 'morning'), 10 * MINUTE, 'the end of the pipeline');
});

test('what the next leader says over a status that it has not seen yet is looked at again', async () => {
  const world = createWorld({ config: { leaderElect: true } });
  world.apply(server(), workspace({ id: undefined, name: 'Team' }));
  await world.start();
  await world.ready('SyncWorkspace', 'default');
  await quiet(world);
  const first = world.instance;
  world.another();
  const started = world.start();
  const { console, faults, state } = world.simulator;
  faults.add({ operation: 'jobs.list', times: ALWAYS, effect: status(500) });
  await world.untilCondition('SyncWorkspace', 'default', 'Listed', 'False ListFailing', 15 * MINUTE);
  await world.settle(MINUTE);
  world.cluster.faults.freeze();
  faults.clear();
  faults.add({ operation: 'workspaces.update', times: ALWAYS, effect: status(400) });
  const { id } = world.status('SyncWorkspace', 'default');
  console.edit('workspace', id, { name: 'Another' });
  await world.untilCondition('SyncWorkspace', 'default', 'Stalled', 'True Refused', 15 * MINUTE);
  await world.settle(5_000);
  first.kill();
  await world.untilCondition('SyncWorkspace', 'default', 'Ready', 'True Available');
  world.cluster.faults.thaw();
  await started;
  await quiet(world);
  expect(state.workspaces.get(id)?.fields.name).toBe('Another');
  expect(world.condition('SyncWorkspace', 'default', 'Ready')).toMatch(/^False/);
});

test('who waits for a pipeline gets it once its owner is deleted, although an event still keeps that resource', async () => {
  const { world } = await withEvents(0);
  world.apply(pipeline({ steps: [], deletionPolicy: 'Delete' }), event({ deletionPolicy: 'Delete' }));
  await world.ready('SyncEvent', 'notify');
  world.apply(pipeline({ steps: [] }, { name: 'heir' }));
  await world.untilCondition('SyncPipeline', 'heir', 'Stalled', 'True AlreadyManaged');
  world.remove('SyncPipeline', 'morning');
  await world.ready('SyncPipeline', 'heir');
  expect(world.condition('SyncPipeline', 'morning', 'Ready')).toBe('False DeletionBlocked');
});

test('what somebody puts back while nobody could look is no refusal of the server', async () => {
  const world = await convergedWorld({ dialect: { lag: '3000' }, job: { changePolicy: 'Automatic' } });
  const { console, faults } = world.simulator;
  const { id, fields } = itemNamed(world, 'jobs', 'Nightly');
  const [before, size] = [fields.batch_size!, () => itemNamed(world, 'jobs', 'Nightly').fields.batch_size];
  world.apply(job({ changePolicy: 'Automatic', options: { destinationSchema: 'crm', batchSize: 77 } }));
  await world.until(() => size() === 77, MINUTE, 'the write');
  faults.add({ operation: 'jobs.get', times: 1e9, effect: { kind: 'status', status: 500 } });
  await world.settle(5 * MINUTE);
  console.edit('job', id, { batch_size: before });
  await world.settle(MINUTE);
  faults.clear();
  await quiet(world);
  expect(size()).toBe(77);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
});

test('a value that a late read took for refused is no refusal once it shows, whatever somebody writes afterwards', async () => {
  const world = await convergedWorld({ job: { changePolicy: 'Automatic' } });
  const { console, state } = world.simulator;
  const { id, fields } = itemNamed(world, 'jobs', 'Nightly');
  const [path, schema] = ['options.destinationSchema', fields.destination_schema];
  const applied = world.status('SyncJob', 'nightly').applied!;
  const accepted = { [path]: { want: applied[path], got: 'AAAAAAAAAAA', refused: true } };
  world.cluster.patch('SyncJob', 'nightly', 'default', { status: { accepted } }, 'status');
  world.annotate('SyncJob', 'nightly', { 'reconcile-requested-at': '1' });
  await quiet(world);
  console.edit('job', id, { destination_schema: 'other' });
  await quiet(world);
  expect(state.jobs.get(id)?.fields.destination_schema).toBe(schema);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
});

test.each([
  ['in the middle of its first pass', true],
  ['once it is ours', false],
])(
  'what was just made, and is deleted %s while a lagging server does not show it, goes in Sync as well',
  async (_, early) => {
    const world = await convergedWorld({ dialect: { lag: '3000', retrieveJob: 'absent' } });
    world.apply(job({ name: 'Short-lived', deletionPolicy: 'Delete' }, { name: 'short-lived' }));
    const made = () => [...world.simulator.state.jobs.values()].some(({ fields }) => fields.name === 'Short-lived');
    const ours = () => world.status('SyncJob', 'short-lived').owned === true;
    await world.until(early ? made : ours, MINUTE, 'the create');
    world.remove('SyncJob', 'short-lived');
    await world.until(() => !world.cluster.get('SyncJob', 'short-lived', 'default'), 10 * MINUTE, 'the end');
    expect(made()).toBe(false);
  },
);

test.each([true, false])(
  'a job that goes while the reply to its create is lost is looked for and deleted (made: %s)',
  async (acts) => {
    const world = await convergedWorld({ dialect: { lag: '3000' } });
    world.simulator.faults.add({ operation: 'jobs.create', effect: { kind: 'cut', acts } });
    world.apply(job({ name: 'Short-lived', deletionPolicy: 'Delete' }, { name: 'short-lived' }));
    await world.untilCondition('SyncJob', 'short-lived', 'Ready', 'False OutcomeUnknown');
    world.remove('SyncJob', 'short-lived');
    await world.until(() => !world.cluster.get('SyncJob', 'short-lived', 'default'), 10 * MINUTE, 'the end');
    expect([...world.simulator.state.jobs.values()].map(({ fields }) => fields.name)).toEqual(['Nightly']);
  },
);

test('blanks that a server leaves out are no refusal of an object whose create was answered with nothing', async () => {
  const world = await convergedWorld({
    dialect: { lag: '3000', normalisation: 'trim', createReply: 'nothing', updateReply: 'nothing' },
  });
  world.apply(pipeline({ steps: [] }), event({ script: '\n<api:script>done</api:script>\n' }));
  await world.ready('SyncEvent', 'notify', 10 * MINUTE);
  await quiet(world);
  expect(world.condition('SyncEvent', 'notify', 'Ready')).toBe('True Available');
});

test('what says that a name is given twice says the same in whatever order lists have them', async () => {
  const world = await convergedWorld({ dialect: { names: 'duplicates' } });
  const { console } = world.simulator;
  const { id } = itemNamed(world, 'connections', 'CRM');
  const fields = { name: 'Twice', type: 'Standard', source_connection: id, destination_connection: id };
  const [first] = [1, 2, 3].map(() => console.createJob(fields).id);
  world.apply(job({ name: 'Twice' }, { name: 'twice' }));
  await world.untilCondition('SyncJob', 'twice', 'Stalled', 'True AmbiguousName');
  await quiet(world);
  const said = messageOf(world, 'SyncJob', 'twice');
  console.edit('job', first!, { name: 'Once' });
  await quiet(world);
  expect(messageOf(world, 'SyncJob', 'twice')).not.toBe(said);
  console.edit('job', first!, { name: 'Twice' });
  await quiet(world);
  expect(messageOf(world, 'SyncJob', 'twice')).toBe(said);
});

test('a pipeline that lacks a step for an event that is not known yet is not adopted as identical', async () => {
  const world = await convergedWorld();
  const { id } = world.simulator.console.createPipeline({ name: pipeline().spec.name }, []);
  world.apply(pipeline({ steps: [{ eventRef: { name: 'notify' } }] }), event());
  await world.untilCondition('SyncPipeline', 'morning', 'Stalled', 'True AdoptionRefused');
  await quiet(world);
  expect(world.simulator.state.pipelines.get(id)?.children).toEqual([]);
});

test('a pipeline with one step, of another event than the one that is to be made, is not adopted as identical', async () => {
  const world = await convergedWorld();
  const { console, state } = world.simulator;
  const { id } = console.createPipeline({ name: pipeline().spec.name }, []);
  const other = console.createEvent(id, { name: 'Another', script: 'x' });
  console.addTask(id, { reference: other.id });
  world.apply(pipeline({ steps: [{ eventRef: { name: 'notify' } }] }), event());
  await world.untilCondition('SyncPipeline', 'morning', 'Stalled', 'True AdoptionRefused');
  await quiet(world);
  expect(state.pipelines.get(id)?.children).toHaveLength(1);
  expect(world.status('SyncPipeline', 'morning').owned).not.toBe(true);
});

test('a pipeline is adopted as identical with the event that its step runs, before the event itself is', async () => {
  const world = await convergedWorld();
  const { console } = world.simulator;
  const { id } = console.createPipeline({ name: pipeline().spec.name }, []);
  const manifest = event();
  const made = console.createEvent(id, { name: manifest.spec.name, script: manifest.spec.script });
  console.addTask(id, { reference: made.id });
  const since = world.clock.now();
  world.apply(pipeline({ steps: [{ eventRef: { name: 'notify' } }] }), manifest);
  await world.ready('SyncPipeline', 'morning');
  await world.ready('SyncEvent', 'notify');
  expect(writesOf(world, since)).toEqual([]);
});

test('what a part of an object took away is written again when the reply to it was lost', async () => {
  const world = await convergedWorld({ dialect: { put: 'replace', unset: 'omitted' } });
  world.simulator.faults.add({ operation: 'pipelines.update', effect: { kind: 'cut', acts: true } });
  world.apply(pipeline({ steps: [], schedule: { enabled: true, cron: '0 5 * * *' } }));
  await world.ready('SyncPipeline', 'morning');
  await quiet(world);
  const [item] = [...world.simulator.state.pipelines.values()];
  expect(item!.fields).toMatchObject({ 'schedule.enabled': true, 'schedule.cron': '0 5 * * *' });
});

const UNSEEN = ['and the process ends', 'and it cannot be read back'] as const;

/** A pipeline that is made, and then switched on by a part of it, after which nothing could be seen at first. */
async function switchedOn(dialect: Partial<Dialect>, how: (typeof UNSEEN)[number]) {
  const world = await convergedWorld({ dialect });
  const { faults, requests, state } = world.simulator;
  world.apply(pipeline({ steps: [], schedule: { enabled: true, cron: '0 5 * * *' } }));
  const isWritten = () => requests.some(({ operation }) => operation === 'pipelines.update');
  await world.until(isWritten, MINUTE, 'the pipeline to be switched on');
  if (how === 'and the process ends') {
    world.crash();
    await world.start();
  } else {
    faults.add({ operation: 'pipelines.get', effect: { kind: 'status', status: 503 } });
  }
  await world.ready('SyncPipeline', 'morning');
  await quiet(world);
  return [...state.pipelines.values()][0]!.fields;
}

test.each(UNSEEN)('what a part of an object took away is written again, %s', async (how) => {
  const fields = await switchedOn({ put: 'replace', unset: 'omitted' }, how);
  expect(fields).toMatchObject({ 'schedule.enabled': true, 'schedule.cron': '0 5 * * *' });
});

test.each(UNSEEN)(
  'the wording that an object was made with is known after a part of it was written, %s',
  async (how) => {
    const fields = await switchedOn({ put: 'partial', normalisation: 'cron' }, how);
    expect(fields).toMatchObject({ 'schedule.enabled': true, 'schedule.cron': '0 0 5 * * *' });
  },
);

test('tasks that somebody added are found also while another resource looks at the job more often', async () => {
  const world = createWorld();
  world.apply(basics(), connection(), server({ resyncInterval: '5m' }), job({ tasks: [] }));
  await world.start();
  await world.ready('SyncJob', 'nightly');
  world.apply({ ...job({ tasks: [] }), metadata: { name: 'second' } });
  await world.untilCondition('SyncJob', 'second', 'Stalled', 'True AlreadyManaged');
  await quiet(world);
  // While nobody runs, so that no list shows it as changed since the one before.
  await world.stop();
  world.simulator.console.addTask(itemNamed(world, 'jobs', 'Nightly').id, { table: 'Orders' });
  await world.start();
  for (let asked = 0; asked < 5; asked++) {
    world.annotate('SyncJob', 'second', { 'reconcile-requested-at': String(asked) });
    await world.settle(3 * MINUTE);
  }
  expect(world.condition('SyncJob', 'nightly', 'Stalled')).toBe('True AwaitingApproval');
});

test('a task that somebody removes before the server shows it is added again when a person asks', async () => {
  const world = await convergedWorld({ dialect: { lag: '3000' }, job: { tasks: [] } });
  const { children, id } = itemNamed(world, 'jobs', 'Nightly');
  world.apply(job({ tasks: [{ table: 'Accounts' }] }));
  await world.until(() => children.length === 1, MINUTE, 'the task');
  world.simulator.console.removeTask(id, children[0]!.id);
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True Unsupported', 15 * MINUTE);
  expect(messageOf(world, 'SyncJob', 'nightly')).toContain(
    'if it is not there, set sync.cdata.com/reconcile-requested-at',
  );
  world.annotate('SyncJob', 'nightly', { 'reconcile-requested-at': '1' });
  await world.ready('SyncJob', 'nightly', 5 * MINUTE);
  expect(itemNamed(world, 'jobs', 'Nightly').children).toHaveLength(1);
});

test('what was just written is not lost when something else has to be put back, on a server that lags', async () => {
  const world = await convergedWorld({ dialect: { put: 'replace', lag: '3000', unset: 'omitted' } });
  const { console, faults } = world.simulator;
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  // Read back, the job shows the edit, and not yet what was written.
  faults.add({ operation: 'jobs.update', times: 1, effect: { kind: 'slow', ms: 3_500 } });
  console.edit('job', id, { verbosity: 'Debug' });
  world.apply(job({ alerts: { emailTo: 'a@example.com' } }));
  await quiet(world);
  await world.ready('SyncJob', 'nightly');
  expect(writesOf(world).filter((write) => write === 'PUT jobs.update').length).toBeGreaterThan(1);
  expect(itemNamed(world, 'jobs', 'Nightly').fields).toMatchObject({ 'alerts.email_to': 'a@example.com' });
});

/** Both connections lie in a workspace that was renamed; their SyncWorkspace was deleted and has made another. */
async function leftBehind(crm: Parameters<typeof connection>[0] = {}) {
  const world = createWorld();
  world.apply(basics(), workspace({ id: undefined, name: 'Team' }), connection(crm));
  await world.start();
  for (const name of ['crm', 'warehouse']) await world.ready('SyncConnection', name);
  const old: string = world.status('SyncWorkspace', 'default').id;
  world.annotate('SyncWorkspace', 'default', { 'force-delete': '1' });
  world.remove('SyncWorkspace', 'default');
  await quiet(world);
  world.simulator.console.edit('workspace', old, { name: 'Another' });
  world.apply(workspace({ id: undefined, name: 'Team' }));
  await world.ready('SyncWorkspace', 'default');
  const { id } = world.status('SyncWorkspace', 'default');
  expect(id).not.toBe(old);
  for (const name of ['crm', 'warehouse'])
    await world.untilCondition('SyncConnection', name, 'Stalled', 'True WorkspaceChanged', 5 * MINUTE);
  return { world, old, id };
}

test('what was left in a renamed workspace says so once another bears its name, and is deleted where it lies', async () => {
  const { world, old } = await leftBehind({ deletionPolicy: 'Delete' });
  expect(messageOf(world, 'SyncConnection', 'crm', 'Ready')).toContain(`lies in the workspace Another (${old})`);
  world.apply(job({ sourceRef: { name: 'crm' }, destinationRef: { name: 'crm' } }));
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True ReferenceElsewhere', 5 * MINUTE);
  world.remove('SyncJob', 'nightly');
  world.remove('SyncConnection', 'crm');
  await quiet(world);
  expect([...world.simulator.state.connections.values()].map(({ fields }) => fields.name)).toEqual(['Warehouse']);
});

test('what was left in a renamed workspace is made where it belongs once somebody has removed it there', async () => {
  const { world, id } = await leftBehind();
  world.simulator.console.remove('connection', itemNamed(world, 'connections', 'CRM').id);
  await world.ready('SyncConnection', 'crm', 15 * MINUTE);
  expect(itemNamed(world, 'connections', 'CRM').parentId).toBe(id);
  expect(world.condition('SyncConnection', 'warehouse', 'Stalled')).toBe('True WorkspaceChanged');
});

test('what was left in a renamed workspace is made where it belongs though another bears its name there', async () => {
  const { world, old, id } = await leftBehind();
  const { console, state } = world.simulator;
  const { fields } = itemNamed(world, 'connections', 'CRM');
  console.remove('connection', itemNamed(world, 'connections', 'CRM').id);
  console.createConnection({ ...fields }, old);
  await world.ready('SyncConnection', 'crm', 15 * MINUTE);
  const made = state.connections.get(world.status('SyncConnection', 'crm').id);
  expect(made?.parentId).toBe(id);
});

test('what was left in a renamed workspace gets out of it in both ways that its message names', async () => {
  const { world, old, id } = await leftBehind();
  world.remove('SyncConnection', 'crm');
  await quiet(world);
  world.apply(connection());
  await world.ready('SyncConnection', 'crm');
  const mine = world.status('SyncConnection', 'crm').id;
  expect(world.simulator.state.connections.get(mine)!.parentId).toBe(id);
  world.remove('SyncConnection', 'crm');
  world.remove('SyncWorkspace', 'default');
  await quiet(world);
  world.apply(workspace({ id: old }));
  await world.ready('SyncConnection', 'warehouse');
});

test('an object made by hand, which alone shows after a create that was answered with nothing, gets all that the spec says', async () => {
  const world = await convergedWorld({ dialect: { lag: '3000', names: 'duplicates', createReply: 'nothing' } });
  const { console, faults } = world.simulator;
  faults.add({ operation: 'connections.create', times: 1, effect: { kind: 'slow', ms: 3_100 } });
  const properties = { User: 'somebody@example.com', Password: 'another' };
  const other = console.createConnection({ name: 'Mine', connector: 'Salesforce', properties });
  const propertiesFrom = [{ property: 'Password', secretKeyRef: { name: 'warehouse', key: 'password' } }];
  world.apply(connection({ name: 'Mine', propertiesFrom }, { name: 'mine' }));
  await world.until(() => world.status('SyncConnection', 'mine').id === other.id, MINUTE, 'the finding');
  await world.ready('SyncConnection', 'mine', 10 * MINUTE);
  await quiet(world);
  expect(other.fields.properties).toMatchObject({ User: 'sync@example.com', Password: PASSWORD });
});

test('tasks are put in order also while one before them is reported as missing', async () => {
  const world = await convergedWorld();
  const policies = { driftPolicy: 'Report', changePolicy: 'Automatic' };
  const tasks = (...tables: string[]) => job({ ...policies, tasks: tables.map((table) => ({ table })) });
  world.apply(tasks('Accounts', 'Contacts', 'Orders'));
  await world.ready('SyncJob', 'nightly');
  const { id, children } = itemNamed(world, 'jobs', 'Nightly');
  const shown = () => itemNamed(world, 'jobs', 'Nightly').children.map(({ fields }) => fields.table);
  world.simulator.console.removeTask(id, children[0]!.id);
  await world.untilCondition('SyncJob', 'nightly', 'Synced', 'False PlanPending', 10 * MINUTE);
  world.apply(tasks('Accounts', 'Orders', 'Contacts'));
  await world.until(() => shown().join() === 'Orders,Contacts', 10 * MINUTE, 'the order of what is there');
  await quiet(world);
  expect(world.condition('SyncJob', 'nightly', 'Synced')).toBe('False PlanPending');
  const since = world.clock.now();
  await world.settle(30 * MINUTE);
  expect(world.syncWrites(since)).toEqual([]);
});

test('what lay in a workspace that is gone holds nothing up when its create was never answered', async () => {
  const world = await convergedWorld();
  const policies = { changePolicy: 'Automatic', deletionPolicy: 'Delete' };
  world.apply(workspace({ name: 'Space', id: undefined, ...policies }, { name: 'space' }));
  await world.ready('SyncWorkspace', 'space');
  const lost = { kind: 'cut', acts: false } as const;
  world.simulator.faults.add({ operation: 'connections.create', times: 1, effect: lost });
  world.apply(connection({ workspaceRef: { name: 'space' }, name: 'Lost', ...policies }, { name: 'lost' }));
  await world.untilCondition('SyncConnection', 'lost', 'Ready', 'False OutcomeUnknown');
  world.simulator.console.remove('workspace', world.status('SyncWorkspace', 'space').id);
  for (const [kind, name] of [
    ['SyncConnection', 'lost'],
    ['SyncWorkspace', 'space'],
  ])
    world.remove(kind!, name!);
  await world.settle(5 * MINUTE);
  expect(world.condition('SyncConnection', 'lost', 'Ready')).toBe('False DeletionBlocked');
  const isGone = () => !world.get('SyncConnection', 'lost') && !world.get('SyncWorkspace', 'space');
  await world.until(isGone, 30 * MINUTE, 'both to be gone');
  expect(world.eventsOf('SyncConnection', 'lost')).toContain('Kept');
});
