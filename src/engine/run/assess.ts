import { candidatesOf, distinctRuns, identityOf, isOver, isSameRun, merged } from './attribution.ts';
import type { RemoteRun, RunIntent } from './model.ts';

/** What is known of one attempt, and what was just read. */
export interface Sight {
  intent: RunIntent;
  /** As the reply named it, or as it was found. */
  runId?: string;
  /** The remote side holds the start open. */
  callOpen: boolean;
  /** Undefined: it cannot be had. */
  status?: RemoteRun;
  history?: readonly RemoteRun[];
  /** So long ago was the attempt begun that every reading must show it. */
  graceOver: boolean;
}

export type Assessment =
  /** `run` undefined: something runs, and nothing tells it from others yet. */
  | { state: 'running'; run?: RemoteRun; found?: 'Reported' | 'Inferred' }
  | { state: 'ended'; run: RemoteRun; found: 'Reported' | 'Inferred' }
  | { state: 'ambiguous'; ids: string[]; running: boolean }
  /** `idle`: nothing runs, as far as can be seen; undefined: that cannot be seen. */
  | { state: 'unseen'; idle: boolean | undefined };

/** What the readings say about the attempt; pure (design §7.3). */
export function assess(sight: Sight): Assessment {
  const { intent, runId, status, history, graceOver } = sight;
  const readings = [...(history ?? []), ...(status ? [status] : [])];
  if (runId !== undefined) {
    const named = distinctRuns(readings).find((run) => identityOf(run) === runId);
    if (named) return toldOf(withStatus(named, status), 'Reported');
    // A name that nothing bears long after: the reply named something else.
    if (!graceOver) return unseen(sight);
  }
  const candidates = candidatesOf(intent, readings);
  if (candidates.length > 1) {
    const ids = candidates.map((run) => identityOf(run)!);
    return { state: 'ambiguous', ids, running: candidates.some((run) => !isOver(run)) };
  }
  const [only] = candidates;
  if (!only || (isOver(only) && !isCertain(only, sight))) return unseen(sight);
  return toldOf(withStatus(only, status), 'Inferred');
}

/** A status without a name that fits the run tells of it, too. */
function withStatus(run: RemoteRun, status: RemoteRun | undefined): RemoteRun {
  if (!status || identityOf(status) !== undefined) return run;
  return status.state === 'running' && !isOver(run) ? merged(run, status) : run;
}

function toldOf(run: RemoteRun, found: 'Reported' | 'Inferred'): Assessment {
  return isOver(run) ? { state: 'ended', run, found } : { state: 'running', run, found };
}

/**
 * A run that was over before it was first seen: a history that lags may show one of a moment before and not yet ours. The status,
 * which tells of the newest run, or time makes it certain.
 */
function isCertain(run: RemoteRun, { status, graceOver }: Sight): boolean {
  return graceOver || (status !== undefined && isSameRun(status, run));
}

function unseen({ status, callOpen, intent, graceOver }: Sight): Assessment {
  const isOld = status !== undefined && identityOf(status) !== undefined && candidatesOf(intent, [status]).length === 0;
  const isTold = status !== undefined && !(status.state === 'unknown' && status.rawStatus !== '');
  const idle = isTold ? status.state !== 'running' : undefined;
  // An open call is a sign as long as nothing says otherwise.
  const isOpen = callOpen && !(graceOver && idle === true);
  if (isOpen || (status?.state === 'running' && !isOld)) {
    return { state: 'running', ...(status?.state === 'running' && !isOld && { run: status }) };
  }
  return { state: 'unseen', idle };
}
