import { expect, test } from 'vitest';
import { createNetwork } from '../../test/support/network.ts';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import type { Handler, ServerResponse } from '../../test/support/server.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import type { Json } from '../ports/json.ts';
import { silentMeter } from '../ports/meter.ts';
import { createSyncClient, type SyncClientOptions } from './client.ts';
import { SyncError } from './errors.ts';
import { createOrigins } from './origin.ts';

const ORIGIN = 'http://sync.example:8181';
const json = (body: Json, status = 200): ServerResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const refusal = (status: number) => json({ error: { code: 'NotFound', message: 'No such resource.' } }, status);

/** A server that has these routes (`POST /jobs/j/run`) and lists workspaces. */
function setUp(
  routes: string[],
  noRoute: () => ServerResponse = () => refusal(404),
  options: Partial<SyncClientOptions> = {},
) {
  const clock = createVirtualClock();
  const random = createSeededRandom(3);
  const network = createNetwork({ clock, random });
  const handler: Handler = async ({ method, path }) => {
    const route = `${method} ${path.replace('/api.rsc/v2', '')}`;
    if (route === 'GET /workspaces') return json([]);
    return routes.includes(route) ? json({ id: 'j', run_id: 'r1' }) : noRoute();
  };
  network.serve(ORIGIN, handler);
  const origins = createOrigins({ clock, random, transport: network, meter: silentMeter() });
  const newClient = (more: Partial<SyncClientOptions> = {}) =>
    createSyncClient(
      { clock, random, origins },
      { url: ORIGIN, auth: { method: 'Header', token: 'token' }, ...options, ...more },
    );
  const run = async <T>(work: Promise<T>): Promise<T | SyncError> => {
    let settled = false;
    const done = work.catch((error: unknown) => {
      if (error instanceof SyncError) return error;
      throw error;
    });
    void done.finally(() => {
      settled = true;
    });
    await clock.until(() => settled, 120_000, 'the call');
    return done;
  };
  const sent = () =>
    network.exchanges.splice(0).map(({ method, path }) => `${method} ${path.replace('/api.rsc/v2', '')}`);
  return { clock, network, client: newClient(), newClient, run, sent };
}

const outcome = (result: unknown) => (result instanceof SyncError ? result.outcome : undefined);

test('the next candidate is tried after a refusal between two control reads, and remembered', async () => {
  const { client, newClient, run, sent } = setUp(['POST /jobs/j/run']);
  expect(await run(client.jobs.execute('j', { known: true }))).toMatchObject({ id: 'r1' });
  expect(sent()).toEqual(['GET /workspaces', 'POST /jobs/j/execute', 'GET /workspaces', 'POST /jobs/j/run']);
  expect(client.learned().routes).toEqual([{ operation: 'jobs.execute', method: 'POST', path: '/jobs/{job_id}/run' }]);
  expect(client.learned()).toBe(client.learned());
  await run(client.jobs.execute('j', { known: true }));
  expect(sent()).toEqual(['POST /jobs/j/run']);
  await run(newClient({ learned: client.learned() }).jobs.execute('j'));
  expect(sent()).toEqual(['POST /jobs/j/run']);
});

test.each([404, 405, 501])(
  '%i means no route; with none left the operation is unsupported for an hour',
  async (status) => {
    const { client, run, sent, clock } = setUp([], () => refusal(status));
    expect(outcome(await run(client.jobs.status('j', { known: true })))).toEqual({ kind: 'unsupported' });
    expect(client.routeState('jobs.status')).toBe('unsupported');
    sent();
    expect(outcome(await run(client.jobs.status('j', { known: true })))).toEqual({ kind: 'unsupported' });
    expect(sent()).toEqual([]);
    await clock.advance(3_600_000);
    expect(client.routeState('jobs.status')).toBe('untried');
  },
);

test('a 404 about an object that may be gone says nothing about the route', async () => {
  for (const known of [undefined, false, () => false, async () => false]) {
    const { client, run } = setUp([]);
    expect(outcome(await run(client.jobs.execute('j', { known })))).toEqual({ kind: 'http', status: 404 });
    expect(client.routeState('jobs.execute')).toBe('untried');
  }
});

test('what was shown only after it was asked for is asked again: reads may have lagged behind its create', async () => {
  const routes: string[] = [];
  const { client, run, sent } = setUp(routes);
  const known = () => routes.push('GET /jobs/j/status') > 0;
  expect(await run(client.jobs.status('j', { known }))).toMatchObject({ id: 'r1' });
  expect(client.routeState('jobs.status')).toBe('proven');
  const control = 'GET /workspaces';
  expect(sent()).toEqual([control, 'GET /jobs/j/status', control, 'GET /jobs/j/status']);
});

test('what a proxy answers when it is asked again says nothing about the route', async () => {
  const proxy: ServerResponse = { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>nginx</html>' };
  const replies = [refusal(404), proxy];
  const { client, run } = setUp([], () => replies.shift()!);
  expect(outcome(await run(client.jobs.status('j', { known: () => true })))).not.toEqual({ kind: 'unsupported' });
  expect(client.routeState('jobs.status')).toBe('untried');
});

test('the list is asked only when there is a refusal', async () => {
  const { client, run } = setUp(['POST /jobs/j/execute']);
  let asked = 0;
  const known = () => {
    asked++;
    return true;
  };
  await run(client.jobs.execute('j', { known }));
  expect(asked).toBe(0);
  await run(client.jobs.cancel('j', { known }));
  expect(asked).toBeGreaterThan(0);
});

test.each<[string, ServerResponse, object]>([
  [
    'a page of a proxy',
    { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>nginx</html>' },
    { kind: 'foreign' },
  ],
  ['an empty 405', { status: 405 }, { kind: 'http', status: 405 }],
  [
    'text of a proxy',
    { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' },
    { kind: 'http', status: 404 },
  ],
  ['400', refusal(400), { kind: 'http', status: 400 }],
  ['403', refusal(403), { kind: 'http', status: 403 }],
  ['409', refusal(409), { kind: 'http', status: 409 }],
  ['500', refusal(500), { kind: 'http', status: 500 }],
])('%s does not refuse a route', async (_, reply, expected) => {
  const { client, run, sent } = setUp([], () => reply);
  expect(outcome(await run(client.jobs.execute('j', { known: true })))).toEqual(expected);
  expect(sent().filter((line) => line.startsWith('POST'))).toEqual(['POST /jobs/j/execute']);
  expect(client.routeState('jobs.execute')).toBe('untried');
});

test('without a successful control read nothing is learned', async () => {
  const { client, run, network, clock } = setUp([]);
  network.serve(ORIGIN, async () => refusal(404));
  expect(outcome(await run(client.jobs.execute('j', { known: true })))).toEqual({ kind: 'http', status: 404 });
  await clock.advance(1000);
  let first = true;
  network.serve(ORIGIN, async ({ path }) => {
    if (!path.endsWith('/workspaces') || !first) return refusal(404);
    first = false;
    return json([]);
  });
  expect(outcome(await run(client.jobs.execute('j', { known: true })))).toEqual({ kind: 'http', status: 404 });
  expect(client.routeState('jobs.execute')).toBe('untried');
});

test('plain text counts where a documented URL is answered in it too', async () => {
  let n = 0;
  const { client, run } = setUp(['POST /jobs/j/run'], () => ({
    status: 404,
    headers: { 'content-type': 'text/plain' },
    body: `No resource ${n++}.`,
  }));
  expect(await run(client.jobs.execute('j', { known: true }))).toMatchObject({ id: 'r1' });
});

test('a route of the user comes first, and the table stays behind it', async () => {
  const routes = [{ operation: 'jobs.execute', method: 'POST', path: '/jobs/{job_id}/go' }];
  const { client, run, sent } = setUp(['POST /jobs/j/execute'], () => refusal(404), { routes });
  await run(client.jobs.execute('j', { known: true }));
  expect(sent()).toEqual(['GET /workspaces', 'POST /jobs/j/go', 'GET /workspaces', 'POST /jobs/j/execute']);
});

test('a redirect that only drops or adds a slash is followed once and remembered', async () => {
  const { client, run, sent, network } = setUp(['POST /users']);
  network.serve(ORIGIN, async ({ path }) =>
    path.endsWith('/users/') ? { status: 308, headers: { location: `${ORIGIN}/api.rsc/v2/users` } } : json({ id: 'u' }),
  );
  await run(client.users.create(new Map([['user', 'joe']])));
  expect(sent()).toContain('POST /users');
  await run(client.users.create(new Map([['user', 'jim']])));
  expect(sent()).toEqual(['POST /users']);
  network.serve(ORIGIN, async () => ({ status: 308, headers: { location: 'http://other.example/api.rsc/v2/users/' } }));
  expect(outcome(await run(client.users.create(new Map())))).toEqual({ kind: 'foreign' });
});

test('a proven route that a server has lost is learned anew', async () => {
  const { client, run, network, clock } = setUp(['POST /jobs/j/execute']);
  await run(client.jobs.execute('j', { known: true }));
  expect(client.routeState('jobs.execute')).toBe('proven');
  network.serve(ORIGIN, async ({ path }) =>
    path.endsWith('/workspaces') ? json([]) : path.endsWith('/run') ? json({ run_id: 'r2' }) : refusal(404),
  );
  await clock.advance(3_600_000);
  await run(client.workspaces.list());
  expect(await run(client.jobs.execute('j', { known: true }))).toMatchObject({ id: 'r2' });
  expect(client.learned().routes).toEqual([{ operation: 'jobs.execute', method: 'POST', path: '/jobs/{job_id}/run' }]);
});

test('a route that has just worked is not given up while lagging reads show an object that is gone', async () => {
  const { client, run, network, clock } = setUp(['POST /jobs/j/execute']);
  const known = () => true;
  await run(client.jobs.execute('j', { known }));
  network.serve(ORIGIN, async ({ path }) => (path.endsWith('/workspaces') ? json([]) : refusal(404)));
  expect(outcome(await run(client.jobs.execute('j', { known })))).toMatchObject({ kind: 'http', status: 404 });
  expect(client.routeState('jobs.execute')).toBe('proven');
  await clock.advance(120_000);
  expect(outcome(await run(client.jobs.execute('j', { known })))).toEqual({ kind: 'unsupported' });
});
