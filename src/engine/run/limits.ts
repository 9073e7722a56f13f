import type { RunSpec, RunStatus } from './model.ts';

/** When what happens to a run, in milliseconds; all pure. Times are of our own clock: the remote one may be hours off. */

/** A run that could start right away is not turned down for the moments that the operator itself took. */
const SLACK_MS = 60_000;
/** Between two attempts, doubling. */
const RETRY_FIRST_MS = 10_000;
const RETRY_MOST_MS = 360_000;
/** More attempts than this are never made. */
const MOST_ATTEMPTS = 11;
/** So often is a start repeated of which nobody knows whether it worked. */
const MOST_UNKNOWN = 3;

export interface Times {
  createdAt: number;
  now: number;
}

/** Until when it may wait for its target: from its creation, for a repetition from when that may begin. */
export function startBy(spec: RunSpec, status: RunStatus, createdAt: number): number {
  return Math.max(createdAt, nextAttemptAt(status)) + spec.startingDeadlineSeconds * 1_000;
}

/** Whether it is too late to start. `waiting`: it cannot start now. */
export function isTooLate(spec: RunSpec, status: RunStatus, { createdAt, now }: Times, waiting: boolean): boolean {
  const by = startBy(spec, status, createdAt);
  return waiting ? now >= by : now > by + SLACK_MS;
}

/** Until when it may run, all attempts together; undefined: as long as it takes. */
export function endBy({ activeDeadlineSeconds }: RunSpec, { attempts, intent }: RunStatus): number | undefined {
  const began = attempts?.[0]?.startTime ?? intent?.at;
  if (activeDeadlineSeconds === undefined || began === undefined) return undefined;
  return Date.parse(began) + activeDeadlineSeconds * 1_000;
}

/** When the next attempt may begin; at once for the first one. */
export function nextAttemptAt({ attempts = [] }: RunStatus): number {
  const last = attempts.at(-1);
  if (last?.completionTime === undefined) return Number.NEGATIVE_INFINITY;
  // Of an unknown one the grace time has passed already.
  if (last.state === 'Unknown') return Date.parse(last.completionTime);
  const failures = attempts.filter(({ state }) => state === 'Failed').length;
  return Date.parse(last.completionTime) + Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** (failures - 1));
}

/** Whether an attempt that ended so is repeated. `attempts` has it already. */
export function isRepeated(spec: RunSpec, status: RunStatus, now: number): boolean {
  const { attempts = [] } = status;
  const last = attempts.at(-1)?.state;
  const by = endBy(spec, status);
  if (spec.cancel || attempts.length >= MOST_ATTEMPTS || (by !== undefined && now >= by)) return false;
  const count = attempts.filter(({ state }) => state === last).length;
  if (last === 'Failed') return count <= spec.backoffLimit;
  return last === 'Unknown' && spec.onUnknown === 'RetryAfterGrace' && count <= MOST_UNKNOWN;
}

/** When a finished run is to be deleted; undefined: never. */
export function removeAt({ ttlSecondsAfterFinished }: RunSpec, { conditions }: RunStatus): number | undefined {
  const ended = conditions?.find(({ type }) => type === 'Finished')?.lastTransitionTime;
  if (ttlSecondsAfterFinished === undefined || ended === undefined) return undefined;
  return Date.parse(ended) + ttlSecondsAfterFinished * 1_000;
}
