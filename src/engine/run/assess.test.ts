import { expect, test } from 'vitest';
import { assess, type Sight } from './assess.ts';
import { candidatesOf, knownBefore } from './attribution.ts';
import type { RemoteRun, RemoteState, RunIntent } from './model.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 1);
const intent: RunIntent = {
  verb: 'execute',
  at: new Date(NOW).toISOString(),
  knownIds: ['old'],
  latest: new Date(NOW - 10 * MINUTE).toISOString(),
};
const run = (id: string | undefined, state: RemoteState, more: Partial<RemoteRun> = {}): RemoteRun => ({
  ...(id !== undefined && { id }),
  state,
  rawStatus: state,
  words: '',
  tasks: [],
  ...more,
});
const old = run('old', 'succeeded', { startedAt: NOW - 10 * MINUTE, endedAt: NOW - 9 * MINUTE });
const see = (sight: Partial<Sight>) => assess({ intent, callOpen: false, graceOver: false, ...sight });

test.each<[string, Partial<Sight>, object]>([
  ['nothing new', { status: old, history: [old] }, { state: 'unseen', idle: true }],
  ['nothing can be read', {}, { state: 'unseen', idle: undefined }],
  [
    'the only new run, while it runs',
    { history: [old, run('new', 'running')] },
    { state: 'running', found: 'Inferred' },
  ],
  [
    'the run that the reply named',
    { runId: 'new', status: run('new', 'running') },
    { state: 'running', found: 'Reported' },
  ],
  ['its end', { runId: 'new', history: [run('new', 'failed'), old] }, { state: 'ended', found: 'Reported' }],
  [
    'an end in the history goes over a status that lags',
    { runId: 'new', status: run('new', 'running'), history: [run('new', 'succeeded')] },
    { state: 'ended' },
  ],
  ['two new runs', { history: [run('a', 'succeeded'), run('b', 'failed')] }, { state: 'ambiguous', running: false }],
  ['two new runs, one of which goes on', { history: [run('a', 'running'), run('b', 'failed')] }, { running: true }],
  [
    'what the schedule skipped is not ours',
    { history: [run('a', 'skipped'), run('b', 'running')] },
    { state: 'running' },
  ],
  ['a new run that is over, in a history that may lag', { history: [run('new', 'succeeded')] }, { state: 'unseen' }],
  [
    'the same, long after',
    { history: [run('new', 'succeeded')], graceOver: true },
    { state: 'ended', found: 'Inferred' },
  ],
  [
    'the same, when the status says that it is the newest one',
    { history: [run('new', 'succeeded')], status: run('new', 'succeeded') },
    { state: 'ended', found: 'Inferred' },
  ],
  [
    'an old run that is not among the remembered ones',
    { history: [run('older', 'succeeded', { startedAt: NOW - 60 * MINUTE })], graceOver: true },
    { state: 'unseen' },
  ],
  ['a status that tells of a run without a name', { status: run(undefined, 'running') }, { state: 'running' }],
  ['the start is held open', { callOpen: true, history: [old] }, { state: 'running' }],
  [
    'the start is held open, and nothing shows whether it runs',
    { callOpen: true, graceOver: true },
    { state: 'running' },
  ],
  [
    'the start is held open, but the status says long after that nothing runs',
    { callOpen: true, graceOver: true, status: old },
    { state: 'unseen', idle: true },
  ],
  ['somebody else runs it', { status: { ...old, state: 'running' } }, { state: 'unseen', idle: false }],
  ['a word that nobody knows', { status: run(undefined, 'unknown') }, { state: 'unseen', idle: undefined }],
  ['a name that nothing bears yet', { runId: 'stranger', history: [run('new', 'running')] }, { state: 'unseen' }],
  [
    'a name that nothing bears long after',
    { runId: 'stranger', history: [run('new', 'running')], graceOver: true },
    { state: 'running', found: 'Inferred' },
  ],
  [
    'an unknown word with an end',
    { runId: 'new', history: [run('new', 'unknown', { endedAt: NOW })] },
    { state: 'ended' },
  ],
  ['an unknown word without one', { runId: 'new', history: [run('new', 'unknown')] }, { state: 'running' }],
])('%s', (_, sight, want) => {
  expect(see(sight)).toMatchObject(want);
});

test('runs without ids are told apart by when they began', () => {
  const before = [run(undefined, 'succeeded', { startedAt: NOW - MINUTE })];
  const known = knownBefore(before);
  expect(known.knownIds).toEqual([`@${NOW - MINUTE}`]);
  const fresh = run(undefined, 'running', { startedAt: NOW });
  expect(candidatesOf({ ...intent, ...known }, [...before, fresh])).toEqual([fresh]);
});

test('of a long history the newest runs are remembered, and the time tells the others from new ones', () => {
  const history = Array.from({ length: 5_000 }, (_, at) =>
    run(`r${at}`, 'succeeded', { startedAt: NOW - at * MINUTE }),
  );
  const known = knownBefore(history);
  expect(known.knownIds).toHaveLength(100);
  expect(candidatesOf({ ...intent, ...known }, history)).toEqual([]);
  const fresh = run('fresh', 'running', { startedAt: NOW + 1 });
  expect(candidatesOf({ ...intent, ...known }, [fresh, ...history])).toEqual([fresh]);
});

test('a clock of the server that is hours off changes nothing', () => {
  const off = -2 * 60 * MINUTE;
  const before = [run('a', 'succeeded', { startedAt: NOW + off - MINUTE })];
  const fresh = run('b', 'running', { startedAt: NOW + off });
  expect(candidatesOf({ ...intent, ...knownBefore(before) }, [fresh, ...before])).toEqual([fresh]);
});
