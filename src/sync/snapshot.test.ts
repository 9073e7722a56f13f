import { expect, test } from 'vitest';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import type { Entity } from './models/entity.ts';
import type { Change } from './picture.ts';
import { type Collection, type CollectionOptions, createCollection } from './snapshot.ts';

const POLL = 60_000;
const LAG = 60_000;

function job(id: string, over: Partial<Entity> & { set?: Record<string, string | number | boolean> } = {}): Entity {
  const { set, ...rest } = over;
  const fields = new Map(Object.entries(set ?? { type: 'Standard' }));
  return { kind: 'job', id, wireId: id, name: `job ${id}`, fields, masked: new Set(), raw: {}, ...rest };
}

function setUp(over: Partial<CollectionOptions> = {}) {
  const clock = createVirtualClock();
  const server = { jobs: [job('1'), job('2')], down: false, lists: 0, latencyMs: 10 };
  const changes: Change[] = [];
  let states = 0;
  const collection = createCollection({
    async list(take, signal) {
      server.lists++;
      const answer = server.jobs;
      await new Promise<void>((resolve) => clock.after(server.latencyMs, resolve));
      signal?.throwIfAborted();
      if (server.down) throw new Error('unreachable');
      for (const entity of answer) take(entity);
    },
    clock,
    random: createSeededRandom(1),
    pollIntervalMs: POLL,
    lagGraceMs: LAG,
    onChange: (made) => changes.push(...made),
    onState: () => states++,
    ...over,
  });
  const said = () => changes.splice(0).map(({ id, what, cause }) => `${id} ${what} by ${cause}`);
  return { clock, server, collection, changes, said, states: () => states };
}

const list = async (s: { clock: ReturnType<typeof createVirtualClock>; collection: Collection }) => {
  const done = s.collection.refresh();
  await s.clock.advance(1_000);
  await done;
};

test('what a workspace holds is known after the first list, and each object is announced once', async () => {
  const s = setUp();
  expect(s.collection.state).toBe('unlisted');
  s.collection.start();
  await s.clock.advance(100);
  expect(s.collection.state).toBe('listed');
  expect(s.collection.listedAt).toBe(Date.UTC(2026, 0, 1));
  expect(s.collection.byName('job 2').map(({ id }) => id)).toEqual(['2']);
  expect(s.changes).toEqual([
    { id: '1', what: 'appeared', name: 'job 1', cause: 'list' },
    { id: '2', what: 'appeared', name: 'job 2', cause: 'list' },
  ]);
  s.changes.length = 0;
  await s.clock.advance(10 * POLL);
  expect(s.said()).toEqual([]);
  expect(s.server.lists).toBeGreaterThanOrEqual(9);
  expect(s.server.lists).toBeLessThanOrEqual(12);
});

test('lists tell what somebody changed, made, renamed and removed, and nothing else', async () => {
  const s = setUp();
  s.server.jobs.push(job('3'), job('4', { updatedAt: 5 }), job('5', { status: 'Running' }));
  await list(s);
  s.said();
  s.server.jobs = [
    job('1', { set: { type: 'SyncAll' } }),
    job('2', { name: 'renamed' }),
    job('4', { updatedAt: 6 }),
    job('5', { status: 'Successful' }),
    job('6'),
  ];
  await list(s);
  expect(s.changes).toContainEqual({
    id: '2',
    what: 'changed',
    name: 'renamed',
    oldName: 'job 2',
    cause: 'list',
  });
  expect(s.said()).toEqual([
    '1 changed by list',
    '2 changed by list',
    '4 changed by list',
    '6 appeared by list',
    '3 vanished by list',
  ]);
  expect(s.collection.byName('job 2')).toEqual([]);
  expect(s.collection.get('5')?.status).toBe('Successful');
});

test('fields that move by themselves are no change, and masked values are not looked at', async () => {
  const s = setUp();
  const masked = new Set(['properties.Password']);
  const at = (n: number) => ({
    'extra.last_run.status': `r${n}`,
    'extra.LastModified': n,
    'properties.Password': `${n}`,
  });
  s.server.jobs = [job('1', { set: at(1), masked })];
  await list(s);
  s.said();
  s.server.jobs = [job('1', { set: at(2), masked })];
  await list(s);
  expect(s.said()).toEqual([]);
  s.server.jobs = [job('1', { set: { ...at(2), 'extra.colour': 'red' }, masked })];
  await list(s);
  expect(s.said()).toEqual(['1 changed by list']);
});

test('two objects may bear one name', async () => {
  const s = setUp();
  s.server.jobs = [job('1', { name: 'x' }), job('2', { name: 'x' }), job('3', { name: 'X' })];
  await list(s);
  expect(s.collection.byName('x').map(({ id }) => id)).toEqual(['1', '2']);
  s.collection.removed('1');
  expect(s.collection.byName('x').map(({ id }) => id)).toEqual(['2']);
});

test('a refresh waits for a list that starts after it, and all who ask share it', async () => {
  const s = setUp();
  s.server.latencyMs = 5_000;
  s.collection.start();
  await s.clock.advance(1_000);
  s.server.jobs = [job('1'), job('2'), job('3')];
  const seen: unknown[] = [];
  for (let i = 0; i < 3; i++) void s.collection.refresh().then(() => seen.push(s.collection.get('3')?.id));
  await s.clock.advance(4_500);
  expect(seen).toEqual([]);
  await s.clock.advance(5_000);
  expect(seen).toEqual(['3', '3', '3']);
  expect(s.server.lists).toBe(2);
});

test('who needs any list waits for the one that is under way, and when there is one for none', async () => {
  const s = setUp();
  s.server.latencyMs = 5_000;
  s.collection.start();
  await s.clock.advance(1_000);
  const seen: unknown[] = [];
  for (let i = 0; i < 3; i++) void s.collection.listed().then(() => seen.push(s.collection.get('2')?.id));
  await s.clock.advance(4_500);
  expect(seen).toEqual(['2', '2', '2']);
  await s.collection.listed();
  expect(s.server.lists).toBe(1);
});

test('while lists fail they are tried after 1 s, then ever more seldom up to the interval, whoever asks', async () => {
  const s = setUp();
  s.server.down = true;
  s.collection.start();
  await s.clock.advance(100);
  expect(s.collection.state).toBe('failing');
  expect(s.collection.lastError).toEqual(new Error('unreachable'));
  for (let i = 0; i < 600; i++) {
    await expect(Promise.race([s.collection.refresh(), s.clock.advance(1_000)])).rejects.toThrow('unreachable');
    await s.clock.advance(1_000);
  }
  expect(s.server.lists).toBeLessThan(30);
  expect(s.server.lists).toBeGreaterThan(14);
  s.server.down = false;
  await s.clock.advance(1.2 * POLL);
  expect(s.collection.state).toBe('listed');
  expect(s.collection.lastError).toBeUndefined();
});

test('what was known stays known while lists fail', async () => {
  const s = setUp();
  await list(s);
  s.server.down = true;
  s.collection.start();
  await s.clock.advance(3 * POLL);
  expect(s.collection.state).toBe('failing');
  expect(s.collection.get('1')).toBeDefined();
  expect(s.said()).not.toContain('1 vanished by list');
});

test('after stop nothing is listed, and what was under way changes nothing', async () => {
  const s = setUp();
  s.collection.start();
  await s.clock.settle();
  s.collection.stop();
  await s.clock.advance(10 * POLL);
  expect(s.server.lists).toBe(1);
  expect(s.collection.size).toBe(0);
  expect(s.changes).toEqual([]);
});

test('a list that lags behind our write does not undo it; once it shows the write it is believed in silence', async () => {
  const s = setUp();
  await list(s);
  s.said();
  s.collection.wrote(job('1', { set: { type: 'SyncAll' } }));
  const { digest } = s.collection.get('1')!;
  expect(s.said()).toEqual(['1 changed by write']);
  await list(s);
  expect(s.collection.get('1')?.digest).toBe(digest);
  s.server.jobs = [job('1', { set: { type: 'SyncAll' } }), job('2')];
  await list(s);
  s.server.jobs = [job('1'), job('2')];
  await list(s);
  expect(s.collection.get('1')?.digest).toBe(digest);
  expect(s.said()).toEqual([]);
});

test('a list that still differs after the grace time is believed: somebody changed it back', async () => {
  const s = setUp();
  await list(s);
  s.collection.wrote(job('1', { set: { type: 'SyncAll' } }));
  s.said();
  await s.clock.advance(LAG);
  await list(s);
  expect(s.said()).toEqual(['1 changed by list']);
});

test('a later update time shows that somebody wrote after us, at once', async () => {
  const s = setUp();
  s.server.jobs = [job('1', { updatedAt: 10 })];
  await list(s);
  s.collection.wrote(job('1', { set: { type: 'SyncAll' }, updatedAt: 20 }));
  s.said();
  s.server.jobs = [job('1', { set: { type: 'LoadFolder' }, updatedAt: 30 })];
  await list(s);
  expect(s.said()).toEqual(['1 changed by list']);
  const { digest } = s.collection.get('1')!;
  s.server.jobs = [job('1', { set: { type: 'SyncAll' }, updatedAt: 20 })];
  await list(s);
  expect(s.said()).toEqual([]);
  expect(s.collection.get('1')!.digest).toBe(digest);
});

test('an item has more fields than a list shows; writing it is no change of what the list shows', async () => {
  const s = setUp();
  await list(s);
  s.said();
  s.collection.wrote(job('1', { set: { type: 'Standard', 'options.dropTable': true } }));
  await list(s);
  expect(s.said()).toEqual([]);
});

test('a list that began before our write says nothing about it, however long it took', async () => {
  const s = setUp();
  await list(s);
  s.said();
  s.server.latencyMs = 2 * LAG;
  const late = s.collection.refresh();
  await s.clock.advance(1);
  s.collection.created(job('3'));
  s.collection.removed('2');
  await s.clock.advance(3 * LAG);
  await late;
  expect([...s.collection.ids()]).toEqual(['1', '3']);
  expect(s.said()).toEqual(['3 appeared by write', '2 vanished by write']);
});

test('what we removed does not come back from a lagging list, but does when it is there after the grace time', async () => {
  const s = setUp();
  await list(s);
  s.collection.removed('2');
  await list(s);
  expect(s.collection.get('2')).toBeUndefined();
  expect(s.collection.missing('2')).toBeUndefined();
  await s.clock.advance(LAG);
  s.said();
  await list(s);
  expect(s.said()).toEqual(['2 appeared by list']);
});

test('an object has vanished when two lists further apart than the lag lack it', async () => {
  const s = setUp();
  s.server.jobs = Array.from({ length: 10 }, (_, i) => job(`${i}`));
  await list(s);
  s.server.jobs = s.server.jobs.slice(1);
  await list(s);
  const firstMissedAt = Date.UTC(2026, 0, 1) + 1_000;
  expect(s.collection.missing('0')).toEqual({ lists: 1, firstMissedAt, sure: false });
  await list(s);
  expect(s.collection.missing('0')).toEqual({ lists: 2, firstMissedAt, sure: false });
  await s.clock.advance(LAG);
  await list(s);
  expect(s.collection.missing('0')).toEqual({ lists: 3, firstMissedAt, sure: true });
  s.server.jobs.push(job('0'));
  await list(s);
  expect(s.collection.missing('0')).toBeUndefined();
});

test('an id that no list ever had is counted from the first question on', async () => {
  const s = setUp();
  expect(s.collection.missing('9')).toBeUndefined();
  await s.clock.advance(5 * LAG);
  await list(s);
  await list(s);
  expect(s.collection.missing('9')).toMatchObject({ lists: 1, sure: false });
  await s.clock.advance(LAG);
  await list(s);
  expect(s.collection.missing('9')).toMatchObject({ lists: 2, sure: true });
});

test('bodies are kept only where asked for', async () => {
  const s = setUp({ keep: (id) => id === '2' });
  await list(s);
  expect(s.collection.get('1')?.entity).toBeUndefined();
  expect(s.collection.get('2')?.entity?.fields.get('type')).toBe('Standard');
});

test('a large list is taken in pieces, and a write in between is not lost', async () => {
  const s = setUp();
  s.server.jobs = Array.from({ length: 2_000 }, (_, i) => job(`${i}`));
  const done = s.collection.refresh();
  await s.clock.until(() => s.server.lists === 1 && s.clock.monotonic() >= 10, 100);
  s.collection.wrote(job('7', { name: 'ours' }));
  await s.clock.advance(100);
  await done;
  expect(s.collection.size).toBe(2_000);
  expect(s.collection.get('7')?.name).toBe('ours');
});

test('state changes are told', async () => {
  const s = setUp();
  s.collection.start();
  await s.clock.advance(5 * POLL);
  expect(s.states()).toBe(1);
  s.server.down = true;
  await s.clock.advance(2 * POLL);
  expect(s.states()).toBe(2);
});

for (const [what, before, after, isSuspicious] of [
  ['all of two', 2, 0, true],
  ['one of one', 1, 0, false],
  ['two of ten', 10, 8, false],
  ['three of ten', 10, 7, true],
  ['a fifth of a hundred', 100, 80, false],
  ['more than a fifth of a hundred', 100, 79, true],
] as const) {
  test(`a list that lacks ${what} is ${isSuspicious ? 'not ' : ''}believed`, async () => {
    const s = setUp();
    const jobs = Array.from({ length: before }, (_, i) => job(`${i}`));
    s.server.jobs = jobs;
    await list(s);
    s.said();
    s.server.jobs = jobs.slice(before - after);
    await list(s);
    expect(s.collection.suspicious !== undefined).toBe(isSuspicious);
    expect(s.collection.size).toBe(isSuspicious ? before : after);
    expect(s.said()).toHaveLength(isSuspicious ? 0 : before - after);
    if (!isSuspicious) return;
    expect(s.collection.suspicious).toMatchObject({ missing: before - after, known: before });
    expect(s.collection.missing('0')).toBeUndefined();
    s.server.jobs = jobs;
    await list(s);
    expect(s.collection.suspicious).toBeUndefined();
    expect(s.said()).toEqual([]);
  });
}

test('after a restart the ids in our statuses count as known', async () => {
  const s = setUp({ known: () => ['a', 'b', 'c'] });
  await list(s);
  expect(s.collection.suspicious).toMatchObject({ missing: 3, known: 3 });
  expect([...s.collection.suspicious!.ids]).toEqual(['a', 'b', 'c']);
  expect(s.collection.size).toBe(2);
});

test('an accepted loss lets go of what is missing and is not asked about again', async () => {
  const known = ['1', '2'];
  const s = setUp({ known: () => known });
  await list(s);
  s.server.jobs = [];
  await list(s);
  s.said();
  s.collection.acceptLoss();
  expect(s.said()).toEqual(['1 vanished by list', '2 vanished by list']);
  await list(s);
  expect(s.collection.suspicious).toBeUndefined();
  expect(s.collection.missing('1')?.lists).toBe(2);
});

test('when each missing object is known to be gone, the list is believed', async () => {
  const s = setUp();
  await list(s);
  s.server.jobs = [];
  await list(s);
  s.said();
  s.collection.confirmGone('1');
  expect(s.collection.suspicious).toMatchObject({ missing: 1, known: 1 });
  expect(s.collection.get('2')).toBeDefined();
  s.collection.confirmGone('2');
  expect(s.collection.suspicious).toBeUndefined();
  expect(s.said()).toEqual(['1 vanished by list', '2 vanished by list']);
  await list(s);
  expect(s.collection.suspicious).toBeUndefined();
});

test('what we removed ourselves makes no list suspicious', async () => {
  const s = setUp({ known: () => ['1', '2'] });
  await list(s);
  s.server.jobs = [];
  s.collection.removed('1');
  s.collection.removed('2');
  await list(s);
  expect(s.collection.suspicious).toBeUndefined();
});
