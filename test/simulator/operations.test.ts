import { expect, test } from 'vitest';
import { createRig, type Rig } from './rig.ts';
import { routesOf } from './routes.ts';

// sync-api-v2.md section 4: five, twelve, seventeen and retrieve, fourteen, fifteen, five, six.
const COUNTS = { workspaces: 5, connections: 12, jobs: 18, transformations: 14, pipelines: 15, events: 5, users: 6 };

test('all 74 operations and retrieve-a-job are served, and each is reached once', async () => {
  const rig = createRig();
  const ids = new Set(routesOf(rig.simulator.dialect).map((route) => route.id));
  expect(ids.size).toBe(75);
  for (const [api, count] of Object.entries(COUNTS)) {
    expect(
      [...ids].filter((id) => id.startsWith(`${api}.`)),
      api,
    ).toHaveLength(count);
  }
  await tour(rig);
  const { requests } = rig.simulator;
  expect(requests.filter((request) => !request.acted)).toEqual([]);
  expect(requests.map((request) => request.operation).sort()).toEqual([...ids].sort());
});

test('writes() has only what reached an operation that changes state', async () => {
  const rig = createRig();
  await tour(rig);
  const { requests } = rig.simulator;
  const reads = requests.filter((request) => !request.write).map((request) => request.operation);
  expect(
    reads.every((id) => /list$|get$|[hH]istory|status|tables|columns|lastRun|test$|download$/.test(id ?? '')),
  ).toBe(true);
  const writes = rig.simulator.writes();
  expect(writes.length).toBe(75 - reads.length);
  await rig.call('DELETE', '/jobs/none', undefined, { headers: { 'x-cdata-authtoken': 'wrong' } });
  expect(rig.simulator.writes()).toHaveLength(writes.length);
});

/** Carries out every operation exactly once. */
async function tour({ ok, clock, simulator }: Rig): Promise<void> {
  const ws = (await ok('POST', '/workspaces', { name: 'Sales' })).id;
  await ok('GET', '/workspaces');
  await ok('GET', `/workspaces/${ws}`);
  await ok('PUT', `/workspaces/${ws}`, { name: 'Sales EU' });

  const properties = { Server: 'db', Password: 'pw' };
  const con = (await ok('POST', `/workspaces/${ws}/connections`, { name: 'pg', connector: 'PostgreSQL', properties }))
    .id;
  const c = `/connections/${con}`;
  await ok('GET', `/workspaces/${ws}/connections`);
  await ok('GET', c);
  await ok('PUT', c, { name: 'pg2' });
  await ok('POST', `${c}/test`);
  await ok('GET', `${c}/tables`);
  await ok('GET', `${c}/tables/in%2F2026.csv/columns`);
  await ok('POST', `${c}/reset-metadata`);
  await ok('POST', `${c}/reset-credentials`);
  const logs = (await ok('GET', `${c}/logs`)).value as { file_name: string }[];
  await ok('POST', `${c}/logs/download`, { file_name: logs[0]!.file_name });

  const pair = { source_connection: { id: con! }, destination_connection: { id: con! } };
  const job = (await ok('POST', `/workspaces/${ws}/jobs`, { name: 'load', ...pair })).id;
  const j = `/jobs/${job}`;
  await ok('GET', `/workspaces/${ws}/jobs`);
  await ok('GET', j);
  await ok('PUT', j, { destination_schema: 'dw' });
  const task = (await ok('POST', `${j}/tasks`, { table: 'Accounts' })).id;
  await ok('GET', `${j}/tasks`);
  await ok('GET', `${j}/tasks/${task}`);
  await ok('PUT', `${j}/tasks/${task}`, { query: 'REPLICATE [Accounts]' });
  await ok('POST', `${j}/tasks/${task}/move`, { position: 1 });
  const run = (await ok('POST', `${j}/execute`)).id;
  await ok('GET', `${j}/status`);
  await ok('POST', `${j}/cancel`);
  await ok('GET', `${j}/history`);
  await ok('GET', `${j}/history/${run}`);
  await ok('GET', `${j}/tasks/last-run`);
  await ok('GET', `${j}/tasks/${task}/history`);
  await ok('DELETE', `${j}/tasks/${task}`);

  const destination = { destination_connection: { name: 'pg2' } };
  const trans = (await ok('POST', `/workspaces/${ws}/transformations`, { name: 'mart', ...destination })).id;
  const t = `/transformations/${trans}`;
  await ok('GET', `/workspaces/${ws}/transformations`);
  await ok('GET', t);
  await ok('PUT', t, { alerts: { send_email: true } });
  const sql = (await ok('POST', `${t}/tasks`, { query: 'select 1' })).id;
  await ok('GET', `${t}/tasks`);
  await ok('GET', `${t}/tasks/${sql}`);
  await ok('PUT', `${t}/tasks/${sql}`, { query: 'select 2' });
  await ok('POST', `${t}/tasks/${sql}/move`, { position: 1 });
  await ok('POST', `${t}/execute`);
  await ok('GET', `${t}/status`);
  await clock.advance(60_000);
  await ok('GET', `${t}/history`);
  await ok('DELETE', `${t}/tasks/${sql}`);

  const pipe = (await ok('POST', `/workspaces/${ws}/pipelines`, { name: 'nightly' })).id;
  const p = `/pipelines/${pipe}`;
  await ok('GET', `/workspaces/${ws}/pipelines`);
  await ok('GET', p);
  await ok('PUT', p, { schedule: { enabled: false, cron: '0 0 0 * * *' }, labels: ['a'] });
  const event = (await ok('POST', `${p}/events`, { name: 'note', script: '<x/>' })).id;
  await ok('GET', `${p}/events`);
  await ok('GET', `${p}/events/${event}`);
  await ok('PUT', `${p}/events/${event}`, { name: 'note', script: '<y/>', labels: [] });
  const step = (await ok('POST', `${p}/steps`, { type: 'Event', reference: { id: event! } })).id;
  await ok('GET', `${p}/steps`);
  await ok('PUT', `${p}/steps/${step}`, { type: 'Replication', reference: { id: job! } });
  await ok('POST', `${p}/steps/${step}/move`, { position: 1 });
  const pipeRun = (await ok('POST', `${p}/execute`)).id;
  await ok('GET', `${p}/status`);
  await ok('POST', `${p}/cancel`);
  await ok('GET', `${p}/history`);
  await ok('GET', `${p}/history/${pipeRun}`);
  await clock.advance(60_000);
  await ok('DELETE', `${p}/steps/${step}`);
  await ok('DELETE', `${p}/events/${event}`);
  await ok('DELETE', `${p}?pipeline_only=true`);
  await ok('DELETE', t);
  await ok('DELETE', j);
  await ok('DELETE', c);
  await ok('DELETE', `/workspaces/${ws}`);

  const user = (await ok('POST', '/users/', { user: 'eve', password: 'pw', roles: [{ name: 'Standard' }] })).id;
  await ok('GET', '/users');
  await ok('GET', `/users/${user}`);
  await ok('PUT', `/users/${user}`, { is_active: false, roles: [{ id: 'cdata_support' }] });
  const { token } = await ok('POST', '/users/generate-token', { user: 'eve' });
  expect(simulator.state.tokens.has(String(token))).toBe(true);
  await ok('DELETE', `/users/${user}`);
}
