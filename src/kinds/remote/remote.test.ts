import { expect, test } from 'vitest';
import { createKindRig, POLL_MS } from '../../../test/kinds/rig.ts';
import { dialectWith } from '../../../test/simulator/dialect.ts';
import { RemoteError } from '../../engine/remote.ts';
import type { Json } from '../../ports/json.ts';
import { createRemote } from './createRemote.ts';

const LAG = 60_000;

/** The remote sides of jobs and connections of the default workspace, over a simulator of that dialect. */
async function setUp(dialect: Parameters<typeof dialectWith>[0] = {}) {
  const rig = createKindRig({ dialect: dialectWith(dialect) });
  const { console } = rig.simulator;
  const source = console.createConnection({
    name: 'crm',
    connector: 'Salesforce',
    properties: { Password: 'pa55word-1' },
  });
  const target = console.createConnection({ name: 'dwh', connector: 'Snowflake' });
  const ends = { source_connection: source.id, destination_connection: target.id };
  const addJob = (name: string, tables: string[] = []) =>
    console.createJob(
      { name, type: 'Standard', ...ends },
      tables.map((table) => ({ table })),
    );
  rig.simulator.catchUp();
  const session = await rig.connect({ lagGraceMs: LAG });
  const workspace = session.workspace(rig.simulator.state.defaultWorkspaceId);
  const { jobs, connections } = session.client;
  const common = { clock: rig.clock, session, workspace };
  const newJobs = () =>
    createRemote({
      ...common,
      collection: workspace.jobs,
      kind: 'job',
      api: {
        ...jobs,
        getOperation: 'jobs.get',
        create: (fields, options) => jobs.create(workspace.id, fields, options),
        children: jobs.tasks,
      },
      renames: { sourceRef: 'source', destinationRef: 'destination' },
    });
  const newConnections = () =>
    createRemote({
      ...common,
      collection: workspace.connections,
      kind: 'connection',
      api: {
        ...connections,
        getOperation: 'connections.get',
        create: (fields, options) => connections.create(workspace.id, fields, options),
      },
    });
  await rig.clock.advance(1_000);
  const fields = (more: Record<string, Json> = {}) =>
    new Map<string, Json>(
      Object.entries({
        name: 'nightly',
        type: 'Standard',
        sourceRef: { id: source.id, name: 'crm' },
        destinationRef: { id: target.id, name: 'dwh' },
        ...more,
      }),
    );
  const jobRemote = newJobs();
  const read = async (id: string, remote = jobRemote) => {
    const result = await rig.run(remote.read(id));
    if (result.state !== 'present') throw new Error(`${id} is ${result.state}`);
    return result.object;
  };
  return { ...rig, source, target, addJob, session, workspace, jobRemote, connections: newConnections(), fields, read };
}

const tablesOf = (children: readonly { fields: ReadonlyMap<string, Json> }[] | undefined) =>
  children?.map(({ fields }) => fields.get('table'));

const failure = async (work: Promise<unknown>): Promise<RemoteError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RemoteError);
  return error as RemoteError;
};

test.each([
  ['that answers with the object', {}],
  ['that answers with the id alone', { createReply: 'id' }],
  ['that answers with nothing', { createReply: 'nothing', updateReply: 'nothing' }],
  ['with integer ids and odd keys', { ids: 'integer', keys: 'odd', idKeys: 'typed' }],
  ['that lags', { lag: '3000' }],
  ['with summary lists', { lists: 'summary' }],
  ['whose PUT replaces', { put: 'replace' }],
  ['without a route for single jobs', { retrieveJob: 'absent' }],
  ['with tasks inside their job', { children: 'inParent' }],
] as const)('an object is made, seen, changed and removed on a server %s', async (_, dialect) => {
  const s = await setUp(dialect);
  expect(s.jobRemote.glance({ name: 'nightly' })).toMatchObject({ state: 'absent' });
  const { id = '' } = await s.run(s.jobRemote.create(s.fields()));
  await s.clock.advance(5_000);
  if (id === '') await s.run(s.jobRemote.refresh());
  const glance = s.jobRemote.glance({ name: 'nightly' });
  const made = id || (glance.state === 'present' ? glance.ids[0]! : '');
  const object = await s.read(made);
  expect(object).toMatchObject({ id: made, name: 'nightly', children: [] });
  expect(object.fields.get('type')).toBe('Standard');
  expect(object.fields.get('sourceRef')).toEqual({ id: s.source.id, name: 'crm' });
  expect(object.fields.has('source')).toBe(false);
  expect(s.jobRemote.glance({ id: made })).toMatchObject({ state: 'present', ids: [made] });

  const changes = new Map<string, Json>([
    ['options.batchSize', 500],
    ['destinationRef', { id: s.source.id, name: 'crm' }],
  ]);
  await s.run(s.jobRemote.update(object, changes));
  await s.clock.advance(5_000);
  const changed = await s.read(made);
  expect(changed.fields.get('options.batchSize')).toBe(500);
  expect(changed.fields.get('destinationRef')).toEqual({ id: s.source.id, name: 'crm' });
  expect(changed.fields.get('type')).toBe('Standard');

  await s.run(s.jobRemote.delete(made));
  expect(s.simulator.state.jobs.size).toBe(0);
  expect(s.jobRemote.glance({ id: made })).toMatchObject({ state: 'absent' });
  await s.clock.advance(2 * LAG + 5_000);
  let gone = await s.run(s.jobRemote.read(made));
  for (let i = 0; gone.state === 'unsettled' && i < 5; i++) {
    await s.clock.advance(gone.retryAfterMs);
    gone = await s.run(s.jobRemote.read(made));
  }
  expect(gone.state).toBe('absent');
});

test.each([
  ['from 1', { positionBase: '1' }],
  ['from 0', { positionBase: '0', moveKey: 'index' }],
  ['with PUT for moves', { moveMethod: 'put' }],
  ['with tasks inside their job', { children: 'inParent', retrieveJob: 'absent' }],
] as const)('tasks are added, moved, changed and removed on a server that counts %s', async (_, dialect) => {
  const s = await setUp(dialect);
  const job = s.addJob('nightly', ['Account', 'Contact']);
  await s.clock.advance(2 * POLL_MS);
  const children = s.jobRemote.children!;
  let object = await s.read(job.id);
  expect(tablesOf(object.children)).toEqual(['Account', 'Contact']);
  const { id } = await s.run(children.add(job.id, new Map([['table', 'Lead']]), 2));
  object = await s.read(job.id);
  expect(tablesOf(object.children)).toEqual(['Account', 'Contact', 'Lead']);
  const lead = object.children![2]!;
  expect(id === undefined || id === lead.id).toBe(true);
  await s.run(children.move(job.id, { id: lead.id, fields: new Map(), masked: new Set() }, 0));
  object = await s.read(job.id);
  expect(tablesOf(object.children)).toEqual(['Lead', 'Account', 'Contact']);
  await s.run(children.update(job.id, object.children![1]!, new Map([['table', 'Opportunity']])));
  await s.run(children.delete(job.id, lead.id));
  object = await s.read(job.id);
  expect(tablesOf(object.children)).toEqual(['Opportunity', 'Contact']);
});

test('what somebody removed is gone once its own route says so, also while lists lag', async () => {
  const s = await setUp();
  const [first, second] = [s.addJob('first'), s.addJob('second')];
  await s.clock.advance(2 * POLL_MS);
  await s.read(first.id);
  s.session.deepReads.add(`job/${first.id}`);
  s.simulator.console.remove('job', first.id);
  expect(await s.run(s.jobRemote.read(first.id))).toEqual({ state: 'absent' });
  expect(s.jobRemote.glance({ id: first.id }).state).toBe('absent');
  // The list still shows it, and another job can be read: the route is well.
  s.simulator.console.remove('job', second.id);
  const third = s.addJob('third');
  await s.run(s.jobRemote.refresh());
  const stale = JSON.stringify({
    value: [
      { id: second.id, name: 'second' },
      { id: third.id, name: 'third' },
    ],
  });
  s.simulator.faults.add({ operation: 'jobs.list', times: 9, effect: { kind: 'status', status: 200, body: stale } });
  expect(await s.run(s.jobRemote.read(second.id))).toEqual({ state: 'absent' });
  expect(s.session.client.routeState('jobs.get')).toBe('proven');
});

test('a route that went with an upgrade is not taken for the loss of everything', async () => {
  const s = await setUp();
  const [first] = [s.addJob('first'), s.addJob('second')];
  await s.clock.advance(2 * POLL_MS);
  await s.read(first.id);
  const body = '{"error":{"code":"NotFound","message":"No such resource."}}';
  s.simulator.faults.add({ operation: 'jobs.get', times: 99, effect: { kind: 'status', status: 404, body } });
  // Another object, which is not there either by that route, tells.
  const object = await s.read(first.id);
  expect(object.name).toBe('first');
  expect(s.session.client.routeState('jobs.get')).toBe('unsupported');
});

test('an object that we wrote a moment ago is not given up by a 404', async () => {
  const s = await setUp({ lag: '3000', createReply: 'id' });
  const { id } = await s.run(s.jobRemote.create(s.fields()));
  const result = await s.run(s.jobRemote.read(id!));
  expect(result).toMatchObject({ state: 'unsettled' });
  await s.clock.advance(4_000);
  expect((await s.read(id!)).name).toBe('nightly');
  expect(s.session.client.routeState('jobs.get')).not.toBe('unsupported');
});

test('without an item route an object has vanished when two lists further apart than the lag lack it', async () => {
  const s = await setUp({ retrieveJob: 'absent' });
  const job = s.addJob('nightly');
  s.addJob('other');
  s.addJob('third');
  await s.clock.advance(2 * POLL_MS);
  await s.read(job.id);
  s.simulator.console.remove('job', job.id);
  const first = await s.run(s.jobRemote.read(job.id));
  await s.clock.advance(6_000);
  const second = await s.run(s.jobRemote.read(job.id));
  expect([first.state === 'absent', second]).toEqual([false, { state: 'unsettled', retryAfterMs: expect.any(Number) }]);
  await s.clock.advance(2 * LAG);
  expect((await s.run(s.jobRemote.read(job.id))).state).toBe('absent');
});

test('many objects share the list that stands in for their own route', async () => {
  const s = await setUp({ retrieveJob: 'absent', children: 'inParent' });
  const made = Array.from({ length: 30 }, (_, i) => s.addJob(`job ${i}`));
  await s.clock.advance(2 * POLL_MS);
  await s.read(made[0]!.id);
  const before = s.requests('jobs.list').length;
  for (const { id } of made) await s.read(id);
  expect(s.requests('jobs.list').length - before).toBeLessThan(3);
});

test('a partial update sends the name and the changes alone', async () => {
  const s = await setUp();
  const job = s.addJob('nightly');
  await s.clock.advance(2 * POLL_MS);
  const object = await s.read(job.id);
  await s.run(s.jobRemote.update(object, new Map([['options.batchSize', 7]]), true));
  const put = s.requests('jobs.update').at(-1)!;
  expect(JSON.parse(put.body)).toEqual({ name: 'nightly', batch_size: 7 });
  expect((await s.read(job.id)).fields.get('options.batchSize')).toBe(7);
});

test('a masked secret stays masked, and one shown in plain is hidden from texts', async () => {
  const masked = await setUp();
  const object = await masked.read(masked.source.id, masked.connections);
  expect([...object.masked]).toContain('properties.Password');
  await masked.run(masked.connections.update(object, new Map([['name', 'crm2']])));
  expect(masked.requests('connections.update').at(-1)!.body).not.toContain('**');
  expect(masked.simulator.state.connections.get(masked.source.id)!.fields.properties).toMatchObject({
    Password: 'pa55word-1',
  });
  const plain = await setUp({ secrets: 'plain' });
  await plain.read(plain.source.id, plain.connections);
  expect(plain.session.client.scrubber.scrub('bad pa55word-1')).not.toContain('pa55word');
});

test("failures come in the engine's terms, scrubbed, and the session hears of them", async () => {
  const s = await setUp();
  const job = s.addJob('nightly');
  await s.clock.advance(2 * POLL_MS);
  await s.read(job.id);
  s.simulator.faults.add({ operation: 'jobs.get', effect: { kind: 'status', status: 401 } });
  const before = s.requests('workspaces.list').length;
  const refused = await failure(s.run(s.jobRemote.read(job.id)));
  expect(refused).toMatchObject({ outcome: { kind: 'http', status: 401 }, access: 'read' });
  await s.clock.advance(1_000);
  expect(s.requests('workspaces.list').length).toBe(before + 1);
  expect(s.session.unusable).toBeUndefined();
  s.simulator.faults.add({ operation: 'jobs.create', effect: { kind: 'cut', acts: true } });
  const cut = await failure(s.run(s.jobRemote.create(s.fields({ name: 'x' }))));
  expect(cut).toMatchObject({ outcome: { kind: 'transport', failure: 'reset', sent: true }, access: 'write' });
  expect(s.simulator.writes().filter(({ operation }) => operation === 'jobs.create')).toHaveLength(1);
  const busy = await failure(s.run(s.jobRemote.create(s.fields({ type: 'Nonsense' }))));
  expect(busy.outcome).toMatchObject({ kind: 'http', status: 400 });
});

test('a session that is replaced under a waiting call asks for another pass', async () => {
  const s = await setUp();
  const waiting = failure(s.jobRemote.refresh());
  s.sessions.closeAll();
  const error = await s.run(waiting);
  expect(['circuitOpen', 'transport']).toContain(error.outcome.kind);
});

test('nothing is known before the first list', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  const workspace = session.workspace(rig.simulator.state.defaultWorkspaceId);
  const remote = createRemote({
    clock: rig.clock,
    session,
    workspace,
    collection: workspace.connections,
    kind: 'connection',
    api: { ...session.client.connections, getOperation: 'connections.get', create: async () => ({}) },
  });
  expect(remote.glance({ name: 'crm' })).toEqual({ state: 'unlisted' });
  await rig.run(remote.refresh());
  expect(remote.glance({ name: 'crm' })).toMatchObject({ state: 'absent' });
});

test('an object with a name that others have is told with all its ids', async () => {
  const s = await setUp({ names: 'duplicates' });
  const ids = [s.addJob('same').id, s.addJob('same').id];
  await s.clock.advance(2 * POLL_MS);
  const glance = s.jobRemote.glance({ name: 'same' });
  expect(glance.state === 'present' && [...glance.ids].sort()).toEqual([...ids].sort());
});

test('a 405 of a route that may be lacking says nothing about an object that no list shows', async () => {
  const s = await setUp({ retrieveJob: 'absent', unknownRoute: '405' });
  s.addJob('another');
  await s.clock.advance(2 * POLL_MS);
  expect(await s.run(s.jobRemote.read('gone'))).toMatchObject({ state: 'unsettled' });
});

test('a write that was refused is no change that others have to wait for; one whose outcome is unknown is', async () => {
  const s = await setUp();
  const job = s.addJob('nightly');
  await s.clock.advance(2 * POLL_MS);
  const object = await s.read(job.id);
  const write = async (status: number) => {
    s.simulator.faults.add({ operation: 'jobs.update', effect: { kind: 'status', status } });
    await failure(s.run(s.jobRemote.update(object, new Map([['options.batchSize', 7]]))));
    return s.workspace.changes.map(({ id }) => id);
  };
  expect(await write(422)).toEqual([]);
  expect(await write(504)).toEqual([job.id]);
});
