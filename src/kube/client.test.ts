import { expect, test } from 'vitest';
import { refused } from '../../test/kube/miniApi.ts';
import { clientOn, connection, ORIGIN, settled, setup, THINGS } from '../../test/kube/setup.ts';
import { createKubeClient } from './client.ts';
import { isConflict, isForbidden, isNotFound, KubeError } from './errors.ts';
import type { KubeObject } from './objects.ts';

const PATH = '/api/v1/namespaces/team-a/things';
const ref = { namespace: 'team-a', name: 'x' };

async function errorOf(promise: Promise<unknown>): Promise<KubeError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KubeError);
  return error as KubeError;
}

test('reads, creates, replaces, patches and deletes', async () => {
  const { api, client, clock } = setup();
  const made = await settled(
    clock,
    client.create(THINGS, { apiVersion: '', kind: '', metadata: ref, spec: { a: 1 } } as KubeObject),
  );
  expect(made).toMatchObject({ apiVersion: 'v1', kind: 'Thing', metadata: { ...ref, resourceVersion: '11' } });
  expect(await settled(clock, client.get(THINGS, ref))).toEqual(made);
  const put = await settled(clock, client.replace(THINGS, { ...made, spec: { b: 2 } } as KubeObject));
  expect(put).toMatchObject({ spec: { b: 2 }, metadata: { resourceVersion: '12' } });
  await settled(
    clock,
    client.patch(THINGS, ref, { type: 'merge', body: { status: { ok: true } } }, { subresource: 'status' }),
  );
  expect(api.objects.get(`${PATH}/x`)).toMatchObject({ spec: { b: 2 }, status: { ok: true } });
  await settled(clock, client.delete(THINGS, ref));
  expect(api.objects.size).toBe(0);
});

test('a patch or delete of another version or another object of that name is a conflict', async () => {
  const { api, client, clock } = setup();
  const { uid } = api.put(`${PATH}/x`, {}).metadata;
  const body = { spec: { a: 1 } };
  const old = client.patch(THINGS, ref, { type: 'merge', body, resourceVersion: '1' });
  expect(isConflict(await errorOf(settled(clock, old)))).toBe(true);
  const other = client.patch(THINGS, ref, { type: 'merge', body, uid: 'uid-other' });
  expect(isConflict(await errorOf(settled(clock, other)))).toBe(true);
  expect(isConflict(await errorOf(settled(clock, client.delete(THINGS, ref, { uid: 'uid-other' }))))).toBe(true);
  await settled(clock, client.patch(THINGS, ref, { type: 'merge', body, resourceVersion: '11', uid: uid! }));
  await settled(
    clock,
    client.delete(THINGS, ref, { uid: uid!, resourceVersion: '12', propagationPolicy: 'Background' }),
  );
});

test('each kind of patch has its content type, its query and its preconditions', async () => {
  const { api, client, clock } = setup();
  const seen: unknown[] = [];
  api.intercept = ({ path, headers, body }) => {
    seen.push([headers['content-type'], path.split('?')[1], JSON.parse(body)]);
    return { status: 200, body: '{}' };
  };
  await settled(
    clock,
    client.patch(THINGS, ref, { type: 'json', body: [{ op: 'remove', path: '/a' }], resourceVersion: '7' }),
  );
  await settled(
    clock,
    client.patch(THINGS, ref, { type: 'apply', body: { spec: {} } }, { fieldManager: 'me', dryRun: true }),
  );
  expect(seen).toEqual([
    [
      'application/json-patch+json',
      undefined,
      [
        { op: 'test', path: '/metadata/resourceVersion', value: '7' },
        { op: 'remove', path: '/a' },
      ],
    ],
    [
      'application/apply-patch+yaml',
      'fieldManager=me&dryRun=All&force=true',
      { apiVersion: 'v1', kind: 'Thing', metadata: ref, spec: {} },
    ],
  ]);
});

test('lists one page with selectors, and says where it goes on', async () => {
  const { api, client, clock, network } = setup();
  for (const name of ['a', 'b', 'c']) api.put(`${PATH}/${name}`, {});
  const first = await settled(clock, client.list(THINGS, { namespace: 'team-a', limit: 2, labelSelector: 'a=b c' }));
  expect(first.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  expect(network.exchanges[0]!.path).toBe(`${PATH}?limit=2&labelSelector=a%3Db%20c`);
  const rest = await settled(clock, client.list(THINGS, { limit: 2, continue: first.metadata.continue }));
  expect(rest.items.map(({ metadata }) => metadata.name)).toEqual(['c']);
});

test('errors name verb, resource and object, carry the Status, and hold no token', async () => {
  const { api, client, clock } = setup();
  const missing = await errorOf(settled(clock, client.get({ ...THINGS, group: 'sync.cdata.com', version: 'v1' }, ref)));
  expect(isNotFound(missing)).toBe(true);
  expect(missing.message).toBe('get things.sync.cdata.com team-a/x: 404 NotFound: NotFound');
  api.intercept = () => refused(403, 'Forbidden');
  const forbidden = await errorOf(settled(clock, client.list(THINGS, { namespace: 'team-a' })));
  expect(isForbidden(forbidden)).toBe(true);
  expect(forbidden.message).toMatch(/^list things in team-a: 403 Forbidden/);
  api.intercept = () => ({ status: 502, body: '<html>Bad\ngateway</html>' });
  const page = await errorOf(settled(clock, client.get(THINGS, ref)));
  expect(page.message).toBe('get things team-a/x: 502 Unknown: <html>Bad gateway</html>');
  api.intercept = () => ({ status: 200, body: '<html>' });
  expect((await errorOf(settled(clock, client.get(THINGS, ref)))).reason).toBe('Malformed');
  expect(JSON.stringify([missing, forbidden, page])).not.toContain('canary');
});

test('no answer within the deadline, and no server at all', async () => {
  const { client, clock, network, meter } = setup();
  network.fault = () => 'hang';
  const silent = await errorOf(settled(clock, client.create(THINGS, { apiVersion: '', kind: '', metadata: ref })));
  expect(silent).toMatchObject({ status: 0, reason: 'Timeout', failure: 'timeout', sent: true });
  expect(silent.message).toBe('create things team-a/x: no answer within 10 s');
  expect(clock.monotonic()).toBe(10_000);
  network.fault = undefined;
  network.serve(ORIGIN, undefined);
  expect(await errorOf(settled(clock, client.get(THINGS, ref)))).toMatchObject({ reason: 'Unreachable', sent: false });
  expect(meter.value('rest_client_requests_total', { code: '<error>', method: 'GET', host: 'api.test:6443' })).toBe(1);
});

test('credentials that never come end at the deadline, and those that fail are named', async () => {
  const { clock, network, meter } = setup();
  const options = { transport: network, clock, meter, userAgent: 'test' };
  const hanging = createKubeClient({ ...options, connection: { ...connection, headers: () => new Promise(() => {}) } });
  expect(await errorOf(settled(clock, hanging.get(THINGS, ref)))).toMatchObject({ reason: 'Timeout', sent: false });
  const failing = createKubeClient({
    ...options,
    connection: { ...connection, headers: () => Promise.reject(new Error('aws: not found')) },
  });
  expect((await errorOf(settled(clock, failing.get(THINGS, ref)))).message).toBe(
    'get things team-a/x: no credentials: aws: not found',
  );
});

test('a read waits as the server says, a few times; a write does not, nor a read that is told to wait too long', async () => {
  const { api, client, clock, network } = setup();
  api.put(`${PATH}/x`, {});
  let busy = 2;
  api.intercept = () => (busy-- > 0 ? refused(429, 'TooManyRequests', { 'retry-after': '3' }) : undefined);
  await settled(clock, client.get(THINGS, ref));
  expect(clock.monotonic()).toBeGreaterThanOrEqual(6_000);
  expect(network.exchanges).toHaveLength(3);

  busy = 1000;
  expect(await errorOf(settled(clock, client.get(THINGS, ref)))).toMatchObject({ status: 429, retryAfterMs: 3_000 });
  expect(network.exchanges).toHaveLength(7);
  await errorOf(settled(clock, client.delete(THINGS, ref)));
  expect(network.exchanges).toHaveLength(8);
  api.intercept = () => refused(503, 'ServiceUnavailable', { 'retry-after': '900' });
  await errorOf(settled(clock, client.get(THINGS, ref)));
  expect(network.exchanges).toHaveLength(9);
});

test('a caller can cut a call off, and a wait between two tries', async () => {
  const { api, client, clock } = setup();
  const cut = new AbortController();
  const hanging = errorOf(client.get(THINGS, ref, { signal: cut.signal }));
  cut.abort();
  expect((await settled(clock, hanging)).failure).toBe('aborted');
  api.intercept = () => refused(429, 'TooManyRequests', { 'retry-after': '20' });
  const waiting = new AbortController();
  const told = errorOf(client.get(THINGS, ref, { signal: waiting.signal }));
  await clock.advance(1_000);
  waiting.abort();
  expect((await settled(clock, told, 100)).status).toBe(429);
});

test('goes below the base path of a gateway and sends credentials and user agent', async () => {
  const { api, clock, network, meter } = setup();
  const gateway = { ...connection, basePath: '/k8s/clusters/c-1' };
  let seen: Record<string, string> = {};
  api.intercept = ({ headers }) => {
    seen = headers;
    return { status: 200, body: '{}' };
  };
  await settled(
    clock,
    createKubeClient({ connection: gateway, transport: network, clock, meter, userAgent: 'me/1' }).get(THINGS, ref),
  );
  expect(network.exchanges[0]!.path).toBe('/k8s/clusters/c-1/api/v1/namespaces/team-a/things/x');
  expect(seen).toMatchObject({
    authorization: 'Bearer canary-token',
    'user-agent': 'me/1',
    accept: 'application/json',
  });
});

test('a watch gives events as they come, asks for bookmarks, and ends with its signal', async () => {
  const { api, client, clock, network } = setup();
  const stop = new AbortController();
  const options = { resourceVersion: '10', timeoutSeconds: 300, idleMs: 70_000, signal: stop.signal };
  const seen: string[] = [];
  const done = (async () => {
    for await (const { type, object } of client.watch(THINGS, options)) seen.push(`${type} ${object.metadata.name}`);
  })();
  await clock.advance(100);
  api.put(`${PATH}/x`, { spec: 'ü'.repeat(50) });
  api.bookmark();
  await clock.advance(100);
  expect(seen).toEqual(['ADDED x', 'BOOKMARK undefined']);
  expect(network.exchanges[0]!.path).toContain('allowWatchBookmarks=true&resourceVersion=10&timeoutSeconds=300');
  stop.abort();
  await settled(clock, done);
  expect(api.watching).toBe(0);
});

test.each([
  ['gone', 'Expired'],
  ['malformed', 'Malformed'],
  ['halfLine', 'Malformed'],
  ['reset', 'Unreachable'],
] as const)('a watch that breaks (%s) throws %s', async (how, reason) => {
  const { api, client, clock } = setup();
  const stream = client.watch(THINGS, { resourceVersion: '10', timeoutSeconds: 300, idleMs: 70_000 });
  const next = errorOf(stream.next());
  await clock.advance(100);
  api.breakWatches(how);
  expect((await settled(clock, next)).reason).toBe(reason);
});

test('a watch that says nothing for its idle limit is given up; every byte starts the limit anew', async () => {
  const { api, client, clock } = setup();
  const stream = client.watch(THINGS, { resourceVersion: '10', timeoutSeconds: 300, idleMs: 70_000 });
  const first = stream.next();
  await clock.advance(60_000);
  api.bookmark();
  await first;
  const next = errorOf(stream.next());
  await clock.advance(69_000);
  expect(api.watching).toBe(1);
  expect((await settled(clock, next, 2_000)).reason).toBe('IdleTimeout');
});

test('a watch whose headers never come ends at the deadline', async () => {
  const { client, clock, network } = setup();
  network.fault = () => 'hang';
  const next = errorOf(client.watch(THINGS, { resourceVersion: '1', timeoutSeconds: 300, idleMs: 70_000 }).next());
  expect((await settled(clock, next, 11_000)).failure).toBe('timeout');
});

test('many watches do not keep calls from being made', async () => {
  const { clock, network, meter, api } = setup();
  const limits: (number | undefined)[] = [];
  const counting = {
    ...network,
    connect: (endpoint: Parameters<typeof network.connect>[0]) => {
      limits.push(endpoint.connections);
      return network.connect(endpoint);
    },
  };
  const client = clientOn(counting as never, clock, meter);
  api.put(`${PATH}/x`, {});
  expect(limits).toEqual([16, undefined]);
  await settled(clock, client.get(THINGS, ref));
});
