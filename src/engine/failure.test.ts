import { expect, test } from 'vitest';
import { classify, type Failure, type Known } from './failure.ts';
import type { CallAccess, Outcome } from './remote.ts';

const accesses: CallAccess[] = ['read', 'idempotent', 'write', 'execute'];
const nothing: Known = {
  referenceChanged: false,
  running: false,
  words: '',
  probe: false,
  creating: false,
  itemKnown: false,
};
const BUSY_WORDS = ['', 'The job is already running.'];

/** Every combination of what can be known. */
const everyKnown: Known[] = BUSY_WORDS.flatMap((words) =>
  Array.from({ length: 32 }, (_, bits) => ({
    words,
    referenceChanged: (bits & 1) !== 0,
    running: (bits & 2) !== 0,
    probe: (bits & 4) !== 0,
    creating: (bits & 8) !== 0,
    itemKnown: (bits & 16) !== 0,
  })),
);

type Row = {
  class: Failure['class'];
  fits(status: number, access: CallAccess, known: Known, retryAfter: boolean): boolean;
};

/** The design's table (§5), row by row, as predicates over HTTP statuses; 408 counts as a timeout. */
const table: Row[] = [
  { class: 'foreign', fits: (status) => status >= 300 && status <= 399 },
  { class: 'throttled', fits: (status) => status === 429 },
  { class: 'throttled', fits: (status, access, _, retryAfter) => status === 503 && access === 'read' && retryAfter },
  { class: 'unauthorised', fits: (status) => status === 401 },
  { class: 'unauthorised', fits: (status, _, known) => status === 403 && known.probe },
  { class: 'forbidden', fits: (status) => status === 403 },
  { class: 'busy', fits: (status, _, known) => status === 409 && (known.running || known.words !== '') },
  { class: 'busy', fits: (status, _, known) => [400, 422].includes(status) && known.words !== '' },
  {
    class: 'busy',
    fits: (status, access, known) =>
      access !== 'read' && known.referenceChanged && [400, 404, 409, 422].includes(status),
  },
  { class: 'nameTaken', fits: (status, _, known) => status === 409 && known.creating },
  { class: 'missing', fits: (status, access) => status === 404 && access === 'read' },
  { class: 'gone', fits: (status, _, known) => status === 404 && known.itemKnown },
  { class: 'invalid', fits: (status) => status >= 400 && status <= 499 && status !== 408 },
  { class: 'ambiguous', fits: (_, access) => access !== 'read' },
  { class: 'unreachable', fits: () => true },
];

test('every status, access and knowledge falls into the first row that fits', () => {
  const wrong: string[] = [];
  for (let status = 100; status <= 599; status++) {
    for (const access of accesses) {
      for (const known of everyKnown) {
        for (const retryAfterMs of [undefined, 7_000]) {
          const got = classify({ kind: 'http', status, retryAfterMs }, access, known);
          const want = table.find((row) => row.fits(status, access, known, retryAfterMs !== undefined))!.class;
          if (got.class !== want) wrong.push(`${status} ${access} ${JSON.stringify(known)}: ${got.class}, not ${want}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
});

const failures = ['refused', 'dns', 'tls', 'connectTimeout', 'proxy', 'reset', 'timeout', 'protocol'] as const;

test('a transport error is ambiguous only when a write may have been seen', () => {
  for (const failure of failures) {
    for (const access of accesses) {
      for (const sent of [true, false]) {
        for (const known of everyKnown) {
          const got = classify({ kind: 'transport', failure, sent }, access, known);
          expect(got.class).toBe(sent && access !== 'read' ? 'ambiguous' : 'unreachable');
          expect(got.countsForBreaker === true).toBe(failure !== 'timeout' && failure !== 'protocol');
        }
      }
    }
  }
});

test('only connection failures and 502 to 504 count for the breaker', () => {
  for (let status = 100; status <= 599; status++) {
    for (const access of accesses) {
      const got = classify({ kind: 'http', status }, access, nothing);
      expect(got.countsForBreaker === true).toBe(status >= 502 && status <= 504);
    }
  }
  expect(classify({ kind: 'http', status: 503, retryAfterMs: 1 }, 'read', nothing).countsForBreaker).toBeUndefined();
});

test('what the server asked to wait is passed on', () => {
  for (const status of [429, 503, 500]) {
    expect(classify({ kind: 'http', status, retryAfterMs: 7_000 }, 'write', nothing).retryAfterMs).toBe(7_000);
  }
  expect(classify({ kind: 'circuitOpen', retryAfterMs: 30_000 }, 'read', nothing)).toEqual({
    class: 'circuitOpen',
    retryAfterMs: 30_000,
  });
});

test.each<[Outcome, CallAccess, Failure['class']]>([
  [{ kind: 'foreign' }, 'execute', 'foreign'],
  [{ kind: 'unsupported' }, 'read', 'unsupported'],
  [{ kind: 'errorInSuccess' }, 'write', 'invalid'],
  [{ kind: 'errorInSuccess' }, 'read', 'invalid'],
  [{ kind: 'unreadable' }, 'read', 'unreachable'],
  [{ kind: 'unreadable' }, 'idempotent', 'ambiguous'],
  [{ kind: 'unreadable' }, 'write', 'ambiguous'],
  [{ kind: 'unreadable' }, 'execute', 'ambiguous'],
])('%j of %s is %s', (outcome, access, expected) => {
  expect(classify(outcome, access, nothing)).toEqual({ class: expected });
});

test.each([
  ['Job is running', true],
  ['The pipeline is currently in progress', true],
  ['an execution is being executed', true],
  ['Resource busy', true],
  ['The job runs', true],
  ['Cannot cancel: the job is not running', false],
  ['the job is not currently running', false],
  ['the job is no longer running', false],
  ['not running: another job is running', true],
  ['A job of that name exists', false],
  ['Overrunning quota', false],
])('of a 409, "%s" says busy: %s', (words, busy) => {
  const got = classify({ kind: 'http', status: 409 }, 'write', { ...nothing, words });
  expect(got.class).toBe(busy ? 'busy' : 'invalid');
  expect(classify({ kind: 'errorInSuccess' }, 'write', { ...nothing, words }).class).toBe(busy ? 'busy' : 'invalid');
});
