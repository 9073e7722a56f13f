import { expect, test } from 'vitest';
import type { Json } from '../../src/ports/json.ts';
import { dialectWith } from './dialect.ts';
import { createRig, type Rig } from './rig.ts';

function withJob(rig: Rig) {
  const person = rig.simulator.console;
  const connection = person.createConnection({
    name: 'c',
    connector: 'CSV',
    properties: { Server: 'db', Password: 'hunter2' },
  });
  const pair = { source_connection: connection.id, destination_connection: connection.id };
  const job = person.createJob({ name: 'j', ...pair }, [{ table: 'A' }, { table: 'B' }]);
  return {
    person,
    connection,
    job,
    path: `/jobs/${job.id}`,
    wire: { name: 'k', source_connection: { id: connection.id }, destination_connection: { id: connection.id } },
  };
}

for (const busyStatus of ['409', '400'] as const) {
  test(`what runs is not changed, and says ${busyStatus}`, async () => {
    const rig = createRig({ dialect: dialectWith({ busyStatus }) });
    const { path, job, connection } = withJob(rig);
    await rig.ok('POST', `${path}/execute`);
    const before = rig.simulator.dump();
    const task = `${path}/tasks/${job.children[0]!.id}`;
    const calls = [
      ['PUT', path, { name: 'x' }],
      ['DELETE', path],
      ['POST', `${path}/execute`],
      ['POST', `${path}/tasks`, { table: 'C' }],
      ['PUT', task, { table: 'C' }],
      ['POST', `${task}/move`, { position: 2 }],
      ['DELETE', task],
      ['PUT', `/connections/${connection.id}`, { name: 'x' }],
      ['DELETE', `/connections/${connection.id}`],
    ] as const;
    for (const [method, at, body] of calls) {
      const reply = await rig.call(method, at, body);
      expect([method, at, reply.status]).toEqual([method, at, Number(busyStatus)]);
      expect(reply.text).toContain('running');
    }
    expect(rig.simulator.dump()).toBe(before);
    await rig.clock.advance(60_000);
    await rig.ok('PUT', path, { name: 'x' });
  });
}

test('what others use is not deleted', async () => {
  const rig = createRig();
  const { connection, job, person, path } = withJob(rig);
  const pipeline = person.createPipeline({ name: 'p' }, [{ reference: job.id }]);
  expect((await rig.call('DELETE', `/connections/${connection.id}`)).status).toBe(409);
  expect((await rig.call('DELETE', path)).status).toBe(409);
  expect((await rig.call('DELETE', '/workspaces/default')).status).toBe(409);
  await rig.ok('DELETE', `/pipelines/${pipeline.id}?pipeline_only=true`);
  await rig.ok('DELETE', path);
  await rig.ok('DELETE', `/connections/${connection.id}`);
});

test('a pipeline deleted without pipeline_only takes what it uses with it', async () => {
  const rig = createRig();
  const { job, person } = withJob(rig);
  const pipeline = person.createPipeline({ name: 'p' }, [{ reference: job.id }]);
  person.createEvent(pipeline.id, { name: 'e' });
  await rig.ok('DELETE', `/pipelines/${pipeline.id}`);
  expect([rig.simulator.state.jobs.size, rig.simulator.state.events.size]).toEqual([0, 0]);
});

test('wrong values are refused by name', async () => {
  const rig = createRig();
  const { wire, path } = withJob(rig);
  const jobs = '/workspaces/default/jobs';
  const connections = '/workspaces/default/connections';
  const cases = [
    ['POST', jobs, { ...wire, name: 'j' }, 409, "'j'"],
    ['POST', jobs, { name: 'k' }, 400, 'source_connection'],
    ['POST', jobs, { ...wire, source_connection: { id: 'none' } }, 400, 'source_connection'],
    ['POST', jobs, { ...wire, type: 'Sideways' }, 400, 'type'],
    ['POST', jobs, { ...wire, worker_pool: 'many' }, 400, 'worker_pool'],
    ['POST', jobs, { ...wire, schedule: { enabled: true, cron: 'every day' } }, 400, 'every day'],
    ['PUT', path, { schedule: { cron: '61 * * * *' } }, 400, '61'],
    ['POST', connections, { name: 'x', connector: 'Telepathy' }, 400, 'Telepathy'],
    ['POST', '/workspaces/nowhere/jobs', wire, 404, 'nowhere'],
    ['POST', `${path}/tasks`, {}, 400, 'table'],
    ['POST', '/users/', { user: 'u', roles: [{ id: 'cdata_king' }] }, 400, 'cdata_king'],
  ] satisfies [string, string, Json, number, string][];
  for (const [method, at, body, status, words] of cases) {
    const reply = await rig.call(method, at, body);
    expect([at, reply.status]).toEqual([at, status]);
    expect(reply.text).toContain(words);
  }
});

test('a token is needed, by header or as the password of basic auth', async () => {
  const rig = createRig();
  const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`x:${password}`).toString('base64')}` });
  const status = async (headers: Record<string, string>) =>
    (await rig.call('GET', '/workspaces', undefined, { headers })).status;
  expect(await status({})).toBe(401);
  expect(await status({ 'x-cdata-authtoken': 'wrong' })).toBe(401);
  expect(await status(basic('wrong'))).toBe(401);
  expect(await status(basic(rig.simulator.token))).toBe(200);
  rig.simulator.console.revokeToken(rig.simulator.token);
  expect((await rig.call('GET', '/workspaces')).status).toBe(401);
});

test('objects that the caller may not touch say 403', async () => {
  const rig = createRig();
  const { job, path, person } = withJob(rig);
  person.forbid('job', job.id, 'write');
  expect((await rig.call('GET', path)).status).toBe(200);
  expect((await rig.call('PUT', path, { name: 'x' })).status).toBe(403);
  person.forbid('job', job.id, 'all');
  expect((await rig.call('GET', path)).status).toBe(403);
  person.forbid('job', job.id, undefined);
  await rig.ok('PUT', path, { name: 'x' });
});

test('a failed connection test names the server, and the secret only when told to', async () => {
  const rig = createRig({ dialect: dialectWith({ testReply: 'status' }) });
  const { connection, person } = withJob(rig);
  const path = `/connections/${connection.id}`;
  expect(await rig.ok('POST', `${path}/test`)).toMatchObject({ success: true });
  person.edit('connection', connection.id, { properties: { Server: 'unreachable.example' } });
  const plain = await rig.call('POST', `${path}/test`);
  expect([plain.status, plain.text.includes('unreachable.example'), plain.text.includes('hunter2')]).toEqual([
    400,
    true,
    false,
  ]);
  rig.simulator.echoSecrets(true);
  expect((await rig.call('POST', `${path}/test`)).text).toContain('hunter2');
  expect(await rig.ok('GET', path)).toMatchObject({ connection_state: 'Failed' });
});

test('tasks move, are added at a place and keep their order', async () => {
  const rig = createRig();
  const { job, path } = withJob(rig);
  await rig.ok('POST', `${path}/tasks`, { table: 'C', position: 1 });
  await rig.ok('POST', `${path}/tasks/${job.children[0]!.id}/move`, { position: 3 });
  const tables = ((await rig.ok('GET', `${path}/tasks`)).value as { table: string; position: number }[]).map((task) => [
    task.position,
    task.table,
  ]);
  expect(tables).toEqual([
    [1, 'A'],
    [2, 'B'],
    [3, 'C'],
  ]);
  for (const position of [0, 4, 'x']) {
    expect((await rig.call('POST', `${path}/tasks/${job.children[0]!.id}/move`, { position })).status).toBe(400);
  }
});
