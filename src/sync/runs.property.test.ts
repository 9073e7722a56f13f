import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import { decodeRunState } from './decode.ts';
import type { RunRecord } from './models/records.ts';
import { createRunTracker } from './runs.ts';

const MINUTE = 60_000;
const ENDS = ['Successful', '2 of 3 Tasks Failed', 'Canceled', 'Quiesced'];

const begin = fc.record({
  job: fc.integer({ min: 0, max: 3 }),
  /** After the one before. */
  afterMs: fc.integer({ min: 1_000, max: 10 * MINUTE }),
  lastsMs: fc.integer({ min: 100, max: 15 * MINUTE }),
  end: fc.constantFrom(...ENDS),
  isOurs: fc.boolean(),
});
const server = fc.record({
  runs: fc.array(begin, { maxLength: 12 }),
  order: fc.constantFrom('newest', 'oldest', 'shuffled'),
  onlyFinished: fc.boolean(),
  statusHasId: fc.boolean(),
  /** Statuses are this old. */
  lagMs: fc.constantFrom(0, 20_000),
  failures: fc.constantFrom(0, 0.3),
  refuses: fc.constantFrom('nothing', 'status'),
  seed: fc.integer(),
});

test('whoever starts runs, in whatever form they are told: the newest is known in the end, and none runs again', async () => {
  await fc.assert(
    fc.asyncProperty(server, async ({ runs, order, onlyFinished, statusHasId, lagMs, failures, refuses, seed }) => {
      const clock = createVirtualClock();
      const random = createSeededRandom(seed);
      const started: { job: string; id: string; at: number; endsAt: number; end: string }[] = [];
      const reads: number[] = [];
      const record = (one: (typeof started)[number], asOf: number): RunRecord => {
        const isOver = one.endsAt <= asOf;
        const rawStatus = isOver ? one.end : 'Running';
        const times = { startedAt: one.at, ...(isOver && { endedAt: one.endsAt }) };
        return { id: one.id, state: decodeRunState(rawStatus), rawStatus, words: '', tasks: [], ...times };
      };
      const answer = async <T>(make: () => T): Promise<T> => {
        reads.push(clock.monotonic());
        await new Promise<void>((resolve) => clock.after(1 + Math.floor(random.next() * 3_000), resolve));
        if (random.next() < failures) throw new Error('down');
        return make();
      };
      const tracker = createRunTracker({
        status: (job) =>
          answer(() => {
            if (refuses === 'status') throw Object.assign(new Error(), { outcome: { kind: 'unsupported' } });
            const asOf = clock.now() - lagMs;
            const last = started.findLast((one) => one.job === job && one.at <= asOf);
            if (!last) return { state: 'unknown', rawStatus: 'Never run', words: '', tasks: [] };
            const { id, startedAt, endedAt, ...word } = record(last, asOf);
            return statusHasId ? { ...word, id, startedAt, endedAt } : word;
          }),
        history: (job) =>
          answer(() => {
            const told = started.filter((one) => one.job === job).map((one) => record(one, clock.now()));
            const shown = told.filter(({ state }) => !onlyFinished || state !== 'running');
            if (order === 'oldest') return shown;
            return order === 'newest' ? shown.toReversed() : shown.toSorted((a, b) => (a.id! < b.id! ? -1 : 1));
          }),
        stateOf: decodeRunState,
        clock,
        random,
        limits: { runReadsPerMinute: 30 },
        onChange: () => {},
        zone: 'UTC',
      });
      tracker.start();
      const over = new Map<string, string>();
      const look = () => {
        for (let job = 0; job < 4; job++) {
          const view = tracker.view(`${job}`);
          const last = view?.lastRun;
          if (view?.current?.id) expect(over.has(view.current.id)).toBe(false);
          if (!last?.id) continue;
          const told = started.find(({ id }) => id === last.id)!;
          expect(last.rawStatus).toBe(told.end);
          expect(told.endsAt).toBeLessThanOrEqual(clock.now());
          expect(last.state).toBe(decodeRunState(told.end));
          if (last.state !== 'unknown') over.set(last.id, last.rawStatus);
          if (view?.lastSuccess) expect(view.lastSuccess.state).toBe('succeeded');
        }
      };
      for (let job = 0; job < 4; job++) tracker.follow(`${job}`, job % 2 ? { cron: '*/7 * * * *' } : {});
      for (const [n, run] of runs.entries()) {
        for (let left = run.afterMs; left > 0; left -= 30_000) {
          await clock.advance(Math.min(left, 30_000));
          look();
        }
        const job = `${run.job}`;
        if (started.some((one) => one.job === job && one.endsAt > clock.now())) continue;
        const id = `${(n * 7919) % 1000}`;
        started.push({ job, id, at: clock.now(), endsAt: clock.now() + run.lastsMs, end: run.end });
        if (run.isOurs) tracker.expectRun(job);
      }
      await clock.advance(60 * MINUTE);
      look();
      for (let job = 0; job < 4; job++) {
        const last = started.findLast((one) => one.job === `${job}`);
        expect(tracker.view(`${job}`)?.lastRun?.id).toBe(last?.id);
        expect(tracker.view(`${job}`)?.running ?? false).toBe(false);
      }
      for (const [i, at] of reads.entries()) {
        const inMinute = reads.findIndex((other, k) => k >= i && other >= at + MINUTE);
        expect((inMinute < 0 ? reads.length : inMinute) - i).toBeLessThanOrEqual(30);
      }
      tracker.stop();
    }),
    { numRuns: 60 },
  );
});
