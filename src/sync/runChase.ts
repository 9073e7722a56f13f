import type { RunRecord } from './models/records.ts';
import { isSameRun } from './runHistory.ts';
import type { RunView } from './runView.ts';

export type RunRead = 'status' | 'history' | 'tasks';

/** One job that is read by need: it runs, is due, was just started, or has just ended. */
export interface Chase {
  why: 'running' | 'due' | 'expected' | 'ended';
  want: RunRead;
  /** Until the next read; doubles. */
  delayMs: number;
  /** Monotonic ms; then it is left to its turn. */
  until: number;
  /** The last run known when it began: a later one answers it. */
  lastRun: RunRecord | undefined;
}

/** What can be read, and what need not. */
export interface RunReads {
  status: boolean;
  history: boolean;
  tasks: boolean;
  /** Lists carry the status of this one. */
  listTells: boolean;
}

/** The first and the longest time between two reads of one job (design §6, Run state). */
export const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;
/** How long a run that is due or expected is looked for. */
const PATIENCE_MS = 600_000;

/** Begins to follow a job of which a run is expected, or has ended. */
export function beginChase(why: Chase['why'], view: RunView, reads: RunReads, now: number): Chase {
  const want = why !== 'ended' && reads.status && !(why === 'due' && reads.listTells) ? 'status' : 'history';
  return { why, want: possible(want, reads), delayMs: FIRST_MS, until: now + PATIENCE_MS, lastRun: view.lastRun };
}

/** What to read next after a read (undefined: it failed), and when; undefined: nothing, it is left to its turn. */
export function nextChase(
  chase: Chase | undefined,
  read: RunRead | undefined,
  before: RunView,
  after: RunView,
  reads: RunReads,
  now: number,
): { chase: Chase; inMs: number } | undefined {
  if (after.running === true) return whileRunning(chase, before, after, reads);
  if (before.running === true) {
    const lastRun = chase ? chase.lastRun : before.lastRun;
    const ended = { ...beginChase('ended', after, reads, now), lastRun };
    return read === 'history' && isAnswered(ended, after) ? afterwards(ended, after, reads) : { chase: ended, inMs: 0 };
  }
  if (!chase) {
    const isNew = after.lastRun !== before.lastRun;
    return isNew ? afterwards(beginChase('ended', after, reads, now), after, reads) : undefined;
  }
  if (read === 'tasks' || (read === undefined && chase.want === 'tasks')) return undefined;
  if (read === 'status' && reads.history) return { chase: { ...chase, want: 'history' }, inMs: 0 };
  if (read !== undefined && isAnswered(chase, after)) return afterwards(chase, after, reads);
  if (now >= chase.until) return undefined;
  const want = chase.why === 'ended' || (chase.why === 'due' && reads.listTells) ? 'history' : 'status';
  return later({ ...chase, want: possible(want, reads) });
}

/** What can be read in place of what cannot. */
export function possible(want: RunRead, reads: RunReads): RunRead {
  if (want === 'status' && !reads.status) return 'history';
  if (want === 'history' && !reads.history) return 'status';
  return want;
}

function whileRunning(chase: Chase | undefined, before: RunView, after: RunView, reads: RunReads) {
  const isOurs = chase?.why === 'expected';
  if (reads.listTells && !isOurs) return undefined;
  const want = possible('status', reads);
  const lastRun = chase ? chase.lastRun : after.lastRun;
  const next: Chase = { why: isOurs ? 'expected' : 'running', want, delayMs: FIRST_MS, until: Infinity, lastRun };
  if (!chase || before.running !== true) return { chase: next, inMs: FIRST_MS };
  return later({ ...next, delayMs: chase.delayMs });
}

function later(chase: Chase): { chase: Chase; inMs: number } {
  const delayMs = Math.min(chase.delayMs * 2, LONGEST_MS);
  return { chase: { ...chase, delayMs }, inMs: delayMs };
}

function afterwards(chase: Chase, view: RunView, reads: RunReads): { chase: Chase; inMs: number } | undefined {
  if (!reads.tasks || view.taskRuns !== undefined) return undefined;
  return { chase: { ...chase, want: 'tasks' }, inMs: 0 };
}

const isAnswered = (chase: Chase, { lastRun }: RunView) =>
  lastRun !== undefined &&
  lastRun !== chase.lastRun &&
  !(chase.lastRun && isSameRun(chase.lastRun, lastRun) && chase.lastRun.state === lastRun.state);
