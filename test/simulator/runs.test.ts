import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/ports/json.ts';
import { dialectWith } from './dialect.ts';
import { createRig, type Rig } from './rig.ts';

function withJob(rig: Rig, tables: readonly string[] = ['A', 'B']) {
  const person = rig.simulator.console;
  const connection = person.createConnection({ name: 'c', connector: 'CSV', properties: { Server: 'db' } });
  const pair = { source_connection: connection.id, destination_connection: connection.id };
  const job = person.createJob(
    { name: 'j', ...pair },
    tables.map((table) => ({ table })),
  );
  person.behaviour(undefined, { startMs: 1000, testMs: 2000, taskMs: 5000, records: 100 });
  return { person, connection, job, path: `/jobs/${job.id}` };
}

const rows = (list: JsonObject) => list.value as JsonObject[];

test('a run goes from starting over testing to its end, task by task', async () => {
  const rig = createRig();
  const { path } = withJob(rig);
  expect((await rig.ok('GET', `${path}/status`)).status).toBeNull();
  const run = await rig.ok('POST', `${path}/execute`);
  const seen: Json[] = [];
  for (const [ms, records] of [
    [0, 0],
    [1000, 0],
    [2000, 0],
    [2500, 50],
    [2500, 100],
    [5000, 200],
  ] as const) {
    await rig.clock.advance(ms);
    const status = await rig.ok('GET', `${path}/status`);
    expect(status).toMatchObject({ run_id: run.id, records_affected: records });
    seen.push([status.status!, ...(status.tasks as JsonObject[]).map((task) => task.status!)]);
  }
  expect(seen).toEqual([
    ['Starting', null, null],
    ['Testing', null, null],
    ['In progress', 'In progress', null],
    ['In progress', 'In progress', null],
    ['In progress', 'Successful', 'In progress'],
    ['Successful', 'Successful', 'Successful'],
  ]);
  const [entry] = rows(await rig.ok('GET', `${path}/history`));
  expect(entry).toMatchObject({ id: run.id, status: 'Successful', records_affected: 200, runtime: 13 });
  expect(rows(await rig.ok('GET', `${path}/tasks/last-run`))).toMatchObject([
    { table: 'A', status: 'Successful', records_affected: 100, history_id: run.id },
    { table: 'B', status: 'Successful', records_affected: 100, history_id: run.id },
  ]);
});

test('a run fails as it is told to, and a failed connection test is an error', async () => {
  const rig = createRig({ dialect: dialectWith({ statusWords: 'sentence' }) });
  const { path, person, job, connection } = withJob(rig, ['A', 'B', 'C']);
  person.behaviour(job.id, { outcome: 'fail', failing: 2 });
  await rig.ok('POST', `${path}/execute`);
  await rig.clock.advance(60_000);
  expect((await rig.ok('GET', `${path}/status`)).status).toBe('2 of 3 Tasks Failed');
  person.edit('connection', connection.id, { properties: { Server: 'unreachable.example' } });
  await rig.ok('POST', `${path}/execute`);
  await rig.clock.advance(60_000);
  expect(rows(await rig.ok('GET', `${path}/history`)).map((entry) => entry.status)).toEqual([
    'Error',
    '2 of 3 Tasks Failed',
  ]);
});

test('a cancelled run ends at once, and only what ran can be cancelled', async () => {
  const rig = createRig();
  const { path } = withJob(rig);
  expect((await rig.call('POST', `${path}/cancel`)).status).toBe(400);
  await rig.ok('POST', `${path}/execute`);
  await rig.clock.advance(4000);
  await rig.ok('POST', `${path}/cancel`);
  await rig.clock.advance(60_000);
  expect(await rig.ok('GET', `${path}/status`)).toMatchObject({
    status: 'Canceled',
    records_affected: 20,
    tasks: [{ status: 'Canceled' }, { status: 'Canceled' }],
  });
});

test('a blocking execute answers at the end; when the client leaves, the run goes on', async () => {
  const rig = createRig({ dialect: dialectWith({ executeReply: 'blocking' }) });
  const { path } = withJob(rig);
  let reply: JsonObject | undefined;
  void rig.ok('POST', `${path}/execute`).then((json) => {
    reply = json;
  });
  await rig.clock.advance(12_999);
  expect(reply).toBeUndefined();
  await rig.clock.advance(1);
  expect(reply).toMatchObject({ status: 'Successful' });

  const client = new AbortController();
  const gone = rig
    .call('POST', `${path}/execute`, undefined, { signal: client.signal })
    .catch((error: unknown) => error);
  await rig.clock.advance(2000);
  client.abort();
  expect(await gone).toBeInstanceOf(Error);
  await rig.clock.advance(60_000);
  expect(rows(await rig.ok('GET', `${path}/history`)).map((entry) => entry.status)).toEqual([
    'Successful',
    'Successful',
  ]);
});

test('a pipeline runs its steps one after another and stops at the first that fails', async () => {
  const rig = createRig();
  const { person, job, connection } = withJob(rig);
  const mart = person.createTransformation({ name: 'mart', destination_connection: connection.id }, [{ query: 'q' }]);
  const pipeline = person.createPipeline({ name: 'p' }, [{ reference: job.id }, { reference: mart.id }]);
  const path = `/pipelines/${pipeline.id}`;
  await rig.ok('POST', `${path}/execute`);
  await rig.clock.advance(20_000);
  expect(await rig.ok('GET', `${path}/status`)).toMatchObject({
    status: 'In progress',
    steps: [
      { name: 'j', status: 'Successful' },
      { name: 'mart', status: 'In progress' },
    ],
  });
  await rig.clock.advance(20_000);
  expect((await rig.ok('GET', `${path}/status`)).status).toBe('Successful');
  person.behaviour(job.id, { outcome: 'fail' });
  await rig.ok('POST', `${path}/execute`);
  await rig.clock.advance(60_000);
  expect(await rig.ok('GET', `${path}/status`)).toMatchObject({
    status: 'Failed',
    steps: [{ status: 'Failed' }, { status: 'Canceled' }],
  });
  expect(rows(await rig.ok('GET', `/jobs/${job.id}/history`))).toHaveLength(2);
});

test('cancelling a pipeline cancels the job that it runs', async () => {
  const rig = createRig();
  const { person, job } = withJob(rig);
  const pipeline = person.createPipeline({ name: 'p' }, [{ reference: job.id }]);
  await rig.ok('POST', `/pipelines/${pipeline.id}/execute`);
  await rig.clock.advance(5000);
  await rig.ok('POST', `/pipelines/${pipeline.id}/cancel`);
  expect((await rig.ok('GET', `/jobs/${job.id}/status`)).status).toBe('Canceled');
});

test('a transformation follows its job', async () => {
  const rig = createRig();
  const { person, job, connection, path } = withJob(rig);
  const trigger = { 'trigger.type': 'AfterJob', 'trigger.after_job': job.id };
  const mart = person.createTransformation({ name: 'mart', destination_connection: connection.id, ...trigger });
  await rig.ok('POST', `${path}/execute`);
  await rig.clock.advance(13_500);
  expect((await rig.ok('GET', `/transformations/${mart.id}/status`)).status).toBe('Starting');
});

test('a schedule fires at its slots, skips one that comes while it runs, and stops when switched off', async () => {
  const rig = createRig();
  const { job, path, person } = withJob(rig);
  person.behaviour(job.id, { taskMs: 45_000 });
  await rig.ok('PUT', path, { schedule: { enabled: true, cron: '* * * * *' } });
  await rig.clock.advance(5 * 60_000);
  const entries = rows(await rig.ok('GET', `${path}/history`)).reverse();
  expect(entries.map((entry) => [entry.run_start_date, entry.status])).toEqual([
    ['2026-01-01T00:01:00.000Z', 'Successful'],
    ['2026-01-01T00:02:00.000Z', 'SKIPPED'],
    ['2026-01-01T00:03:00.000Z', 'Successful'],
    ['2026-01-01T00:04:00.000Z', 'SKIPPED'],
    ['2026-01-01T00:05:00.000Z', 'Starting'],
  ]);
  await rig.clock.advance(10_000);
  person.edit('job', job.id, { 'schedule.enabled': false });
  await rig.clock.advance(3600_000);
  expect(rows(await rig.ok('GET', `${path}/history`))).toHaveLength(5);
});

test('six-field crons are in the zone of the server', async () => {
  const rig = createRig({ zone: 'Asia/Tokyo' });
  const { path } = withJob(rig);
  await rig.ok('PUT', path, { schedule: { enabled: true, cron: '30 0 10 * * *' } });
  await rig.clock.advance(24 * 3600_000);
  const entries = rows(await rig.ok('GET', `${path}/history`));
  expect(entries.map((entry) => entry.run_start_date)).toEqual(['2026-01-01T01:00:30.000Z']);
});
