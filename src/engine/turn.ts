import type { Verdict } from './conditions.ts';
import type { Condition, Resource } from './resource.ts';
import { MISSING_MS } from './verdict.ts';

/** How long after a deletion those that refer to it may be deleted as well before somebody is told; `kubectl delete -f` takes one by one. */
const JOINT_MS = 30_000;

type Blocked = Extract<Verdict, { state: 'deletionBlocked' }>;

/** Those of whom no deletion is under way, so that somebody has to delete them. */
export function staying(others: readonly Resource[]): Resource[] {
  return others.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/**
 * The reason why a deletion waits for others: its turn, while they go as well or may be about to, else that they still refer to it.
 * `waitedMs` counts from when it began to wait.
 */
export function turnReason(
  resource: Resource,
  othersGo: boolean,
  waitedMs: number,
): 'AwaitingTurn' | 'StillReferenced' {
  if (waitedMs >= MISSING_MS) return 'StillReferenced';
  const isTold = isSaid(resource.status?.conditions, 'StillReferenced');
  return othersGo || (waitedMs < JOINT_MS && !isTold) ? 'AwaitingTurn' : 'StillReferenced';
}

/** Whether an event has to warn of what blocks a deletion: somebody has to do something, and has not been told so before. */
export function needsWarning(previous: readonly Condition[] | undefined, verdict: Blocked): boolean {
  const wasStalled = previous?.some(({ type }) => type === 'Stalled') === true;
  const isNew = !isSaid(previous, verdict.reason) || (verdict.stalled && !wasStalled);
  return isNew && !verdict.passing;
}

function isSaid(conditions: readonly Condition[] | undefined, reason: string): boolean {
  const ready = conditions?.find(({ type }) => type === 'Ready');
  return ready?.reason === 'DeletionBlocked' && ready.message.startsWith(`${reason}:`);
}
