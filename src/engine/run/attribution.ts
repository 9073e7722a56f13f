import type { RemoteRun, RunIntent } from './model.ts';

/** So many of the runs known before a start are remembered, where times tell the older ones from new ones. */
const REMEMBERED = 100;
/** Without times all have to be remembered; a longer history keeps both of its ends. */
const REMEMBERED_UNTIMED = 2_000;

/** What tells one run from others: its id, else when it began; undefined: nothing does. */
export function identityOf(run: Pick<RemoteRun, 'id' | 'startedAt'>): string | undefined {
  if (run.id !== undefined) return run.id;
  return run.startedAt === undefined ? undefined : `@${run.startedAt}`;
}

export function isSameRun(a: RemoteRun, b: RemoteRun): boolean {
  if (a.id !== undefined && b.id !== undefined) return a.id === b.id;
  return a.startedAt !== undefined && a.startedAt === b.startedAt;
}

/** All runs of some readings, each once: what a later reading tells of a run goes over what an earlier one told. */
export function distinctRuns(readings: readonly RemoteRun[]): RemoteRun[] {
  const runs: RemoteRun[] = [];
  for (const run of readings) {
    if (identityOf(run) === undefined) continue;
    const at = runs.findIndex((other) => isSameRun(other, run));
    if (at === -1) runs.push(run);
    else runs[at] = merged(runs[at]!, run);
  }
  return runs;
}

/** One run out of two records. An end that was told stays told: of two readings one may lag behind. */
export function merged(a: RemoteRun, b: RemoteRun): RemoteRun {
  const [base, over] = isOver(a) && !isOver(b) ? [b, a] : [a, b];
  const tasks = over.tasks.length > 0 ? over.tasks : base.tasks;
  return { ...base, ...over, words: over.words || base.words, tasks };
}

/** It has ended for certain. One in a state that nobody knows has, when an end is told. */
export function isOver(run: RemoteRun): boolean {
  return run.state === 'unknown' ? run.endedAt !== undefined : run.state !== 'running';
}

/** What is written down before a start, so that the new run can be told from those before. */
export function knownBefore(
  readings: readonly RemoteRun[],
): Required<Pick<RunIntent, 'knownIds'>> & Pick<RunIntent, 'latest'> {
  const runs = distinctRuns(readings);
  const ids = (some: readonly RemoteRun[]) => some.map((run) => identityOf(run)!).filter((id) => id.length <= 128);
  const times = runs.map(({ startedAt }) => startedAt);
  if (!times.every((time) => time !== undefined)) {
    const half = REMEMBERED_UNTIMED / 2;
    const kept = runs.length <= REMEMBERED_UNTIMED ? runs : [...runs.slice(0, half), ...runs.slice(-half)];
    return { knownIds: ids(kept) };
  }
  if (runs.length === 0) return { knownIds: [] };
  const newest = runs.toSorted((a, b) => b.startedAt! - a.startedAt!);
  return {
    knownIds: ids(newest.slice(0, REMEMBERED)),
    latest: new Date(newest[0]!.startedAt!).toISOString(),
  };
}

/**
 * The runs that may be the one that was started: not known before, and not begun before the newest one that was. What the remote
 * side skipped was never started by a call.
 */
export function candidatesOf(intent: RunIntent, readings: readonly RemoteRun[]): RemoteRun[] {
  const known = new Set(intent.knownIds);
  const latest = intent.latest === undefined ? undefined : Date.parse(intent.latest);
  return distinctRuns(readings).filter((run) => {
    if (run.state === 'skipped' || known.has(identityOf(run)!)) return false;
    if (run.startedAt === undefined) return true;
    if (known.has(`@${run.startedAt}`)) return false;
    return latest === undefined || run.startedAt >= latest;
  });
}
