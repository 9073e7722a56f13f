import { expect, test } from 'vitest';
import { refused } from '../../test/kube/miniApi.ts';
import { ORIGIN, type Setup, settled, setup, THINGS } from '../../test/kube/setup.ts';
import type { KubeObject } from './objects.ts';
import { createReflector, type Reflector } from './reflector.ts';
import { createStore, type Store } from './store.ts';

const PATH = '/api/v1/namespaces/team-a/things';
const LIMIT = 60_000;

interface Reflected extends Setup {
  store: Store<KubeObject>;
  reflector: Reflector;
  lists(): number;
  watches(): number;
}

function reflect(namespace?: string): Reflected {
  const given = setup();
  const store = createStore<KubeObject>(given.logger);
  const reflector = createReflector({ ...given, resource: THINGS, namespace, store });
  const { exchanges } = given.network;
  const count = (watch: boolean) =>
    exchanges.filter(({ path }) => path.includes('watch=true') === watch && !path.includes('continue')).length;
  return { ...given, store, reflector, lists: () => count(false), watches: () => count(true) };
}

const names = (store: Store<KubeObject>) => store.list().map(({ metadata }) => metadata.name);

test('lists page by page, says when it is synced, and follows the watch', async () => {
  const { api, clock, store, reflector, network } = reflect('team-a');
  for (let i = 0; i < 1_200; i++) api.put(`${PATH}/x${i}`, {});
  api.put('/api/v1/namespaces/other/things/y', {});
  expect(reflector.synced()).toBe(false);
  reflector.start();
  let told = false;
  void reflector.whenSynced().then(() => {
    told = true;
  });
  await clock.until(() => told, LIMIT);
  expect(store.size).toBe(1_200);
  expect(network.exchanges.map(({ path }) => /limit=500(&continue)?/.exec(path)?.[0]).slice(0, 3)).toEqual([
    'limit=500',
    'limit=500&continue',
    'limit=500&continue',
  ]);
  await clock.until(() => api.watching === 1, LIMIT);
  api.put(`${PATH}/new`, {});
  api.remove(`${PATH}/x7`);
  await clock.until(() => store.get('team-a/new') !== undefined && store.get('team-a/x7') === undefined, 1_000);
  expect(reflector.healthy()).toBe(true);
  reflector.stop();
  await clock.advance(LIMIT);
  expect(api.watching).toBe(0);
});

test('what nobody reads is cut off before it is stored, in lists and in watches', async () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{…}', mine: 'yes' };
  const metadata = { name: '', annotations, managedFields: [{}] } as never;
  const { api, clock, store, reflector } = reflect();
  api.put(`${PATH}/a`, { metadata });
  reflector.start();
  await clock.until(() => api.watching === 1, LIMIT);
  api.put(`${PATH}/b`, {
    metadata: { ...(metadata as object), annotations: { ...annotations, mine: undefined } } as never,
  });
  await clock.until(() => store.size === 2, 1_000);
  const [a, b] = store.list();
  expect(a!.metadata.annotations).toEqual({ mine: 'yes' });
  expect(a!.metadata).not.toHaveProperty('managedFields');
  expect(b!.metadata).not.toHaveProperty('annotations');
});

test('a watch asks for 300 to 600 s, and the next one resumes where it ended, without a list', async () => {
  const { api, clock, store, reflector, network, lists } = reflect();
  reflector.start();
  for (let i = 0; i < 20; i++) {
    await clock.until(() => api.watching === 1, LIMIT);
    api.put(`${PATH}/x${i}`, {});
    for (let minute = 0; minute < 4; minute++) {
      await clock.advance(60_000);
      api.bookmark();
    }
    api.breakWatches('end');
    api.put(`${PATH}/while-away-${i}`, {});
  }
  await clock.until(() => store.size === 40, LIMIT);
  expect(lists()).toBe(1);
  const seconds = network.exchanges.flatMap(({ path }) => /timeoutSeconds=(\d+)/.exec(path)?.[1] ?? []).map(Number);
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(300);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(600);
  expect(new Set(seconds).size).toBeGreaterThan(10);
});

test.each(['end', 'reset', 'malformed', 'halfLine'] as const)('after %s it resumes and misses nothing', async (how) => {
  const { api, clock, store, reflector, lists } = reflect();
  reflector.start();
  await clock.until(() => api.watching === 1, LIMIT);
  api.put(`${PATH}/a`, {});
  await clock.advance(100);
  api.breakWatches(how);
  api.put(`${PATH}/b`, {});
  await clock.until(() => store.size === 2, LIMIT);
  expect(lists()).toBe(1);
});

test('a broken line is logged and counted; one that stays broken makes a new list', async () => {
  const { api, clock, reflector, meter, logger, lists } = reflect();
  reflector.start();
  for (let i = 0; i < 3; i++) {
    await clock.until(() => api.watching === 1, LIMIT);
    expect(lists()).toBe(1);
    api.breakWatches('malformed');
    await clock.until(() => api.watching === 0, LIMIT);
    await clock.advance(10);
    expect(reflector.healthy()).toBe(false);
  }
  await clock.until(() => lists() === 2, LIMIT);
  expect(meter.value('reflector_failures_total', { resource: 'things', reason: 'Malformed' })).toBe(3);
  expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
});

test('a silent connection is given up after 70 s and resumed', async () => {
  const { api, clock, reflector, lists, watches } = reflect();
  reflector.start();
  await clock.until(() => api.watching === 1, LIMIT);
  await clock.advance(71_000);
  expect([lists(), watches()]).toEqual([1, 2]);
});

test.each(['in the stream', 'as a status'])(
  'a compacted version (410 %s) leads to one list that also tells deletes',
  async (where) => {
    const { api, clock, store, reflector, lists } = reflect();
    for (const name of ['a', 'b', 'c']) api.put(`${PATH}/${name}`, {});
    reflector.start();
    await clock.until(() => api.watching === 1, LIMIT);
    const told: string[] = [];
    store.subscribe(({ key, after }) => told.push(`${key} ${after ? 'is' : 'gone'}`));
    if (where === 'as a status') {
      api.breakWatches('reset');
      await clock.advance(20);
    }
    api.intercept = () => refused(503, 'ServiceUnavailable');
    if (where === 'in the stream') api.breakWatches('gone');
    api.remove(`${PATH}/b`);
    api.put(`${PATH}/c`, { spec: 1 });
    api.compact();
    await clock.advance(1_000);
    api.intercept = undefined;
    await clock.until(() => told.length === 2 && reflector.healthy(), LIMIT);
    expect(told.sort()).toEqual(['team-a/b gone', 'team-a/c is']);
    expect(lists()).toBeLessThanOrEqual(4);
  },
);

test('an API server that was away and knows no old version any more is listed as soon as it says so', async () => {
  const { api, clock, store, reflector, network } = reflect();
  reflector.start();
  await clock.until(() => api.watching === 1, LIMIT);
  await clock.advance(60_000);
  api.intercept = () => refused(503, 'ServiceUnavailable');
  api.breakWatches('reset');
  await clock.advance(20_000);
  api.put(`${PATH}/new`, {});
  api.compact();
  api.intercept = undefined;
  await clock.until(() => store.get('team-a/new') !== undefined, LIMIT);
  const { exchanges } = network;
  const list = exchanges.findLastIndex(({ path }) => !path.includes('watch=true'));
  expect(exchanges[list - 1]).toMatchObject({ path: expect.stringContaining('watch=true'), status: 410 });
  expect(exchanges[list]!.at - exchanges[list - 1]!.at).toBeLessThan(100);
});

test('410 between two pages starts the list again', async () => {
  const { api, clock, store, reflector, lists } = reflect();
  for (let i = 0; i < 6; i++) api.put(`${PATH}/x${i}`, {});
  api.pageSize = 2;
  let once = true;
  api.intercept = ({ path }) => {
    if (!path.includes('continue') || !once) return undefined;
    once = false;
    api.remove(`${PATH}/x0`);
    api.compact();
    return undefined;
  };
  reflector.start();
  await clock.until(() => reflector.synced(), LIMIT);
  expect(names(store)).toEqual(['x1', 'x2', 'x3', 'x4', 'x5']);
  expect(lists()).toBe(2);
});

test('however the server misbehaves, lists and watches do not become a storm', async () => {
  const { api, clock, reflector, lists, watches } = reflect();
  reflector.start();
  api.intercept = ({ path }) => (path.includes('watch') ? refused(410, 'Expired') : undefined);
  await clock.advance(3_600_000);
  expect(lists()).toBeLessThan(3_600 / 15 + 10);
  expect(lists()).toBeGreaterThan(3_600 / 31);
  const before = watches();
  api.intercept = ({ path }) => (path.includes('watch') ? { status: 200, body: '' } : undefined);
  await clock.advance(3_600_000);
  expect(watches() - before).toBeLessThan(3_600 / 15 + 10);
});

test('a server that is away is tried again after 1 to 30 s, and says why meanwhile', async () => {
  const { api, clock, reflector, network, logger, lists } = reflect();
  network.serve(ORIGIN, undefined);
  reflector.start();
  await clock.advance(600_000);
  expect(reflector.synced()).toBe(false);
  expect(reflector.healthy()).toBe(false);
  expect(reflector.lastError()?.message).toMatch(/^list things: cannot reach the API server: refused/);
  expect(lists()).toBeGreaterThan(20);
  expect(lists()).toBeLessThan(50);
  expect(logger.lines).toHaveLength(1);
  network.serve(ORIGIN, api.handler);
  await clock.until(() => reflector.synced() && reflector.healthy(), 31_000);
});

test('a handler or an index that throws does not stop the stream', async () => {
  const { api, clock, store, reflector, logger } = reflect();
  store.addIndex('broken', ({ metadata }) => {
    if (metadata.name === 'bad') throw new Error('cannot index');
    return [];
  });
  store.subscribe(() => {
    throw new Error('handler');
  });
  api.put(`${PATH}/a`, {});
  reflector.start();
  await clock.until(() => api.watching === 1, LIMIT);
  api.put(`${PATH}/bad`, {});
  api.put(`${PATH}/b`, {});
  await clock.until(() => store.get('team-a/b') !== undefined, 1_000);
  expect(names(store)).toEqual(['a', 'bad', 'b']);
  expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(3);
});

test('a restore also takes back what only a reply to our own write has shown', async () => {
  const { api, clock, client, store, reflector } = reflect();
  api.put(`${PATH}/a`, { spec: 'old' });
  const [backup, revision] = [new Map(api.objects), api.revision];
  reflector.start();
  await clock.until(() => api.watching === 1, LIMIT);
  api.intercept = ({ path }) => (path.includes('watch') ? refused(503, 'ServiceUnavailable') : undefined);
  api.breakWatches('reset');
  const body = { spec: 'ours' };
  store.upsert(await settled(clock, client.patch(THINGS, { namespace: 'team-a', name: 'a' }, { type: 'merge', body })));
  expect(store.get('team-a/a')).toMatchObject({ spec: 'ours' });
  api.restore(backup, revision);
  api.intercept = ({ path }) => (path.includes('watch') ? refused(410, 'Expired') : undefined);
  await clock.until(() => (store.get('team-a/a') as { spec?: string }).spec === 'old', LIMIT);
});

test('when etcd is restored from a backup, its older versions replace what is in the store', async () => {
  const { api, clock, store, reflector } = reflect();
  api.put(`${PATH}/a`, { spec: 'old' });
  const [backup, revision] = [new Map(api.objects), api.revision];
  reflector.start();
  await clock.until(() => api.watching === 1, LIMIT);
  for (let i = 0; i < 50; i++) api.put(`${PATH}/a`, { spec: `new ${i}` });
  api.put(`${PATH}/b`, {});
  await clock.until(() => store.size === 2, LIMIT);
  api.restore(backup, revision);
  await clock.until(() => api.watching === 1, LIMIT);
  api.bookmark();
  await clock.until(() => store.size === 1, LIMIT);
  expect(store.get('team-a/a')).toMatchObject({ spec: 'old' });
  api.put(`${PATH}/a`, { spec: 'after' });
  await clock.until(() => (store.get('team-a/a') as { spec?: string }).spec === 'after', LIMIT);
});
