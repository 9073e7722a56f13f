import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TransportError } from '../../src/ports/transport.ts';
import { createNetwork } from '../support/network.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtualClock.ts';
import { type ApiClient, createApiClient, type Reply, type WatchEvent } from './apiClient.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { widget, widgetCrd } from './widgets.ts';

const WIDGETS = '/apis/twin.example.com/v1alpha1/namespaces/default/widgets';

let clock: VirtualClock;
let cluster: Cluster;
let api: ApiClient;

beforeEach(() => {
  clock = createVirtualClock();
  const random = createSeededRandom(7);
  cluster = createCluster({ clock, random });
  cluster.install(widgetCrd);
  const network = createNetwork({ clock, random });
  network.serve('http://cluster', cluster.handler);
  api = createApiClient(network.connect({ origin: 'http://cluster' }), { 'user-agent': 'tests' });
});

/** Runs virtual time until a reply is there. */
async function done<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const mark = () => {
    settled = true;
  };
  promise.then(mark, mark);
  await clock.until(() => settled, 10 * 60_000, 'the reply');
  return promise;
}

interface Follower {
  events: WatchEvent[];
  /** `open`, `clean` or the failure that ended it. */
  state: string;
}

async function follow(query: string): Promise<Follower> {
  const follower: Follower = { events: [], state: 'open' };
  void (async () => {
    try {
      for await (const event of api.watch(`${WIDGETS}?watch=true&${query}`)) follower.events.push(event);
      follower.state = 'clean';
    } catch (error) {
      follower.state = error instanceof TransportError ? error.failure : String(error);
    }
  })();
  await clock.advance(50);
  return follower;
}

describe('faults', () => {
  it('rejects chosen writes with a code and Retry-After, and changes nothing', async () => {
    cluster.faults.add({ match: (r) => r.verb === 'create', times: 1, outcome: { reject: 429, retryAfter: 3 } });
    const refused = await done(api.post(WIDGETS, widget('a')));
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '3' },
      body: { reason: 'TooManyRequests' },
    });
    expect(cluster.get('Widget', 'a')).toBeUndefined();
    expect((await done(api.post(WIDGETS, widget('a')))).status).toBe(201);
  });

  it.each([
    ['cutBefore', undefined],
    ['cutAfter', 'a'],
  ] as const)('%s loses the reply', async (outcome, stored) => {
    cluster.faults.add({ match: (r) => r.resource === 'widgets' && r.verb === 'create', times: 1, outcome });
    await expect(done(api.post(WIDGETS, widget('a')))).rejects.toMatchObject({ failure: 'reset' });
    expect(cluster.get('Widget', 'a')?.metadata.name).toBe(stored);
  });

  it('breaks and ends watches', async () => {
    const broken = await follow('resourceVersion=1');
    cluster.faults.breakWatches();
    await clock.settle();
    expect(broken.state).toBe('reset');
    const ended = await follow('resourceVersion=1');
    cluster.faults.endWatches((request) => request.resource === 'widgets');
    await clock.settle();
    expect(ended.state).toBe('clean');
    expect(cluster.faults.openWatches()).toBe(0);
  });

  it('shows a stale view while frozen, to open and new watches and to cached lists', async () => {
    cluster.create(widget('before'));
    const open = await follow('');
    cluster.faults.freeze();
    cluster.create(widget('after'));
    const fresh = await follow('resourceVersion=0');
    const names = (reply: Reply) => reply.body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    expect(names(await done(api.get(`${WIDGETS}?resourceVersion=0`)))).toEqual(['before']);
    expect(names(await done(api.get(WIDGETS)))).toEqual(['after', 'before']);
    for (const { events } of [open, fresh]) expect(events.map((e) => e.object.metadata.name)).toEqual(['before']);
    cluster.faults.thaw();
    await clock.settle();
    for (const { events } of [open, fresh])
      expect(events.map((e) => e.object.metadata.name)).toEqual(['before', 'after']);
  });

  it('answers 410 to what is compacted: to watches as an event or as status, to continue tokens', async () => {
    const since = cluster.revision;
    cluster.create(widget('a'));
    cluster.create(widget('b'));
    const page = await done(api.get(`${WIDGETS}?limit=1`));
    cluster.create(widget('c'));
    cluster.faults.compact();
    const watch = await follow(`resourceVersion=${since}`);
    expect(watch.events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
    expect(watch.state).toBe('clean');
    cluster.faults.expiredAs = 'status';
    expect((await done(api.get(`${WIDGETS}?watch=true&resourceVersion=${since}`))).status).toBe(410);
    const next = await done(api.get(`${WIDGETS}?limit=1&continue=${page.body.metadata.continue}`));
    expect(next).toMatchObject({ status: 410, body: { reason: 'Expired' } });
    const current = await follow(`resourceVersion=${cluster.revision}`);
    expect(current.state).toBe('open');
  });

  it('forgets history after five minutes by itself', async () => {
    const since = cluster.revision;
    cluster.create(widget('a'));
    await clock.advance(6 * 60_000);
    cluster.create(widget('b'));
    const watch = await follow(`resourceVersion=${since}`);
    expect(watch.events[0]).toMatchObject({ type: 'ERROR' });
  });
});

describe('watches', () => {
  it('sends a bookmark a minute, unless they are dropped', async () => {
    const watch = await follow(`resourceVersion=${cluster.revision}&allowWatchBookmarks=true`);
    await clock.advance(125_000);
    expect(watch.events.map(({ type }) => type)).toEqual(['BOOKMARK', 'BOOKMARK']);
    const { kind, metadata } = watch.events[0]!.object;
    expect([kind, metadata.resourceVersion]).toEqual(['Widget', String(cluster.revision)]);
    cluster.faults.dropBookmarks = true;
    await clock.advance(120_000);
    expect(watch.events).toHaveLength(2);
  });

  it('leaves nothing on the clock when nobody watches and nothing is to be collected', async () => {
    const watch = await follow(`resourceVersion=${cluster.revision}&timeoutSeconds=90&allowWatchBookmarks=true`);
    await clock.advance(90_000);
    expect(watch.state).toBe('clean');
    await expect(clock.until(() => false, 24 * 3_600_000, 'a timer')).rejects.toThrow();
    expect(clock.monotonic()).toBeLessThan(120_000);
  });

  it('marks the end of the initial events for those who ask', async () => {
    cluster.create(widget('a'));
    const query = 'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
    const { events } = await follow(query);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(events[1]!.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });
});

describe('the tests own side', () => {
  it('applies as kubectl does: what the last manifest had and this one lacks goes', () => {
    cluster.apply(widget('a', { name: 'abc', words: { x: '1', y: '2' } }));
    cluster.patch('wd', 'a', undefined, { spec: { size: 9 } });
    const { spec, metadata } = cluster.apply(widget('a', { words: { y: '3' } }));
    expect(spec).toEqual({ color: 'red', size: 9, words: { y: '3' } });
    expect(metadata.generation).toBe(3);
  });

  it('logs writes over HTTP, those of leases apart, and whether they changed anything', async () => {
    await done(api.post(WIDGETS, widget('a')));
    await done(api.merge(`${WIDGETS}/a/status`, { status: { phase: 'Up' } }));
    await done(api.merge(`${WIDGETS}/a/status`, { status: { phase: 'Up' } }));
    await done(api.get(`${WIDGETS}/a`));
    cluster.faults.add({ times: 1, outcome: 'cutBefore' });
    await done(api.del(`${WIDGETS}/a`)).catch(() => {});
    expect(cluster.writes).toMatchObject([
      { verb: 'create', resource: 'widgets', namespace: 'default', status: 201, changed: true, userAgent: 'tests' },
      { verb: 'patch', name: 'a', subresource: 'status', status: 200, changed: true },
      { verb: 'patch', name: 'a', subresource: 'status', status: 200, changed: false },
      { verb: 'delete', name: 'a', status: 0, changed: false },
    ]);
  });

  it('restores a backup with new uids, and without status when told so', () => {
    const before = cluster.create(widget('a'));
    cluster.patch('Widget', 'a', 'default', { status: { phase: 'Up' } }, 'status');
    const backup = cluster.backup();
    for (const withStatus of [false, true]) {
      cluster.delete('Widget', 'a');
      cluster.restore(backup, { withStatus, labels: { 'velero.io/restore-name': 'r' } });
      const after = cluster.get('Widget', 'a')!;
      expect(after.spec).toEqual(before.spec);
      expect(after.metadata.uid).not.toBe(before.metadata.uid);
      expect(after.metadata.labels).toEqual({ 'velero.io/restore-name': 'r' });
      expect(after.status).toEqual(withStatus ? { phase: 'Up' } : undefined);
    }
  });

  it('restores into an empty cluster, CRDs and namespaces first', () => {
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    cluster.create(widget('a', {}, 'team'));
    const other = createCluster({ clock, random: createSeededRandom(8) });
    other.restore(cluster.backup(), { withStatus: false });
    expect(other.get('Widget', 'a', 'team')?.spec.color).toBe('red');
  });

  it('removes the custom resources of a deleted CRD, then the kind and its watches', async () => {
    cluster.create(widget('a'));
    const watch = await follow('');
    expect(cluster.delete('crd', 'widgets.twin.example.com')).toBe(false);
    await clock.advance(5_000);
    expect(watch).toMatchObject({ state: 'clean', events: [{ type: 'ADDED' }, { type: 'DELETED' }] });
    expect(cluster.get('crd', 'widgets.twin.example.com')).toBeUndefined();
    expect((await done(api.get(WIDGETS))).status).toBe(404);
  });

  it('hands out copies', () => {
    cluster.create(widget('a'));
    cluster.get('Widget', 'a')!.spec.color = 'changed';
    expect(cluster.get('Widget', 'a')!.spec.color).toBe('red');
  });
});

describe('a token', () => {
  let guarded: ApiClient;
  const use = (headers: Record<string, string>) => {
    const random = createSeededRandom(9);
    const network = createNetwork({ clock, random });
    network.serve('http://cluster', createCluster({ clock, random, token: 'letmein' }).handler);
    guarded = createApiClient(network.connect({ origin: 'http://cluster' }), headers);
  };
  afterEach(() => {
    guarded = undefined as unknown as ApiClient;
  });

  it('is required of every request', async () => {
    use({});
    expect(await done(guarded.get('/api/v1/namespaces'))).toMatchObject({
      status: 401,
      body: { reason: 'Unauthorized' },
    });
    use({ authorization: 'Bearer letmein' });
    expect((await done(guarded.get('/api/v1/namespaces'))).status).toBe(200);
  });
});
