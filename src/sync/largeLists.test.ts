import { expect, test } from 'vitest';
import { createNetwork } from '../../test/support/network.ts';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import { silentMeter } from '../ports/meter.ts';
import { createSyncClient } from './client.ts';
import type { Entity } from './models/entity.ts';
import { createOrigins } from './origin.ts';
import { createCollection } from './snapshot.ts';

const ORIGIN = 'https://sync.example:8181';
const rows = Array.from({ length: 3_000 }, (_, at) => ({
  id: `job-${at}`,
  name: `a "quoted" ], name ${at}`,
  type: 'Standard',
  note: { text: 'x'.repeat(400), list: [at, [at]] },
}));

/** A server whose list of jobs answers with these texts, one a page. */
function setUp(...pages: string[]) {
  const clock = createVirtualClock();
  const random = createSeededRandom(7);
  const network = createNetwork({ clock, random });
  let lists = 0;
  network.serve(ORIGIN, async ({ path }) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: path.includes('/jobs') ? pages[lists++]! : '[]',
  }));
  const origins = createOrigins({ clock, random, transport: network, meter: silentMeter() });
  const client = createSyncClient(
    { clock, random, origins },
    { url: ORIGIN, auth: { method: 'Header', token: 't0k3n' } },
  );
  const finish = async <T>(work: Promise<T>): Promise<T | Error> => {
    let ended: T | Error | undefined;
    work.then(
      (value) => {
        ended = value;
      },
      (error: Error) => {
        ended = error;
      },
    );
    await clock.until(() => ended !== undefined, 600_000, 'the list');
    return ended!;
  };
  const each = async () => {
    const seen: Entity[] = [];
    const end = await finish(client.jobs.each('w', (job) => seen.push(job)).then(() => 'all' as const));
    return { seen, end };
  };
  return { client, clock, random, finish, each };
}

test.each([
  ['a bare array', rows],
  ['an envelope', { '@odata.count': rows.length, value: rows, after: [1] }],
  ['an envelope with another array before its list', { warnings: [1, 2], value: rows }],
  ['an envelope that a second one holds', { data: { items: rows } }],
])('a large list in %s gives every object, whole or one by one', async (_, body) => {
  const text = JSON.stringify(body);
  expect(text.length).toBeGreaterThan(1_000_000);
  const { seen, end } = await setUp(text).each();
  expect(end).toBe('all');
  expect(seen.map(({ raw }) => raw)).toEqual(rows);
  const s = setUp(text);
  expect(await s.finish(s.client.jobs.list('w'))).toEqual(seen);
});

test('a large list goes on over its pages, and what a page repeats comes once', async () => {
  const first = JSON.stringify({ value: rows, '@odata.nextLink': `${ORIGIN}/api.rsc/v2/jobs?page=2` });
  const { seen, end } = await setUp(first, JSON.stringify({ value: [rows.at(-1), { id: 'last' }] })).each();
  expect(end).toBe('all');
  expect(seen.map(({ id }) => id)).toEqual([...rows.map(({ id }) => id), 'last']);
});

test('a large list with something in it that is not JSON is no list', async () => {
  const text = JSON.stringify(rows).replace('"job-2000"', 'job-2000');
  const { end } = await setUp(text).each();
  expect(end).toMatchObject({
    outcome: { kind: 'unreadable' },
    message: 'jobs.list: item 2001 of the reply is not JSON',
  });
});

test('a large list that ends too early is no list, and none of it was taken', async () => {
  const { seen, end } = await setUp(JSON.stringify(rows).slice(0, -100)).each();
  expect(end).toMatchObject({ outcome: { kind: 'unreadable' } });
  expect(seen).toEqual([]);
});

test('of a large list only what is another than the last time is read, and what we wrote meanwhile', async () => {
  const [first, second] = [
    rows.slice(1),
    rows.slice(1, -1).map((row, at) => (at === 5 ? { ...row, name: 'New' } : row)),
  ];
  const { client, clock, random, finish } = setUp(
    ...[first, first, second, second].map((page) => JSON.stringify(page)),
  );
  const read: Entity[] = [];
  const changes: string[] = [];
  const collection = createCollection({
    list: (take, signal, again) =>
      client.jobs.each(
        'w',
        (job, mark) => {
          read.push(job);
          take(job, mark);
        },
        { signal },
        again,
      ),
    clock,
    random,
    pollIntervalMs: Number.POSITIVE_INFINITY,
    lagGraceMs: 60_000,
    onChange: (made) => changes.push(...made.map(({ id, what }) => `${id} ${what}`)),
  });
  const list = async () => {
    read.length = changes.length = 0;
    await finish(collection.refresh().then(() => 'all'));
    return read.map(({ id }) => id);
  };
  expect(await list()).toHaveLength(first.length);
  const [written] = read;
  expect(await list()).toEqual([]);
  expect(changes).toEqual([]);
  expect(await list()).toEqual(['job-6']);
  expect(changes).toEqual(['job-6 changed', `job-${rows.length - 1} vanished`]);
  expect(collection.byName('New').map(({ id }) => id)).toEqual(['job-6']);
  expect(collection.size).toBe(second.length);
  collection.wrote(written!);
  expect(await list()).toEqual([written!.id]);
});
