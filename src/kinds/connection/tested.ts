import { parseDuration } from '../../api/duration.ts';
import type { SyncConnectionSpec, SyncConnectionStatus } from '../../api/syncConnection.ts';
import { isoSeconds } from '../../engine/conditions.ts';
import type { Action, KindReport } from '../../engine/kind.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TestResult } from '../../sync/apis/connections.ts';

type Test = NonNullable<SyncConnectionSpec['test']>;
type LastTest = NonNullable<SyncConnectionStatus['lastTest']>;

/** What is remembered of one connection between passes; losing it costs at most one test. */
export interface TestMemory {
  /** A write of ours has not been tested yet. */
  owed?: boolean;
  /** Not to be tried before this time, ms since the epoch. */
  notBefore?: number;
  /** Set while nobody can tell how the last test went. */
  unclear?: { reason: 'TestUnclear' | 'TestUnsupported'; message: string };
}

/** A test that could not be made, or told nothing, is not tried again before; milliseconds. */
const FAILED_MS = 300_000;
const UNCLEAR_MS = 3_600_000;

/** Milliseconds until the connection is to be tested; Infinity: not by itself. */
export function testDueIn(test: Test | undefined, last: LastTest | undefined, memory: TestMemory, now: number): number {
  if (!test || (!test.onChange && test.interval === undefined)) return Number.POSITIVE_INFINITY;
  const wait = Math.max(0, (memory.notBefore ?? 0) - now);
  if ((memory.owed && test.onChange) || (!last && !memory.unclear)) return wait;
  if (test.interval === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(wait, last ? Date.parse(last.time) + parseDuration(test.interval) - now : 0);
}

/** One test of the connection; `call` resolves to `unsupported` when the server has none. */
export function testAction(call: () => Promise<TestResult | 'unsupported'>, memory: TestMemory, clock: Clock): Action {
  return {
    name: 'test',
    once: false,
    async run() {
      memory.notBefore = clock.now() + FAILED_MS;
      const result = await call();
      memory.owed = false;
      memory.unclear = unclear(result);
      if (memory.unclear) {
        memory.notBefore = clock.now() + UNCLEAR_MS;
        return { ok: false, ...memory.unclear };
      }
      memory.notBefore = undefined;
      const { ok, words } = result as { ok: boolean; words: string };
      const lastTest: LastTest = { time: isoSeconds(clock.now()), ok, ...(words && { message: words }) };
      const { reason, message } = judge(lastTest);
      return { ok, reason, message, status: { lastTest } };
    },
  };
}

function unclear(result: TestResult | 'unsupported'): TestMemory['unclear'] {
  if (result === 'unsupported') return { reason: 'TestUnsupported', message: 'this server has no test of connections' };
  if (result.ok !== undefined) return undefined;
  return { reason: 'TestUnclear', message: 'the reply to the test does not say how it went' };
}

/** The condition Tested. A failed test is about the other system, so that Ready is not touched. */
export function testedCondition(
  test: Test | undefined,
  { lastTest, conditions }: Pick<SyncConnectionStatus, 'lastTest' | 'conditions'>,
  { unclear }: TestMemory,
): KindReport['conditions'] {
  if (unclear) return [{ type: 'Tested', status: 'Unknown', ...unclear }];
  if (lastTest) return [{ type: 'Tested', ...judge(lastTest) }];
  if (!test) return [];
  // What a test told before a restart of the operator still holds.
  const before = conditions?.find(({ type, status }) => type === 'Tested' && status === 'Unknown');
  const { reason, message } = before ?? { reason: 'NotTested', message: 'the connection was not tested yet' };
  return [{ type: 'Tested', status: 'Unknown', reason, message }];
}

function judge({ ok, message }: LastTest) {
  return ok
    ? { status: 'True' as const, reason: 'TestSucceeded', message: message || 'the test of the connection succeeded' }
    : { status: 'False' as const, reason: 'TestFailed', message: message || 'the test of the connection failed' };
}
