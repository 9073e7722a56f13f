import type { RunRecord } from './models/records.ts';

/** Which end of a history without times holds the newest run; learned by watching a run being added. */
export type HistoryOrder = 'newestFirst' | 'oldestFirst';

/** The ids at both ends of a history without times, to learn its order from the next. */
export interface HistoryEnds {
  first: string;
  last: string;
}

/**
 * The newest run of a history in any order, told by its times. Without times, by the order learned, else by ids that are numbers,
 * else undefined: nobody knows.
 */
export function newestOf(runs: readonly RunRecord[], order: HistoryOrder | undefined): RunRecord | undefined {
  if (runs.length < 2) return runs[0];
  const timed = runs.filter((run) => timeOf(run) !== undefined);
  if (timed.length > 0) return timed.reduce((a, b) => (timeOf(b)! > timeOf(a)! ? b : a));
  if (order) return order === 'newestFirst' ? runs[0] : runs.at(-1);
  if (!runs.every((run) => /^\d{1,30}$/.test(run.id ?? ''))) return undefined;
  return runs.reduce((a, b) => (BigInt(b.id!) > BigInt(a.id!) ? b : a));
}

/** The ends of a history that has no times; undefined when its order does not matter or cannot be told. */
export function endsOf(runs: readonly RunRecord[]): HistoryEnds | undefined {
  const first = runs[0]?.id;
  const last = runs.at(-1)?.id;
  if (first === undefined || last === undefined || runs.some((run) => timeOf(run) !== undefined)) return undefined;
  return { first, last };
}

/** What two readings of one history tell of its order: the end that stayed is the old one. */
export function learnOrder(before: HistoryEnds, after: HistoryEnds): HistoryOrder | undefined {
  const isFirstNew = before.first !== after.first;
  if (isFirstNew === (before.last !== after.last)) return undefined;
  return isFirstNew ? 'newestFirst' : 'oldestFirst';
}

/** Two records of one run: by id, else by when it started. */
export function isSameRun(a: RunRecord, b: RunRecord): boolean {
  if (a.id !== undefined && b.id !== undefined) return a.id === b.id;
  return a.startedAt !== undefined && a.startedAt === b.startedAt;
}

/** A run that is known to have ended; one in an unknown state is not. */
export function isOver(run: RunRecord): boolean {
  return run.state !== 'running' && run.state !== 'unknown';
}

/** True when `b` is known to have begun after `a`; of two without times, another run is taken for a later one. */
export function isLater(a: RunRecord, b: RunRecord): boolean {
  const [from, to] = [timeOf(a), timeOf(b)];
  if (from !== undefined && to !== undefined) return to > from;
  return !isSameRun(a, b);
}

/** One run from two records of it, the later read last: what was told stays told. */
export function mergeRun(before: RunRecord, after: RunRecord): RunRecord {
  const tasks = after.tasks.length > 0 ? after.tasks : before.tasks;
  return { ...before, ...after, words: after.words || before.words, tasks };
}

const timeOf = (run: RunRecord) => run.startedAt ?? run.endedAt;
