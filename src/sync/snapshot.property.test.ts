import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import type { Entity } from './models/entity.ts';
import type { Change } from './picture.ts';
import { createCollection } from './snapshot.ts';

const POLL = 20_000;
const GRACE = 60_000;

/** One state of the server's objects, and since when it holds. */
interface Version {
  at: number;
  jobs: ReadonlyMap<string, { value: string; updatedAt: number }>;
}

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const id = fc.constantFrom(...ids);
const value = fc.constantFrom('x', 'y', 'z');
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('weWrite' as const), id, value }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('weRemove' as const), id }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('theyWrite' as const), id, value }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('theyRemove' as const), id }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('refresh' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('fail' as const), on: fc.boolean() }) },
);
const world = fc.record({
  actions: fc.array(action, { maxLength: 40 }),
  seed: fc.integer(),
  /** How old the state may be that a list shows. */
  lagMs: fc.constantFrom(0, 5_000, 59_000),
  /** How long a list takes. */
  latencyMs: fc.constantFrom(1, 3_000, 90_000),
  tellsTimes: fc.boolean(),
});

test('over random lists, writes, lags and failures, own writes stay seen and nothing vanishes that is there', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ actions, seed, lagMs, latencyMs, tellsTimes }) => {
      const clock = createVirtualClock();
      const random = createSeededRandom(seed);
      const changes: Change[] = [];
      let versions: Version[] = [{ at: -Infinity, jobs: new Map() }];
      let isDown = false;
      let edits = 0;
      const now = () => versions.at(-1)!.jobs;
      const change = (edit: (jobs: Map<string, { value: string; updatedAt: number }>) => void) => {
        const jobs = new Map(now());
        edit(jobs);
        versions = [...versions, { at: clock.monotonic(), jobs }];
      };
      const entity = (key: string, job: { value: string; updatedAt: number }): Entity => ({
        kind: 'job',
        id: key,
        wireId: key,
        name: `job ${key}`,
        fields: new Map([['type', job.value]]),
        masked: new Set(),
        ...(tellsTimes && { updatedAt: job.updatedAt }),
        raw: {},
      });
      const collection = createCollection({
        async list(take, signal) {
          const takes = Math.ceil(random.next() * latencyMs);
          const readAfter = Math.floor(random.next() * takes);
          await new Promise<void>((resolve) => clock.after(readAfter, resolve));
          const asOf = clock.monotonic() - Math.floor(random.next() * lagMs);
          const { jobs } = versions.findLast(({ at }) => at <= asOf)!;
          await new Promise<void>((resolve) => clock.after(takes - readAfter, resolve));
          signal?.throwIfAborted();
          if (isDown) throw new Error('down');
          for (const [key, job] of jobs) take(entity(key, job));
        },
        clock,
        random,
        pollIntervalMs: POLL,
        lagGraceMs: GRACE,
        onChange: (made) => changes.push(...made),
      });
      const ours = new Map<string, { value: string | undefined; at: number }>();

      const holds = () => {
        for (const [key, write] of ours) {
          // Somebody else's later word may replace ours; until then, and for the grace time, ours is what is seen.
          const theirs = versions.some(({ at, jobs }) => at >= write.at && jobs.get(key)?.value !== write.value);
          if (theirs || clock.monotonic() - write.at > GRACE) continue;
          const entry = collection.get(key);
          expect(entry === undefined).toBe(write.value === undefined);
          if (entry) expect(entry.digest).toBe(digests.get(`${key} ${write.value}`));
        }
        for (const key of ids) {
          const missing = collection.missing(key);
          if (!missing?.sure) continue;
          // What is said to have vanished was really gone at some time since the first list that lacked it.
          const since = missing.firstMissedAt - (clock.now() - clock.monotonic());
          const isGone = versions.some(({ jobs }, i) => (versions[i + 1]?.at ?? Infinity) > since && !jobs.has(key));
          expect(isGone).toBe(true);
        }
      };
      const digests = new Map<string, string>();

      collection.start();
      for (const one of actions) {
        if (one.what === 'wait') {
          for (let left = one.ms; left > 0; left -= 5_000) {
            await clock.advance(Math.min(left, 5_000));
            holds();
          }
        } else if (one.what === 'weWrite' || one.what === 'theyWrite') {
          const job = { value: one.value, updatedAt: ++edits };
          change((jobs) => jobs.set(one.id, job));
          if (one.what === 'weWrite') {
            collection.wrote(entity(one.id, job));
            digests.set(`${one.id} ${one.value}`, collection.get(one.id)!.digest);
            ours.set(one.id, { value: one.value, at: clock.monotonic() });
          }
        } else if (one.what === 'weRemove' || one.what === 'theyRemove') {
          change((jobs) => jobs.delete(one.id));
          if (one.what === 'weRemove') {
            collection.removed(one.id);
            ours.set(one.id, { value: undefined, at: clock.monotonic() });
          }
        } else if (one.what === 'fail') isDown = one.on;
        else void collection.refresh().catch(() => {});
        await clock.settle();
        holds();
      }

      // Once all is quiet, the picture is the server's, and then nothing more is told.
      isDown = false;
      await clock.advance(2 * GRACE + 3 * latencyMs + 3 * POLL);
      collection.acceptLoss();
      expect([...collection.ids()].sort()).toEqual([...now().keys()].sort());
      for (const [key, job] of now()) {
        const known = collection.get(key)!;
        collection.wrote(entity(key, job));
        expect(collection.get(key)!.digest).toBe(known.digest);
      }
      changes.length = 0;
      await clock.advance(5 * POLL + 3 * latencyMs);
      expect(changes).toEqual([]);
      collection.stop();
    }),
    { numRuns: 300 },
  );
});

test('every change that is told is one: appeared, changed and vanished alternate as they must', async () => {
  const step = fc.array(fc.tuple(id, fc.option(value, { nil: undefined })), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const clock = createVirtualClock();
      let listed = new Map<string, string>();
      const told = new Map<string, boolean>();
      const collection = createCollection({
        async list(take) {
          for (const [key, type] of listed) {
            const fields = new Map([['type', type]]);
            take({ kind: 'job', id: key, wireId: key, name: key, fields, masked: new Set(), raw: {} });
          }
        },
        clock,
        random: createSeededRandom(1),
        pollIntervalMs: POLL,
        lagGraceMs: GRACE,
        onChange: (made) => {
          for (const { id: key, what } of made) {
            expect(told.get(key) ?? false).toBe(what !== 'appeared');
            told.set(key, what !== 'vanished');
          }
        },
      });
      for (const edits of steps) {
        listed = new Map(listed);
        for (const [key, type] of edits) {
          if (type === undefined) listed.delete(key);
          else listed.set(key, type);
        }
        await collection.refresh();
        if (collection.suspicious) {
          for (const key of listed.keys()) expect(collection.get(key)).toBeDefined();
          for (const [key, is] of told) expect(collection.get(key) !== undefined).toBe(is);
        } else expect([...collection.ids()].sort()).toEqual([...listed.keys()].sort());
      }
    }),
    { numRuns: 200 },
  );
});
