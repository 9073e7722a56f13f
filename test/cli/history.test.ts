import { expect, test } from 'vitest';
import { convergedEnvironment, itemNamed } from '../scenarios/landscape.ts';
import type { Dialect } from '../simulator/dialect.ts';
import { run, SYNC_URL } from '../support/manifests.ts';
import { createCli } from './cli.ts';
import { allowOnly } from './rights.ts';

const HOUR = 3_600_000;
const failed = (code: number, err: RegExp) => ({ code, out: '', err: expect.stringMatching(err) });

/** The job has run twice: by a SyncRun, and badly by somebody in the console. */
async function setUp(dialect: Partial<Dialect> = {}) {
  const world = await convergedEnvironment({ dialect });
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { records: 7 });
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True', HOUR);
  world.simulator.console.behaviour(id, { outcome: 'fail' });
  world.simulator.console.run(id);
  await world.settle(5 * 60_000);
  return { world, cli: createCli(world) };
}

test('history shows past runs, newest first: when, how, how long, how much, and which SyncRun', async () => {
  const { cli } = await setUp();
  const { code, out, err } = await cli.run('history', 'job/nightly');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(
    /^STARTED +STATE +TOOK +RECORDS +SYNCRUN +MESSAGE\n2026-\S+Z +Failed +\d+s +14 +One or more tasks failed\.\n2026-\S+Z +Succeeded +\d+s +21 +now +Completed\n$/,
  );
  expect((await cli.run('history', 'job/nightly', '--limit', '1')).out.trimEnd().split('\n')).toHaveLength(2);
});

test('history as data', async () => {
  const { world, cli } = await setUp();
  const rows = JSON.parse((await cli.run('history', 'job/nightly', '-o', 'json')).out);
  expect(rows[1]).toEqual({
    runId: world.status('SyncRun', 'now').runId,
    state: 'Succeeded',
    rawStatus: expect.any(String),
    startTime: world.status('SyncRun', 'now').startTime,
    completionTime: world.status('SyncRun', 'now').completionTime,
    recordsAffected: 21,
    message: 'Completed',
    syncRun: 'now',
  });
});

test('--tasks shows the runs of each task', async () => {
  const { cli } = await setUp();
  const { code, out } = await cli.run('history', 'job/nightly', '--tasks');
  expect(code).toBe(0);
  const rows = out
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/));
  expect(rows.slice(1).map(([task, , state]) => [task, state])).toEqual([
    ['Accounts', 'Failed'],
    ['Accounts', 'Succeeded'],
    ['Contacts', 'Succeeded'],
    ['Contacts', 'Succeeded'],
    ['REPLICATE [Orders]', 'Succeeded'],
    ['REPLICATE [Orders]', 'Succeeded'],
  ]);
  const data = JSON.parse((await cli.run('history', 'job/nightly', '--tasks', '--limit', '1', '-o', 'json')).out);
  expect(data.map(({ task }: { task: string }) => task)).toEqual(['Accounts', 'Contacts', 'REPLICATE [Orders]']);
});

test.each<Partial<Dialect>>([
  { history: 'oldest', dates: 'offset' },
  { history: 'finishedOnly', keys: 'camel', envelope: 'array' },
  { ids: 'integer', statusWords: 'upper', paging: 'nextLink' },
])('the order and the states are the same on a server with %j', async (dialect) => {
  const { cli } = await setUp(dialect);
  const rows = JSON.parse((await cli.run('history', 'job/nightly', '-o', 'json')).out);
  expect(rows.map(({ state, syncRun }: { state: string; syncRun?: string }) => [state, syncRun])).toEqual([
    ['Failed', undefined],
    ['Succeeded', 'now'],
  ]);
});

test('colours on a terminal; what has not run yet is said', async () => {
  const { cli } = await setUp();
  Object.assign(cli.terminal, { live: true, colours: true });
  expect((await cli.run('history', 'job/nightly')).out).toContain('\u001b[31mFailed\u001b[0m');
  const none = { code: 0, out: '', err: 'Sync knows of no run of transformation/daily\n' };
  expect(await cli.run('history', 'transformation/daily')).toEqual(none);
  expect(await cli.run('history', 'transformation/daily', '-o', 'json')).toEqual({ code: 0, out: '[]\n', err: '' });
});

test('what goes wrong is said in one line', async () => {
  const { world, cli } = await setUp();
  expect(await cli.run('history', 'job/none')).toEqual(
    failed(1, /^error: there is no SyncJob none in namespace default\n$/),
  );
  expect(await cli.run('history', 'pipeline/morning', '--tasks')).toEqual(
    failed(1, /^error: --tasks is for jobs: the API has no history of the parts of others\n$/),
  );
  expect(await cli.run('history', 'job/nightly', '--limit', '0')).toEqual(
    failed(1, /^error: --limit: "0" is not a whole number from 1 on\n$/),
  );
  const rights = ['get syncjobs', 'get syncworkspaces', 'get syncservers', 'get secrets', 'list syncruns'];
  for (const [at, right] of rights.entries()) {
    allowOnly(cli, world, rights.slice(0, at));
    expect(await cli.run('history', 'job/nightly')).toEqual(failed(1, new RegExp(`^error: .*${right}.*\n$`)));
  }
  allowOnly(cli, world, rights);
  expect((await cli.run('history', 'job/nightly')).code).toBe(0);
  cli.network.serve(SYNC_URL, undefined);
  expect(await cli.run('history', 'job/nightly')).toEqual(failed(1, /^error: Sync: jobs\.history .*ECONNREFUSED.*\n$/));
});

test('a server without the call says so', async () => {
  const { world, cli } = await setUp();
  const { handler } = world.simulator;
  cli.network.serve(SYNC_URL, (request) =>
    handler(request.path.endsWith('/history') ? { ...request, path: '/api.rsc/v2/nowhere' } : request),
  );
  expect(await cli.run('history', 'job/nightly', '--tasks')).toEqual(
    failed(1, /^error: this Sync server has no call jobs\.tasks\.history, as far as is known; .*\n$/),
  );
});
