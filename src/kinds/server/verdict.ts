import type { SyncServerStatus } from '../../api/syncServer.ts';
import { conditionsOf, mergeConditions, type Verdict } from '../../engine/conditions.ts';
import type { Memory } from '../../engine/memory.ts';
import { waitedFor } from '../../engine/memory.ts';
import type { PassResult } from '../../engine/pass.ts';
import type { Condition, Resource } from '../../engine/resource.ts';
import { MISSING_MS } from '../../engine/verdict.ts';
import type { LiveSession } from '../session/serverSession.ts';

type Draft = Omit<Condition, 'lastTransitionTime'>;

/** Something that is waited for; when that takes too long, a person has to act. */
export function waiting(memory: Memory, reason: string, message: string, now: number): Waiting {
  const left = MISSING_MS - waitedFor(memory, reason, now);
  if (left <= 0) return { verdict: { state: 'stalled', reason, message }, result: { outcome: 'stalled' } };
  return { verdict: { state: 'progressing', reason, message }, result: { outcome: 'wait', againMs: left } };
}

export interface Waiting {
  verdict: Verdict;
  result: PassResult;
}

/** All conditions of a SyncServer. It has no `Synced`: it is not made equal to anything. */
export function conditionsFor(
  resource: Resource,
  verdict: Verdict,
  session: LiveSession | undefined,
  now: number,
): Condition[] {
  const previous = resource.status?.conditions ?? [];
  const own = conditionsOf(verdict, previous).filter(({ type }) => type !== 'Synced');
  return mergeConditions(previous, [...own, ...reach(session)], resource.metadata.generation, now);
}

/** `Reachable` and `Authenticated`, as the last probe says. */
function reach(session: LiveSession | undefined): Draft[] {
  const finding = session?.finding;
  if (finding) {
    const { reason, message, reachable } = finding;
    const refused = reason === 'Unauthorised';
    return [
      reachable
        ? { type: 'Reachable', status: 'True', reason: 'Answers', message: 'the server answers' }
        : { type: 'Reachable', status: 'False', reason, message },
      { type: 'Authenticated', status: refused ? 'False' : 'Unknown', reason, message },
    ];
  }
  if (session?.identity === undefined) {
    const message = 'the server has not been looked at';
    return [
      { type: 'Reachable', status: 'Unknown', reason: 'NotProbed', message },
      { type: 'Authenticated', status: 'Unknown', reason: 'NotProbed', message },
    ];
  }
  return [
    { type: 'Reachable', status: 'True', reason: 'Answers', message: 'the server answers' },
    { type: 'Authenticated', status: 'True', reason: 'TokenAccepted', message: 'the server takes the token' },
  ];
}

/** Whether calls go through; `since` moves only with the state. */
export function circuitOf(
  { client, finding }: LiveSession,
  before: SyncServerStatus['circuit'],
  now: string,
): NonNullable<SyncServerStatus['circuit']> {
  const state = client.circuitOpen ? 'Open' : 'Closed';
  if (before?.state === state) return before;
  const reason = state === 'Open' ? finding?.message : undefined;
  return { state, since: now, ...(reason !== undefined && { reason }) };
}
