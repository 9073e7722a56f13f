import { expect, test } from 'vitest';
import { endBy, isRepeated, isTooLate, nextAttemptAt, removeAt } from './limits.ts';
import type { Attempt, RunSpec, RunStatus } from './model.ts';

const SECOND = 1_000;
const T0 = Date.UTC(2026, 0, 1);
const at = (seconds: number) => new Date(T0 + seconds * SECOND).toISOString();
const spec = (more: Partial<RunSpec> = {}): RunSpec => ({
  startingDeadlineSeconds: 3_600,
  backoffLimit: 0,
  onUnknown: 'Stop',
  onDelete: 'Leave',
  ...more,
});
const ended = (state: Attempt['state'], seconds: number): Attempt => ({
  state,
  startTime: at(seconds - 10),
  completionTime: at(seconds),
});

test.each([
  [3_599, true, false],
  [3_600, true, true],
  [3_601, false, false],
  [3_661, false, true],
])('%i s after its creation, waiting: %s, too late: %s', (seconds, waiting, late) => {
  expect(isTooLate(spec(), {}, { createdAt: T0, now: T0 + seconds * SECOND }, waiting)).toBe(late);
});

test('with a starting deadline of 0 a run starts at once or not at all', () => {
  const now = spec({ startingDeadlineSeconds: 0 });
  expect(isTooLate(now, {}, { createdAt: T0, now: T0 + SECOND }, false)).toBe(false);
  expect(isTooLate(now, {}, { createdAt: T0, now: T0 + SECOND }, true)).toBe(true);
});

test('a repetition has its own starting deadline', () => {
  const status = { attempts: [ended('Failed', 9_000)] };
  expect(isTooLate(spec(), status, { createdAt: T0, now: T0 + 12_609 * SECOND }, true)).toBe(false);
  expect(isTooLate(spec(), status, { createdAt: T0, now: T0 + 12_610 * SECOND }, true)).toBe(true);
});

test('a pause before a repetition is no delay of the target', () => {
  const status = { attempts: Array.from({ length: 5 }, () => ended('Failed', 0)) };
  const now = T0 + 100 * SECOND;
  expect(isTooLate(spec({ startingDeadlineSeconds: 0 }), status, { createdAt: T0, now }, true)).toBe(false);
});

test.each<[Partial<RunSpec>, Attempt['state'][], boolean]>([
  [{}, ['Failed'], false],
  [{ backoffLimit: 1 }, ['Failed'], true],
  [{ backoffLimit: 1 }, ['Failed', 'Failed'], false],
  [{ backoffLimit: 1 }, ['Cancelled'], false],
  [{ backoffLimit: 1 }, ['Skipped'], false],
  [{ backoffLimit: 1 }, ['Unknown'], false],
  [{ backoffLimit: 1, cancel: true }, ['Failed'], false],
  [{ onUnknown: 'RetryAfterGrace' }, ['Unknown'], true],
  [{ onUnknown: 'RetryAfterGrace' }, ['Unknown', 'Unknown', 'Unknown', 'Unknown'], false],
  [{ onUnknown: 'RetryAfterGrace' }, ['Failed'], false],
  [{ onUnknown: 'RetryAfterGrace', backoffLimit: 1 }, ['Unknown', 'Failed'], true],
  [{ backoffLimit: 10 }, Array(11).fill('Failed'), false],
  [{ backoffLimit: 3, activeDeadlineSeconds: 5 }, ['Failed'], false],
])('%o after %j: repeated %s', (more, states, want) => {
  const status: RunStatus = { attempts: states.map((state, index) => ended(state, 20 + index)) };
  expect(isRepeated(spec(more), status, T0 + 100 * SECOND)).toBe(want);
});

test('repetitions come later and later', () => {
  const waits = [1, 2, 3, 8].map((count) => {
    const attempts = Array.from({ length: count }, () => ended('Failed', 0));
    return (nextAttemptAt({ attempts }) - T0) / SECOND;
  });
  expect(waits).toEqual([10, 20, 40, 360]);
});

test('the deadline counts from the first attempt', () => {
  const status: RunStatus = { attempts: [ended('Failed', 60)], intent: { verb: 'execute', at: at(100) } };
  expect(endBy(spec({ activeDeadlineSeconds: 300 }), status)).toBe(T0 + 350 * SECOND);
  expect(endBy(spec(), status)).toBeUndefined();
});

test('a finished run is removed only when that is asked for', () => {
  const finished = { type: 'Finished', status: 'True' as const, reason: 'x', message: '', lastTransitionTime: at(0) };
  expect(removeAt(spec(), { conditions: [finished] })).toBeUndefined();
  expect(removeAt(spec({ ttlSecondsAfterFinished: 60 }), { conditions: [finished] })).toBe(T0 + 60 * SECOND);
});
