/** How a run goes; ms. Set for each object by a test, see the console's `behaviour`. */
export interface Behaviour {
  startMs: number;
  testMs: number;
  /** For each task, one after another. */
  taskMs: number;
  /** `error`: the connection test fails. `fail`: `failing` of the tasks fail. */
  outcome: 'success' | 'fail' | 'error';
  failing: number;
  /** Records of each task; seeded when absent. */
  records?: number;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  startMs: 1000,
  testMs: 2000,
  taskMs: 5000,
  outcome: 'success',
  failing: 1,
};

export type RunKind = 'job' | 'transformation' | 'pipeline';
export type RunEnd = 'success' | 'failed' | 'error' | 'cancelled' | 'skipped';
export type RunCause = 'api' | 'console' | 'schedule' | 'pipeline' | 'afterJob';
export type Phase = 'starting' | 'testing' | 'running' | RunEnd;

/** One run of a job, transformation or pipeline. Times are ms since the epoch. */
export interface Run {
  id: string;
  kind: RunKind;
  targetId: string;
  targetName: string;
  cause: RunCause;
  startedAt: number;
  /** Ends of the phases `starting` and `testing`. */
  testingAt: number;
  runningAt: number;
  endedAt?: number;
  end?: RunEnd;
  detail: string;
  parts: RunPart[];
}

/** One task or step within a run. */
export interface RunPart {
  childId: string;
  label: string;
  startsAt: number;
  endsAt: number;
  records: number;
  fails: boolean;
}

export type PartPhase = 'pending' | 'running' | 'success' | 'failed' | 'cancelled';

/** Where the run stands at `now`. */
export function phaseOf(run: Run, now: number): Phase {
  if (run.end) return run.end;
  if (now < run.testingAt) return 'starting';
  return now < run.runningAt ? 'testing' : 'running';
}

/** Where one task stands at `now`. */
export function partPhase(run: Run, part: RunPart, now: number): PartPhase {
  const seen = Math.min(now, run.endedAt ?? now);
  if (seen >= part.endsAt) return part.fails ? 'failed' : 'success';
  if (run.endedAt !== undefined) return 'cancelled';
  return seen < part.startsAt ? 'pending' : 'running';
}

/** Records that were moved until `now`; a task counts evenly while it runs, a failing one counts nothing. */
export function recordsAt(run: Run, part: RunPart, now: number): number {
  if (part.fails || part.records === 0) return 0;
  const seen = Math.min(now, run.endedAt ?? now);
  const share = (seen - part.startsAt) / Math.max(1, part.endsAt - part.startsAt);
  return Math.floor(part.records * Math.min(1, Math.max(0, share)));
}

/** Parts that ended well, and those that failed. */
export function tally(run: Run, now: number): { done: number; failed: number; total: number } {
  const phases = run.parts.map((part) => partPhase(run, part, now));
  return {
    done: phases.filter((phase) => phase === 'success').length,
    failed: phases.filter((phase) => phase === 'failed').length,
    total: phases.length,
  };
}
