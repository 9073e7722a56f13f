import { expect, test } from 'vitest';
import type { RunRecord, TaskRunRecord } from '../../sync/models/records.ts';
import type { RunView } from '../../sync/runView.ts';
import { type FreshnessInput, freshness } from './freshness.ts';
import { type RunsInput, reportRuns } from './report.ts';
import { taskRunsOf } from './runReport.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 2);
const run = (state: RunRecord['state'], more: Partial<RunRecord> = {}): RunRecord => ({
  state,
  rawStatus: state,
  words: '',
  tasks: [],
  startedAt: NOW - 2 * HOUR,
  endedAt: NOW - HOUR,
  ...more,
});

function report(view: RunView | undefined, more: Partial<RunsInput> = {}) {
  const result = reportRuns({ spec: {}, schedule: {}, view, status: {}, since: 0, startedAt: 0, now: NOW, ...more });
  const status = result.status as NonNullable<Partial<RunsInput['status']>>;
  const told = Object.fromEntries(result.conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
  return { ...result, status, told };
}

test.each<[RunRecord['state'], string, string]>([
  ['succeeded', 'Succeeded', 'True RunSucceeded'],
  ['failed', 'Failed', 'False RunFailed'],
  ['cancelled', 'Cancelled', 'False RunCancelled'],
  ['skipped', 'Skipped', 'Unknown RunSkipped'],
  ['unknown', 'Unknown', 'Unknown RunStateUnknown'],
])('a run that ended as %s', (state, shown, condition) => {
  const { status, told } = report({ running: false, lastRun: run(state), readAt: NOW });
  expect(status.lastRun!.state).toBe(shown);
  expect(told.LastRunSucceeded).toBe(condition);
});

test('a run is shown with its times, records and words', () => {
  const lastRun = run('failed', { id: 'r-1', rawStatus: 'Error', records: 12, words: 'no such column' });
  const { status, conditions } = report({ running: false, lastRun, readAt: NOW });
  expect(status.lastRun).toEqual({
    state: 'Failed',
    rawStatus: 'Error',
    runId: 'r-1',
    startTime: '2026-01-01T22:00:00Z',
    completionTime: '2026-01-01T23:00:00Z',
    recordsAffected: 12,
    message: 'no such column',
  });
  expect(conditions[0]!.message).toBe('the last run failed at 2026-01-01T23:00:00Z: no such column');
});

test('of a run that goes on nothing is shown that moves, and how the one before ended still stands', () => {
  const current = run('running', { id: 'r-2', endedAt: undefined, records: 5, words: '5 of 9 tables' });
  const { status, told } = report({ running: true, current, lastRun: run('failed'), readAt: NOW });
  expect(status.lastRun).toEqual({ state: 'Running', runId: 'r-2', startTime: '2026-01-01T22:00:00Z' });
  expect(told.LastRunSucceeded).toBe('False RunFailed');
});

test('what was not read yet since the operator began stays as status has it', () => {
  const lastRun = { state: 'Failed' as const, completionTime: '2026-01-01T00:00:00Z' };
  const taskRuns = [{ name: 'A', state: 'Failed' as const }];
  const { status, told } = report({ running: undefined }, { status: { lastRun, taskRuns } });
  expect(status).toMatchObject({ lastRun, taskRuns });
  expect(told.LastRunSucceeded).toBe('False RunFailed');
  const before = { type: 'LastRunSucceeded', status: 'False' as const, reason: 'RunFailed', message: 'm' };
  const running = { lastRun: { state: 'Running' as const }, conditions: [before] };
  expect(report(undefined, { status: running }).conditions).toEqual([before]);
});

test('a history without runs takes back what another object had', () => {
  const { status, told } = report({ running: false, readAt: NOW }, { status: { lastRun: { state: 'Failed' } } });
  expect(status.lastRun).toBeUndefined();
  expect(told.LastRunSucceeded).toBe('Unknown NoRunKnown');
});

const task = (name: string, state: TaskRunRecord['state']): TaskRunRecord => ({
  name,
  state,
  rawStatus: '',
  words: '',
});

test('failed tasks come first, at most fifty, each message bounded', () => {
  const many = Array.from({ length: 60 }, (_, at) => task(`t${at}`, 'succeeded'));
  const runs = taskRunsOf([...many, task('odd', 'unknown'), { ...task('bad', 'failed'), words: 'x'.repeat(2_000) }])!;
  expect(runs.slice(0, 3).map(({ name, state }) => [name, state])).toEqual([
    ['bad', 'Failed'],
    ['odd', 'Unknown'],
    ['t0', 'Succeeded'],
  ]);
  expect(runs).toHaveLength(50);
  expect(runs[0]!.message).toHaveLength(1_024);
});

test('tasks of the run before are not shown as those of a new one', () => {
  const status = {
    lastRun: { state: 'Failed' as const, runId: 'r-1' },
    taskRuns: [{ name: 'A', state: 'Failed' as const }],
  };
  const old = run('failed', { id: 'r-1', startedAt: undefined, endedAt: undefined });
  expect(report({ running: false, lastRun: old, readAt: NOW }, { status }).status.taskRuns).toEqual(status.taskRuns);
  const next = { ...old, id: 'r-2' };
  expect(report({ running: false, lastRun: next, readAt: NOW }, { status }).status.taskRuns).toBeUndefined();
});

test('the next run is told only for schedules and zones that are certain', () => {
  const next = (schedule: RunsInput['schedule'], before?: string) =>
    report(undefined, { schedule, status: { nextRun: before } }).status.nextRun;
  expect(next({ enabled: true, cron: '0 0 3 * * *', zone: 'UTC' })).toBe('2026-01-02T03:00:00Z');
  expect(next({ enabled: true, cron: '0 0 3 * * *' })).toBeUndefined();
  expect(next({ enabled: false, cron: '0 0 3 * * *', zone: 'UTC' }, '2026-01-02T03:00:00Z')).toBeUndefined();
  // The schedule is the server's and was not read yet.
  expect(next({ zone: 'UTC' }, '2026-01-02T03:00:00Z')).toBe('2026-01-02T03:00:00Z');
  expect(next({ zone: 'UTC' }, '2026-01-01T03:00:00Z')).toBeUndefined();
});

const MINUTE = 60_000;
test.each<[string, Partial<FreshnessInput>, string, number | undefined]>([
  ['a success within the age', { lastSuccess: { endedAt: NOW - HOUR } }, 'True Fresh', 23 * HOUR],
  ['a success at the edge', { lastSuccess: { endedAt: NOW - 24 * HOUR + 1 } }, 'True Fresh', 1],
  ['one a moment too old', { lastSuccess: { endedAt: NOW - 24 * HOUR } }, 'False TooOld', undefined],
  ['one that only has a beginning', { lastSuccess: { startedAt: NOW - 30 * HOUR } }, 'False TooOld', undefined],
  ['one without any time', { lastSuccess: {} }, 'Unknown TimeUnknown', undefined],
  ['none, for long', { lastSuccess: undefined }, 'False NeverSucceeded', undefined],
  ['none, of a new job', { lastSuccess: undefined, since: NOW - HOUR }, 'Unknown NoSuccessYet', 23 * HOUR],
  [
    'an old one, not read since the start',
    { lastSuccess: { endedAt: 0 }, readAt: undefined },
    'Unknown ReadingsLag',
    MINUTE,
  ],
  ['an old one, read long ago', { lastSuccess: { endedAt: 0 }, readAt: NOW - 3 * HOUR }, 'Unknown ReadingsLag', MINUTE],
  [
    'an old one, read within the margin',
    { lastSuccess: { endedAt: 0 }, readAt: NOW - 2 * HOUR },
    'False TooOld',
    undefined,
  ],
  ['a young one, read long ago', { lastSuccess: { endedAt: NOW - HOUR }, readAt: undefined }, 'True Fresh', 23 * HOUR],
])('fresh within a day: %s', (_, input, condition, againMs) => {
  const defaults = { lastSuccess: undefined, readAt: NOW, since: 0, now: NOW };
  const result = freshness({ freshness: { maxAge: '24h' }, ...defaults, ...input });
  expect(`${result.condition.status} ${result.condition.reason}`).toBe(condition);
  expect(result.againMs).toBe(againMs);
});

test.each<[number | undefined, string]>([
  [10, 'True Fresh'],
  [9, 'False TooFewRecords'],
  [undefined, 'Unknown RecordsUnknown'],
])('%s records where ten are wanted', (records, condition) => {
  const lastSuccess = { endedAt: NOW - HOUR, records };
  const wanted = { maxAge: '24h', minRecords: 10 };
  const result = freshness({ freshness: wanted, lastSuccess, readAt: NOW, since: 0, now: NOW });
  expect(`${result.condition.status} ${result.condition.reason}`).toBe(condition);
});

test('after a restart the success that status tells of still counts', () => {
  const lastRun = { state: 'Succeeded' as const, completionTime: '2026-01-01T23:00:00Z', recordsAffected: 3 };
  const { told, againMs } = report(undefined, {
    spec: { freshness: { maxAge: '24h', minRecords: 1 } },
    status: { lastRun },
  });
  expect(told).toEqual({ LastRunSucceeded: 'True RunSucceeded', Fresh: 'True Fresh' });
  expect(againMs).toBe(23 * HOUR);
});

test('a restart does not unsay that the data is stale, unless the history stays unread', () => {
  const before = { type: 'Fresh', status: 'False' as const, reason: 'TooOld', message: 'm' };
  const status = { lastRun: { state: 'Failed' as const }, conditions: [before] };
  const fresh = (startedAt: number) => {
    return report(undefined, { spec: { freshness: { maxAge: '24h' } }, status, startedAt }).told.Fresh;
  };
  expect(fresh(NOW - HOUR)).toBe('False TooOld');
  expect(fresh(NOW - 3 * HOUR)).toBe('Unknown ReadingsLag');
});
