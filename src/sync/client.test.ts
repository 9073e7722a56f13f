import { expect, test } from 'vitest';
import { createNetwork } from '../../test/support/network.ts';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { CutConnection, type Handler, type ServerRequest, type ServerResponse } from '../../test/support/server.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import type { Json } from '../ports/json.ts';
import type { Meter } from '../ports/meter.ts';
import { silentMeter } from '../ports/meter.ts';
import { createSyncClient, type SyncClient, type SyncClientOptions } from './client.ts';
import { SyncError } from './errors.ts';
import { createOrigins } from './origin.ts';
import { candidatesOf, OPERATIONS } from './routes.ts';

const ORIGIN = 'https://sync.example:8181';
const BASE = '/api.rsc/v2';
const json = (body: Json, status = 200, headers = {}): ServerResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

function setUp(handler: Handler, options: Partial<SyncClientOptions> = {}, meter: Meter = silentMeter()) {
  const clock = createVirtualClock();
  const random = createSeededRandom(7);
  const network = createNetwork({ clock, random });
  network.serve(ORIGIN, handler);
  const origins = createOrigins({ clock, random, transport: network, meter });
  const limits = { requestsPerSecond: 1000, burst: 1000, concurrency: 8 };
  const server = { isAnother: false };
  const newClient = (more: Partial<SyncClientOptions> = {}) =>
    createSyncClient(
      { clock, random, origins, isAnother: () => server.isAnother },
      { url: ORIGIN, auth: { method: 'Header', token: 't0k3n-of-joe' }, limits, ...options, ...more },
    );
  /** The outcome of a call, with virtual time moving until it is there. */
  const run = async <T>(work: Promise<T>, limitMs = 600_000): Promise<T> => {
    let settled = false;
    const done = work.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    await clock.until(() => settled, limitMs, 'the call');
    return done;
  };
  const failure = async (work: Promise<unknown>): Promise<SyncError> => {
    const error = await run(work).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SyncError);
    return error as SyncError;
  };
  return {
    clock,
    network,
    server,
    client: newClient(),
    newClient,
    run,
    failure,
    sent: () => network.exchanges.map(({ method, path }) => `${method} ${path}`),
  };
}

test('every operation reaches its first route, with its parameters encoded and its token', async () => {
  const seen: ServerRequest[] = [];
  const { client, run } = setUp(async (request) => {
    seen.push(request);
    return json({ value: [] });
  });
  for (const operation of OPERATIONS) {
    const params = Object.fromEntries(
      [...operation.paths.join().matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, 'a b/[c].d']),
    );
    await run(client.call(operation.id, { params, known: true }));
    const { method, path } = candidatesOf(operation)[0]!;
    const last = seen.at(-1)!;
    expect(`${last.method} ${last.path}`).toBe(`${method} ${BASE}${path.replace(/\{\w+\}/g, 'a%20b%2F%5Bc%5D.d')}`);
    expect(last.headers['x-cdata-authtoken']).toBe('t0k3n-of-joe');
  }
});

test('the typed functions cover every operation', async () => {
  const { client, sent, run } = setUp(async ({ path }) => {
    if (path.endsWith('/generate-token')) return json({ token: 'fresh-token' });
    if (
      /\/(tasks|steps|history|logs|tables|columns|last-run|users|workspaces|connections|jobs|transformations|pipelines|events)\/?$/.test(
        path,
      )
    )
      return json({ value: [] });
    return json({
      id: /\/(execute|status|test|cancel|reset.*)$/.test(path)
        ? 'r1'
        : decodeURIComponent(path.replace(/\?.*/, '').split('/').at(-1)!),
    });
  });
  const { workspaces, connections, jobs, transformations, pipelines, events, users } = client;
  const none = new Map<string, Json>();
  const entity = (kind: 'job') => ({
    kind,
    id: 'x',
    wireId: 'x',
    fields: none,
    masked: new Set<string>(),
    raw: { id: 'x' },
  });
  const x = entity('job');
  for (const call of [
    () => workspaces.list(),
    () => workspaces.get('x'),
    () => workspaces.create(none),
    () => workspaces.update(x, none),
    () => workspaces.delete('x'),
    () => connections.list('w'),
    () => connections.get('x'),
    () => connections.create('w', none),
    () => connections.update(x, none),
    () => connections.delete('x'),
    () => connections.test('x'),
    () => connections.tables('x'),
    () => connections.columns('x', 't'),
    () => connections.resetMetadata('x'),
    () => connections.resetCredentials('x'),
    () => connections.logs.list('x'),
    () => connections.logs.download('x', 'a.log'),
    () => jobs.list('w'),
    () => jobs.create('w', none),
    () => jobs.get('x'),
    () => jobs.update(x, none),
    () => jobs.delete('x'),
    () => jobs.execute('x'),
    () => jobs.cancel('x'),
    () => jobs.history('x'),
    () => jobs.historyEntry('x', 'h'),
    () => jobs.status('x'),
    () => jobs.tasks.list('x'),
    () => jobs.tasks.get('x', 't'),
    () => jobs.tasks.add('x', none),
    () => jobs.tasks.update('x', x, none),
    () => jobs.tasks.delete('x', 't'),
    () => jobs.tasks.move('x', 't', 0),
    () => jobs.tasks.lastRun('x'),
    () => jobs.tasks.history('x', 't'),
    () => transformations.list('w'),
    () => transformations.get('x'),
    () => transformations.create('w', none),
    () => transformations.update(x, none),
    () => transformations.delete('x'),
    () => transformations.execute('x'),
    () => transformations.history('x'),
    () => transformations.status('x'),
    () => transformations.tasks.list('x'),
    () => transformations.tasks.get('x', 't'),
    () => transformations.tasks.add('x', none),
    () => transformations.tasks.update('x', x, none),
    () => transformations.tasks.delete('x', 't'),
    () => transformations.tasks.move('x', 't', 0),
    () => pipelines.list('w'),
    () => pipelines.get('x'),
    () => pipelines.create('w', none),
    () => pipelines.update(x, none),
    () => pipelines.delete('x', true),
    () => pipelines.execute('x'),
    () => pipelines.cancel('x'),
    () => pipelines.history('x'),
    () => pipelines.historyEntry('x', 'h'),
    () => pipelines.status('x'),
    () => pipelines.steps.list('x'),
    () => pipelines.steps.add('x', none),
    () => pipelines.steps.update('x', x, none),
    () => pipelines.steps.delete('x', 't'),
    () => pipelines.steps.move('x', 't', 0),
    () => events.list('p'),
    () => events.get('p', 'x'),
    () => events.create('p', none),
    () => events.update('p', x, none),
    () => events.delete('p', 'x'),
    () => users.list(),
    () => users.get('x'),
    () => users.create(none),
    () => users.update(x, none),
    () => users.delete('x'),
    () => users.generateToken({}),
  ]) {
    await run<unknown>(call());
  }
  const routes = new Set(
    sent().map((line) =>
      line
        .replace(BASE, '')
        .replace(/\?.*/, '')
        .replace(/\/(x|w|p|t|h)(?=\/|$)/g, '/{}'),
    ),
  );
  const expected = OPERATIONS.map((operation) => candidatesOf(operation)[0]!).map(
    ({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`,
  );
  expect([...routes].toSorted()).toEqual([...new Set(expected)].toSorted());
  expect(sent()).toContain(`DELETE ${BASE}/pipelines/x?pipeline_only=true`);
});

test('basic authentication has the token as password', async () => {
  const headers: (string | undefined)[] = [];
  const { run, newClient } = setUp(async (request) => {
    headers.push(request.headers.authorization);
    return json([]);
  });
  await run(newClient({ auth: { method: 'Basic', token: 'tok' } }).probe());
  expect(headers).toEqual([`Basic ${Buffer.from('sync-operator:tok').toString('base64')}`]);
});

test('a parameter that would reach another URL is not sent', async () => {
  const { client, failure, sent } = setUp(async () => json({}));
  for (const id of ['', '.', '..']) {
    expect((await failure(client.jobs.delete(id))).outcome).toEqual({ kind: 'http', status: 400 });
  }
  expect(sent().filter((line) => line.startsWith('DELETE'))).toEqual([]);
});

test('pages are followed by link, by count and by number', async () => {
  const rows = Array.from({ length: 25 }, (_, i) => ({ id: i }));
  const pagers: Record<string, (from: number, page: number) => Json> = {
    link: (from) => ({
      value: rows.slice(from, from + 10),
      ...(from + 10 < 25 && { '@odata.nextLink': `${ORIGIN}${BASE}/workspaces?$skip=${from + 10}` }),
    }),
    count: (from) => ({ '@odata.count': '25', value: rows.slice(from, from + 10) }),
    pages: (_, page) => ({ items: rows.slice(page * 10 - 10, page * 10), page, total_pages: 3 }),
  };
  for (const pager of Object.values(pagers)) {
    const { client, run, network } = setUp(async ({ path }) => {
      const url = new URL(path, ORIGIN);
      return json(pager(Number(url.searchParams.get('$skip') ?? 0), Number(url.searchParams.get('page') ?? 1)));
    });
    expect((await run(client.workspaces.list())).map(({ id }) => Number(id))).toEqual(rows.map(({ id }) => id));
    expect(network.exchanges).toHaveLength(3);
  }
});

test('a list whose pages do not add up is no list', async () => {
  const { client, failure } = setUp(async () => json({ total: 4, value: [{ id: 1 }, { id: 2 }] }));
  expect((await failure(client.workspaces.list())).outcome.kind).toBe('unreadable');
  const elsewhere = setUp(async () => json({ value: [{ id: 1 }], '@odata.nextLink': 'https://evil.example/next' }));
  expect((await elsewhere.failure(elsewhere.client.workspaces.list())).outcome.kind).toBe('unreadable');
  expect(elsewhere.network.exchanges.every(({ origin }) => origin === ORIGIN)).toBe(true);
});

test('ids beyond 2^53 go out as they came in', async () => {
  const { client, run, network } = setUp(async ({ method, path }) => {
    if (method !== 'GET') return json({});
    const body = '{"value":[{"id":1234567890123456789,"table":"A","position":1}]}';
    return path.endsWith('/tasks') ? { ...json(null), body } : json([]);
  });
  const [task] = await run(client.jobs.tasks.list('j'));
  expect(task!.id).toBe('1234567890123456789');
  await run(client.jobs.tasks.move('j', task!.id, 3));
  expect(network.exchanges.at(-1)).toMatchObject({
    method: 'POST',
    path: `${BASE}/jobs/j/tasks/1234567890123456789/move`,
    body: '{"position":4}',
  });
  await run(
    client.transformations.update(
      { ...task!, kind: 'transformation' },
      new Map<string, Json>([['trigger.afterTasks', [task!.id]]]),
    ),
  );
  expect(network.exchanges.at(-1)!.body).toContain('"after_job_tasks":[1234567890123456789]');
});

test('a reply of 300 MB is refused without being held', async () => {
  const megabyte = new Uint8Array(1_000_000).fill(97);
  let pulled = 0;
  async function* huge() {
    for (; pulled < 300; pulled++) yield megabyte;
  }
  const { client, failure } = setUp(async () => ({ ...json(null), body: huge() }), {
    limits: { maxBodyBytes: 5_000_000, requestsPerSecond: 99, burst: 9, concurrency: 8 },
  });
  const error = await failure(client.workspaces.list());
  expect(error.outcome.kind).toBe('unreadable');
  expect(error.message).toContain('too large');
  expect(pulled).toBeLessThan(8);
});

test.each<[string, ServerResponse | 'cut', object]>([
  ['cut off text', { ...json(null), body: '{"value":[{"id":1}' }, { kind: 'unreadable' }],
  ['a cut connection', 'cut', { kind: 'unreadable' }],
  ['not a list', json({ hello: 'world' }), { kind: 'unreadable' }],
  ['nothing', { status: 200 }, { kind: 'unreadable' }],
  [
    'a login page',
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><html>…' },
    { kind: 'foreign' },
  ],
  [
    'XML',
    { status: 200, headers: { 'content-type': 'application/xml' }, body: '<?xml version="1.0"?><a/>' },
    { kind: 'foreign' },
  ],
  [
    'a 404 page',
    { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>nginx</html>' },
    { kind: 'foreign' },
  ],
  ['a redirect elsewhere', { status: 302, headers: { location: 'https://login.example/' } }, { kind: 'foreign' }],
  ['a redirect to another path', { status: 302, headers: { location: '/login' } }, { kind: 'foreign' }],
  ['an error with 200', json({ error: { message: 'no' } }), { kind: 'errorInSuccess' }],
  ['401', json({ error: { message: 'bad token' } }, 401), { kind: 'http', status: 401 }],
  ['429 with a time', json({}, 429, { 'retry-after': '7' }), { kind: 'http', status: 429, retryAfterMs: 7000 }],
  ['503 with a date', json({}, 503, { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }), { kind: 'http', status: 503 }],
  [
    '500 as a page',
    { status: 500, headers: { 'content-type': 'text/html' }, body: '<html>oops' },
    { kind: 'http', status: 500 },
  ],
])('%s', async (_, reply, outcome) => {
  async function* cut() {
    yield new TextEncoder().encode('{"value":');
    throw new CutConnection();
  }
  const { client, failure } = setUp(async () => (reply === 'cut' ? { ...json(null), body: cut() } : reply));
  expect((await failure(client.workspaces.list())).outcome).toMatchObject(outcome);
});

test('the words of a server are scrubbed and name the call', async () => {
  const { client, failure } = setUp(async ({ body }) =>
    json({ error: { message: `cannot store ${body} with t0k3n-of-joe` } }, 400),
  );
  const error = await failure(
    client.connections.create(
      'w',
      new Map([
        ['name', 'x'],
        ['properties.Password', 'hunter2hunter2'],
      ]),
    ),
  );
  expect(error.message).toContain('connections.create');
  expect(error.words).toContain('cannot store');
  for (const text of [error.message, error.words, String(error.stack)]) expect(text).not.toMatch(/hunter2|t0k3n/);
});

test('a create tells the id from the object, a bare id, a Location, or not at all', async () => {
  const replies: [ServerResponse, string | undefined, string][] = [
    [json({ id: 'n1', name: 'x' }, 201), 'n1', 'object'],
    [json({ id: 17 }, 201), '17', 'id'],
    [json('0b7e1c9a-0000-4000-8000-000000000001', 201), '0b7e1c9a-0000-4000-8000-000000000001', 'id'],
    [
      { status: 200, headers: { 'content-type': 'text/plain' }, body: '12345678901234567890' },
      '12345678901234567890',
      'id',
    ],
    [{ status: 201, headers: { location: `${BASE}/jobs/n2` } }, 'n2', 'id'],
    [{ status: 204 }, undefined, 'nothing'],
    [json({ message: 'Created.' }), undefined, 'nothing'],
  ];
  for (const [reply, id, style] of replies) {
    const { client, run } = setUp(async () => reply);
    const created = await run(client.jobs.create('w', new Map([['name', 'x']])));
    expect(created.id).toBe(id);
    expect(created.entity?.name).toBe(style === 'object' ? 'x' : undefined);
    expect(client.facts.createReply).toBe(style);
  }
});

test('an ETag that was seen comes back as If-Match, a weak one does not', async () => {
  for (const [etag, sent] of [
    ['"v7"', '"v7"'],
    ['W/"v7"', undefined],
  ] as const) {
    const matches: (string | undefined)[] = [];
    const { client, run } = setUp(async ({ method, headers }) => {
      if (method === 'PUT') matches.push(headers['if-match']);
      return json({ id: 'p', name: 'x' }, 200, { etag });
    });
    await run(client.pipelines.update(await run(client.pipelines.get('p')), new Map([['name', 'y']])));
    expect(matches).toEqual([sent]);
  }
});

test('an item reply about another object is refused', async () => {
  const { client, failure, run } = setUp(async () => json({ id: 'other', is_default: true }));
  expect((await failure(client.connections.get('mine'))).outcome.kind).toBe('unreadable');
  expect((await run(client.workspaces.get('default'))).id).toBe('other');
});

test('connection tests tell passed, failed and unknown', async () => {
  const results: [ServerResponse, boolean | undefined][] = [
    [json({ success: true, message: 'fine' }), true],
    [json({ status: 'Successful' }), true],
    [json({ success: false, message: 'no route to db' }), false],
    [json({ error: { message: 'no route to db' } }, 400), false],
    [json({ hello: 1 }), undefined],
    [{ status: 204 }, undefined],
  ];
  for (const [reply, ok] of results) {
    const { client, run } = setUp(async ({ path }) => (path.endsWith('/test') ? reply : json([])));
    const result = await run(client.connections.test('c'));
    expect(result.ok).toBe(ok);
    if (ok === false) expect(result.words).toContain('no route to db');
  }
});

test('an execute without an id, with its own, and blocking', async () => {
  const { client, run, clock } = setUp(async ({ path }) => {
    if (path.endsWith('/j1/execute')) return json({ id: 'j1', status: 'Starting' });
    if (path.endsWith('/j2/execute')) return json({ run_id: 5 });
    if (!path.endsWith('/j3/execute')) return json([]);
    await new Promise<void>((resolve) => clock.after(3_600_000, resolve));
    return json({ Status: 'SUCCESS', Detail: 'Completed' });
  });
  expect(await run(client.jobs.execute('j1'))).toMatchObject({ state: 'running', rawStatus: 'Starting' });
  expect((await run(client.jobs.execute('j1'))).id).toBeUndefined();
  expect((await run(client.jobs.execute('j2'))).id).toBe('5');
  expect(await run(client.jobs.execute('j3'), 4_000_000)).toMatchObject({ state: 'succeeded', words: 'Completed' });
});

test('the identity is that of the default workspace', async () => {
  const marked = setUp(async () => json([{ id: 'a' }, { id: 'b', is_default: true }]));
  expect(await marked.run(marked.client.identity())).toEqual({
    origin: ORIGIN,
    apiPath: BASE,
    defaultWorkspaceId: 'b',
  });
  const literal = setUp(async ({ path }) =>
    path.endsWith('/default') ? json({ id: 'c', name: 'Default' }) : json([{ id: 'a' }]),
  );
  expect((await literal.run(literal.client.identity())).defaultWorkspaceId).toBe('c');
  const none = setUp(async ({ path }) =>
    path.endsWith('/default') ? json({ error: { message: 'no' } }, 404) : json([]),
  );
  expect((await none.run(none.client.identity())).defaultWorkspaceId).toBeUndefined();
});

test('positions are learned from whole lists, and the name of the target from what is shown or accepted', async () => {
  const { client, run, network } = setUp(async ({ path, body }) => {
    if (path.endsWith('/steps'))
      return json([
        { id: 'b', index: 1 },
        { id: 'a', index: 0 },
      ]);
    if (path.includes('/move') && path.includes('/jobs/'))
      return 'order' in JSON.parse(body) ? json({}) : json({ error: { message: 'order is required' } }, 400);
    return json([]);
  });
  expect((await run(client.pipelines.steps.list('p'))).map(({ id }) => id)).toEqual(['a', 'b']);
  await run(client.pipelines.steps.move('p', 'a', 1));
  expect(network.exchanges.at(-1)!.body).toBe('{"index":1}');
  await run(client.jobs.tasks.move('j', 't', 2));
  expect(network.exchanges.at(-1)!.body).toBe('{"order":2}');
  expect(client.learned().facts).toMatchObject({ positionBase: 0, 'positionName.jobTask': 'order' });
});

test('a GET is repeated once after a reset, a write never', async () => {
  const { client, run, failure, network, sent } = setUp(async () => json([]));
  let faults = 1;
  network.fault = () => (faults-- > 0 ? 'after' : undefined);
  await run(client.workspaces.list());
  expect(sent()).toHaveLength(2);
  faults = 1;
  const error = await failure(client.workspaces.create(new Map([['name', 'x']])));
  expect(error.outcome).toEqual({ kind: 'transport', failure: 'reset', sent: true });
  expect(sent().filter((line) => line.startsWith('POST'))).toHaveLength(1);
});

test('every call has a deadline, a write from the moment it is asked for', async () => {
  const { client, failure, run, clock, newClient } = setUp(() => new Promise(() => {}), {
    limits: { concurrency: 1, requestsPerSecond: 9, burst: 9 },
  });
  const started = clock.monotonic();
  expect((await failure(client.workspaces.delete('w'))).outcome).toEqual({
    kind: 'transport',
    failure: 'timeout',
    sent: true,
  });
  expect(clock.monotonic() - started).toBeLessThan(8_010);
  const busy = newClient();
  const blocker = busy.workspaces.list().catch(() => {});
  const error = await failure(
    busy.workspaces.update(
      { kind: 'workspace', id: 'w', wireId: 'w', fields: new Map(), masked: new Set(), raw: { id: 'w' } },
      new Map(),
      { deadlineMs: 500 },
    ),
  );
  expect(error.outcome).toMatchObject({ kind: 'transport', failure: 'timeout', sent: false });
  await run(blocker);
});

test('an outage opens the circuit for all clients of the origin, and its end lets them go on at the rate', async () => {
  const gauges: [unknown, number][] = [];
  const codes: Record<string, number> = {};
  const meter: Meter = {
    ...silentMeter(),
    gauge: () => ({ set: (labels, value) => void gauges.push([labels, value]), remove() {}, reset() {} }),
    counter: (name) => ({
      inc: (labels) => {
        if (name === 'cdata_sync_api_requests_total') codes[labels!.code!] = (codes[labels!.code!] ?? 0) + 1;
      },
    }),
  };
  const handler: Handler = async () => json([]);
  const { client, newClient, network, failure, run, clock } = setUp(handler, {}, meter);
  const other = newClient();
  network.serve(ORIGIN, undefined);
  const fail = (one: SyncClient) => failure(one.workspaces.list());
  await fail(client);
  await failure(client.users.list());
  await clock.advance(100);
  expect(await fail(other)).toMatchObject({
    outcome: { kind: 'circuitOpen' },
    cause: { outcome: { kind: 'transport', failure: 'refused' } },
  });
  expect(gauges.at(-1)).toEqual([{ origin: ORIGIN }, 1]);
  const count = network.exchanges.length;
  for (let i = 0; i < 5; i++) await fail(other);
  expect(network.exchanges).toHaveLength(count);
  network.serve(ORIGIN, handler);
  await clock.advance(10_000);
  await run(other.workspaces.list());
  expect(gauges.at(-1)).toEqual([{ origin: ORIGIN }, 0]);
  expect(codes.refused).toBeGreaterThan(2);
  expect(codes['200']).toBe(2);
});

test('what waits for its turn while the server is replaced is not sent to the new one, which is only asked who it is', async () => {
  const { client, server, sent, run, failure } = setUp(async ({ path }) =>
    path.endsWith('/users') ? json({}, 429, { 'retry-after': '20' }) : json({ value: [] }),
  );
  await failure(client.users.list());
  const waiting = failure(client.jobs.list('w1'));
  const probe = run(client.workspaces.list());
  server.isAnother = true;
  expect((await waiting).message).toBe('jobs.list was not sent: another server answers now; next try in 30 s');
  await probe;
  expect(sent()).toEqual([`GET ${BASE}/users`, `GET ${BASE}/workspaces`]);
});

test('options that cannot be used are refused at once', () => {
  const { newClient } = setUp(async () => json([]));
  expect(() => newClient({ url: 'ftp://x' })).toThrow(RangeError);
  expect(() => newClient({ routes: [{ operation: 'jobs.cancel', method: 'DELETE', path: '/jobs/{job_id}' }] })).toThrow(
    /jobs.delete/,
  );
});
