import { expect, test } from 'vitest';
import { createKindRig, KEY, ORIGIN, POLL_MS } from '../../../test/kinds/rig.ts';
import { dialectWith } from '../../../test/simulator/dialect.ts';
import { SyncError } from '../../sync/errors.ts';

const sourceAndTarget = (rig: ReturnType<typeof createKindRig>) => {
  const source = rig.simulator.console.createConnection({ name: 'crm', connector: 'Salesforce' });
  const target = rig.simulator.console.createConnection({ name: 'dwh', connector: 'Snowflake' });
  return { source_connection: source.id, destination_connection: target.id };
};

test('a server may be used once it was seen and accepted, and everybody is told', async () => {
  const rig = createKindRig();
  const session = rig.sessions.open(KEY, rig.settings());
  expect(rig.sessions.get(KEY)).toBe(session);
  expect(session.unusable).toMatchObject({ reason: 'ServerNotReady', stalled: false });
  await rig.run(session.probed);
  expect(session.identity).toBe(`${ORIGIN}/api.rsc/v2#${rig.simulator.state.defaultWorkspaceId}`);
  expect(session.unusable?.reason).toBe('ServerNotReady');
  session.accept(session.identity!);
  expect(session.unusable).toBeUndefined();
  await rig.clock.advance(10);
  expect(rig.said()).toContain(`server ${KEY}`);
  expect(rig.requests('workspaces.list')).toHaveLength(1);
});

test('the poll of the workspaces is the probe: one list an interval', async () => {
  const rig = createKindRig();
  await rig.connect();
  await rig.clock.advance(10 * POLL_MS);
  const lists = rig.requests('workspaces.list').length;
  expect(lists).toBeGreaterThanOrEqual(10);
  expect(lists).toBeLessThanOrEqual(12);
  expect(rig.simulator.requests).toHaveLength(lists);
  expect(rig.said()).toEqual([]);
});

test('resources are woken by the ids that changed, and by names that were taken or freed', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  const space = session.workspace(rig.simulator.state.defaultWorkspaceId);
  await rig.clock.advance(1_000);
  rig.said();
  const { id } = rig.simulator.console.createConnection({ name: 'crm', connector: 'Salesforce' });
  await rig.clock.advance(2 * POLL_MS);
  expect(rig.said()).toEqual([`SyncConnection ${id}=crm by list`]);
  rig.simulator.console.edit('connection', id, { name: 'crm2' });
  await rig.clock.advance(2 * POLL_MS);
  // Its update time moved, so that it is read in full as well.
  expect(rig.said()).toEqual([`SyncConnection ${id} by turn`, `SyncConnection ${id}=crm2 ${id}=crm by list`]);
  // Our own write is no news.
  const made = await rig.run(
    session.client.connections.create(
      space.id,
      new Map([
        ['name', 'dwh'],
        ['connector', 'Snowflake'],
      ]),
    ),
  );
  space.connections.created(made.entity!);
  await rig.clock.advance(2 * POLL_MS);
  expect(rig.said()).toEqual([]);
});

test('one failed call makes the server look at itself soon, and not unusable', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  const before = rig.requests('workspaces.list').length;
  for (let i = 0; i < 20; i++) {
    session.failed(new SyncError('jobs.get', 'read', { kind: 'transport', failure: 'reset', sent: true }, 'reset'));
    session.failed(new SyncError('jobs.get', 'read', { kind: 'http', status: 404 }, 'not there'));
  }
  await rig.clock.advance(4_000);
  expect(rig.requests('workspaces.list')).toHaveLength(before + 1);
  expect(session.unusable).toBeUndefined();
});

test('an outage shows at once after a failed call, and its end within seconds', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  rig.network.serve(ORIGIN, undefined);
  session.failed(new SyncError('jobs.get', 'read', { kind: 'transport', failure: 'refused', sent: false }, 'refused'));
  await rig.clock.advance(1_000);
  expect(session.unusable).toMatchObject({ reason: 'ServerUnreachable', stalled: false });
  expect(session.unusable?.message).toContain(`nothing accepts connections at ${ORIGIN}`);
  expect(rig.said()).toEqual([`server ${KEY}`]);
  rig.network.serve(ORIGIN, rig.simulator.handler);
  await rig.clock.advance(5_000);
  expect(session.unusable).toBeUndefined();
  expect(rig.said()).toEqual([`server ${KEY}`]);
});

test('another server behind the URL makes the session unusable by itself', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  const other = createKindRig({ token: rig.simulator.token });
  other.simulator.console.createWorkspace('x');
  const second = createKindRig({ token: rig.simulator.token, dialect: dialectWith({ ids: 'integer' }) });
  rig.network.serve(ORIGIN, second.simulator.handler);
  await rig.clock.advance(2 * POLL_MS);
  expect(session.unusable).toMatchObject({ reason: 'ServerChanged', stalled: true });
  expect(rig.said()).toContain(`server ${KEY}`);
});

test('the same settings keep the session; others replace it, and what was learned of the server stays', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  session.client.learnFact('putStyle.job', 'merge');
  expect(rig.sessions.open(KEY, rig.settings())).toBe(session);
  const next = rig.sessions.open(KEY, rig.settings({}, { auth: { method: 'Basic', token: rig.simulator.token } }));
  expect(next).not.toBe(session);
  expect(next.client.facts).toEqual(session.client.facts);
  expect(session.unusable?.reason).toBe('ServerNotReady');
  await rig.run(next.probed);
  expect(next.identity).toBeDefined();
  const elsewhere = rig.sessions.open(KEY, rig.settings({}, { url: 'http://other.example' }));
  expect(elsewhere.client.facts).toEqual({});
  rig.sessions.closeAll();
  rig.simulator.requests.length = 0;
  await rig.clock.advance(10 * POLL_MS);
  expect(rig.simulator.requests).toEqual([]);
  expect(rig.sessions.get(KEY)).toBeUndefined();
});

test('turns for deep reads go on while a resource has the object, at the rate of the server', async () => {
  const rig = createKindRig();
  const session = await rig.connect({ resyncIntervalMs: 60_000, deepReadsPerMinute: 60 });
  rig.owned.add('1');
  session.deepReads.add('job/1');
  session.deepReads.add('connection/2');
  await rig.clock.advance(5 * 60_000);
  const turns = rig.said().filter((line) => line.endsWith('by turn'));
  expect(turns.filter((line) => line === 'SyncJob 1 by turn').length).toBeGreaterThan(3);
  expect(turns.filter((line) => line === 'SyncConnection 2 by turn')).toHaveLength(1);
  expect(session.deepReads.size).toBe(1);
});

test('a status word in the list tells of runs, and their change wakes the job', async () => {
  const rig = createKindRig({ dialect: dialectWith({ itemStatus: 'shown' }) });
  const session = await rig.connect();
  const job = rig.simulator.console.createJob({ name: 'nightly', type: 'SyncAll', ...sourceAndTarget(rig) });
  const space = session.workspace(rig.simulator.state.defaultWorkspaceId);
  await rig.clock.advance(1_000);
  space.jobRuns.follow(job.id);
  await rig.clock.advance(2 * POLL_MS);
  rig.said();
  rig.simulator.console.run(job.id);
  await rig.clock.advance(10 * POLL_MS);
  expect(rig.said()).toContain(`SyncJob ${job.id} by run`);
  expect(space.jobRuns.view(job.id)?.lastRun?.state).toBe('succeeded');
});

test('a list that lacks what statuses name is not believed', async () => {
  const rig = createKindRig();
  rig.known.set('SyncConnection', ['gone-1', 'gone-2']);
  const session = await rig.connect();
  const space = session.workspace(rig.simulator.state.defaultWorkspaceId);
  await rig.clock.advance(1_000);
  expect(space.connections.suspicious).toMatchObject({ missing: 2, known: 2 });
  expect(rig.said()).toContain(`SyncWorkspace ${space.id} by state`);
});

test('a workspace that is gone is polled no more', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  const made = rig.simulator.console.createWorkspace('sales');
  session.workspace(made.id);
  await rig.clock.advance(2 * POLL_MS);
  rig.simulator.console.remove('workspace', made.id);
  await rig.clock.advance(3 * POLL_MS);
  rig.simulator.requests.length = 0;
  await rig.clock.advance(5 * POLL_MS);
  expect(rig.requests('jobs.list')).toEqual([]);
});

test('secrets that the server shows in plain are hidden from then on', async () => {
  const rig = createKindRig({ dialect: dialectWith({ secrets: 'plain' }) });
  const session = await rig.connect();
  rig.simulator.console.createConnection({
    name: 'crm',
    connector: 'Salesforce',
    properties: { Password: 'hunter2-x' },
  });
  session.workspace(rig.simulator.state.defaultWorkspaceId);
  await rig.clock.advance(2 * POLL_MS);
  expect(session.client.scrubber.scrub('login with hunter2-x failed')).not.toContain('hunter2');
});

test('the tables of a connection are asked for once in ten minutes', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  const { source_connection: source } = sourceAndTarget(rig);
  rig.simulator.console.setTables(source, [{ name: 'Account', columns: [] } as never]);
  session.workspace(rig.simulator.state.defaultWorkspaceId);
  await rig.clock.advance(1_000);
  const first = await rig.run(session.tables(source));
  expect(first.map(({ name }) => name)).toEqual(['Account']);
  await rig.run(session.tables(source));
  expect(rig.requests('connections.tables')).toHaveLength(1);
  await rig.clock.advance(11 * 60_000);
  await rig.run(session.tables(source));
  expect(rig.requests('connections.tables')).toHaveLength(2);
});
