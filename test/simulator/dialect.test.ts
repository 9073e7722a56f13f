import { expect, test } from 'vitest';
import type { Json } from '../../src/ports/json.ts';
import { DIALECT, type Dialect, dialectWith, SWITCHES, type Switch } from './dialect.ts';
import { pairwise } from './pairwise.ts';
import { createRig, type Rig } from './rig.ts';

/** Says one thing of everything that a dialect may decide, and returns what the wire showed. */
async function transcript(dialect: Dialect): Promise<string> {
  const rig = createRig({ dialect, pageSize: 2, zone: 'America/New_York' });
  const { console: person, state } = rig.simulator;
  const said: string[] = [];
  const say = async (method: string, path: string, body?: Json, wait = 0) => {
    const pending = rig.call(method, path, body);
    await rig.clock.advance(wait);
    const { status, text, headers } = await pending;
    said.push(`${method} ${path} ${status} ${headers['content-type'] ?? ''} ${text}`);
  };
  const properties = { Server: 'db unreachable', Password: 'hunter2' };
  const connection = person.createConnection({ name: 'c', connector: 'CSV', properties }).id;
  const source = { source_connection: connection, destination_connection: connection };
  const job = person.createJob(
    { name: 'j', 'schedule.cron': '0 5 * * *', ...source },
    ['a', 'b', 'c'].map((table) => ({ table })),
  );
  person.createTransformation({ name: 't', destination_connection: connection });
  await rig.clock.advance(200_000);

  const j = `/jobs/${job.id}`;
  const first = job.children[0]!.id;
  await say('GET', `${j}`);
  await say('GET', `${j}/tasks`);
  await say('GET', `/connections/${connection}`);
  await say('POST', `/connections/${connection}/test`);
  await say('GET', `/connections/${connection}/columns?table=Accounts`);
  await say('GET', `/connections/${connection}/tables/Accounts/columns`);
  await say('POST', `/connections/${connection}/logs/download`, { file_name: `${connection}.log` });
  await say('POST', `/connections/${connection}/logs/${connection}.log/download`);
  await say('GET', `${j}/last-run`);
  await say('GET', `${j}/tasks/last-run`);
  await say('GET', '/nothing');
  await say('GET', '/connections/none');
  for (const method of ['POST', 'PUT']) await say(method, `${j}/tasks/${first}/move`, { position: 2 });
  await say('POST', `${j}/tasks/${first}/move`, { index: 2 });
  await say('POST', '/users', { user: 'u1' });
  await say('POST', '/users/', { user: 'u2' });
  const path = '/workspaces/default/jobs';
  const pair = { source_connection: { id: connection }, destination_connection: { id: connection } };
  await say('POST', path, { name: 'j', ...pair });
  await say('POST', path, { name: ' padded ', schedule: { cron: '0 5 * * mon' }, destination_schema: 'dw', ...pair });
  await say('POST', path, {
    Name: 'odd',
    'Source-Connection': pair.source_connection,
    destinationConnection: pair.source_connection,
  });
  await say('POST', path, { name: 'lost', ...pair, source_connection: { id: 'none' } });
  await say('POST', path, { name: 'strange', ...pair, sparkle: 1 });
  await say('PUT', j, { name: 'j', ...pair, worker_pool: 9 });
  await say('PUT', j, { name: 'j', ...pair, destination_schema: 's' });
  await say('GET', path);
  await say('GET', `${path}?$skip=2`);
  await say('GET', '/workspaces/default/transformations');
  person.behaviour(job.id, { outcome: 'fail', failing: 1 });
  person.edit('connection', connection, { properties: { Server: 'db' } });
  await say('POST', `${j}/execute`, undefined, 10_000 * 60);
  await say('POST', `${j}/execute`, undefined, dialect.executeReply === 'blocking' ? 60_000 : 4_000);
  await say('GET', `${j}/status`);
  await say('GET', j);
  await say('GET', `${j}/history`);
  await say('DELETE', j);
  person.run([...state.transformations.values()][0]!.id);
  return said.join('\n');
}

const reference = transcript(dialectWith({}));

for (const key of SWITCHES) {
  const { values, unsupported } = DIALECT[key] as { values: readonly string[]; unsupported?: string };
  for (const value of unsupported === undefined ? values.slice(1) : [...values.slice(1), unsupported]) {
    test(`${key} = ${value} shows on the wire`, async () => {
      expect(await transcript(dialectWith({ [key as Switch]: value }))).not.toBe(await reference);
    });
  }
}

test('the same dialect and seed say the same, word for word', async () => {
  expect(await transcript(dialectWith({}))).toBe(await reference);
});

test('no pairwise dialect trips over itself', async () => {
  for (const dialect of pairwise()) expect(await transcript(dialect)).not.toContain(' 500 ');
});

test('the reference is what the documentation reads like', async () => {
  const { ok, simulator }: Rig = createRig();
  const properties = { Server: 'db', Password: 'hunter2' };
  const connection = await ok('POST', '/workspaces/default/connections', { name: 'c', connector: 'CSV', properties });
  expect(connection).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    properties: { Server: 'db', Password: '********' },
    settings: { metadata_refresh_interval: 'Never' },
    created_at: '2026-01-01T00:00:00.000Z',
  });
  const pair = { source_connection: { id: connection.id! }, destination_connection: { id: connection.id! } };
  const job = await ok('POST', '/workspaces/default/jobs', { name: 'j', ...pair });
  expect(job).toMatchObject({ source_connection: { id: connection.id, name: 'c' }, schedule: { enabled: false } });
  const task = await ok('POST', `/jobs/${job.id}/tasks`, { table: 'Accounts' });
  expect(task).toMatchObject({ table: 'Accounts', position: 1 });
  expect(typeof task.id).toBe('bigint');
  const list = await ok('GET', '/workspaces/default/jobs');
  expect(list).toEqual({ value: [{ ...job, updated_at: expect.any(String) }] });
  expect(simulator.writes().map((request) => request.operation)).toEqual([
    'connections.create',
    'jobs.create',
    'jobs.tasks.add',
  ]);
});

test('a lagging server shows a change only after the lag', async () => {
  const { call, ok, clock, simulator } = createRig({ dialect: dialectWith({ lag: '3000' }) });
  const { id } = await ok('POST', '/workspaces', { name: 'late' });
  expect((await call('GET', `/workspaces/${id}`)).status).toBe(404);
  expect((await ok('GET', '/workspaces')).value).toHaveLength(1);
  await clock.advance(3000);
  expect(await ok('GET', `/workspaces/${id}`)).toMatchObject({ name: 'late' });
  await ok('PUT', `/workspaces/${id}`, { name: 'later' });
  expect(await ok('GET', `/workspaces/${id}`)).toMatchObject({ name: 'late' });
  await clock.advance(3000);
  expect(await ok('GET', `/workspaces/${id}`)).toMatchObject({ name: 'later' });
  const connection = simulator.console.createConnection({ name: 'c', connector: 'CSV' });
  expect((await call('GET', `/connections/${connection.id}`)).status).toBe(404);
  simulator.catchUp();
  expect(await ok('GET', `/connections/${connection.id}`)).toMatchObject({ name: 'c' });
});

test('a replacing PUT puts back what it does not name; a connection merges its properties', async () => {
  const { ok, simulator } = createRig({ dialect: dialectWith({ put: 'replace' }) });
  const person = simulator.console;
  const connection = person.createConnection({
    name: 'c',
    connector: 'CSV',
    properties: { Server: 'db', Password: 'x' },
  });
  const pair = { source_connection: connection.id, destination_connection: connection.id };
  const job = person.createJob({ name: 'j', worker_pool: 9, ...pair });
  await ok('PUT', `/jobs/${job.id}`, {
    name: 'k',
    source_connection: { name: 'c' },
    destination_connection: { name: 'c' },
  });
  expect(job.fields).toMatchObject({ name: 'k', worker_pool: 5 });
  await ok('PUT', `/connections/${connection.id}`, { name: 'c', properties: { server: 'db2' } });
  expect(connection.fields.properties).toEqual({ Server: 'db2', Password: 'x' });
});
