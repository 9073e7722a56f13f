import type { JsonObject } from '../ports/json.ts';
import { CONFIGURATION, conditionsOf, isoSeconds, mergeConditions, type Verdict } from './conditions.ts';
import { waitedFor } from './memory.ts';
import type { GatheredPass, Pass, PassResult } from './pass.ts';
import type { RemoteObject } from './remote.ts';
import { needsWarning } from './turn.ts';

/** How long what cannot be seen is still claimed; milliseconds. */
export const STALE_MS = 15 * 60_000;

/** Writes what a pass came to: conditions and extra status by one patch, if it differs, and an event on a change. */
export async function report(
  pass: Pass,
  verdict: Verdict,
  result: PassResult,
  kindPass?: GatheredPass,
  observed?: RemoteObject,
): Promise<PassResult> {
  const { deps, draft, resource, memory } = pass;
  const now = deps.clock.now();
  const aged = ageVerdict(pass, verdict, now);
  const extra = kindPass?.gathered.hooks?.report?.({ id: draft.status.id, status: draft.status, observed, now });
  const previous = resource.status?.conditions ?? [];
  const kept = extra ? [] : previous.filter(({ type }) => !CONFIGURATION.has(type));
  const drafts = [...conditionsOf(aged.verdict, previous), ...(extra?.conditions ?? kept)];
  draft.status.conditions = mergeConditions(previous, drafts, resource.metadata.generation, now);
  draft.status.observedGeneration = resource.metadata.generation;
  Object.assign(draft.status, extra?.status as JsonObject | undefined);
  announce(pass, aged.verdict);
  if (draft.dirty) {
    // Where the last deep read stood is worth knowing after a restart, but never worth a write of its own.
    if (memory.seenDigest !== undefined && memory.deepReadAt !== undefined) {
      draft.status.observed = { listDigest: memory.seenDigest, deepTime: isoSeconds(memory.deepReadAt) };
    }
    // The conditions were judged by it: over those of another leader, which this copy may lack, it must not be left as it is.
    await draft.save({ along: ['observed'] });
  }
  if (verdict.state !== 'progressing' && verdict.state !== 'deletionBlocked') memory.waiting = undefined;
  const againMs = least(result.againMs, aged.againMs, extra?.againMs);
  return { ...result, ...(againMs !== undefined && { againMs }) };
}

/** A wait that has lasted too long is a stall; one that a restart interrupted stays what it was. */
function ageVerdict(pass: Pass, verdict: Verdict, now: number): { verdict: Verdict; againMs?: number } {
  if (verdict.state !== 'progressing') return { verdict };
  const waited = waitedFor(pass.memory, verdict.reason, now);
  if (verdict.stallAfterMs === undefined) return { verdict };
  const before = pass.resource.status?.conditions?.find(({ type }) => type === 'Stalled');
  const current = pass.resource.status?.observedGeneration === pass.resource.metadata.generation;
  if (waited >= verdict.stallAfterMs || (before?.reason === verdict.reason && current)) {
    const message = verdict.stallMessage ?? verdict.message;
    return { verdict: { state: 'stalled', reason: verdict.reason, message } };
  }
  return { verdict, againMs: verdict.stallAfterMs - waited };
}

/** An event when the reason of Ready is another than before; routine progress is not worth one. */
function announce(pass: Pass, verdict: Verdict): void {
  const { deps, resource, draft } = pass;
  const before = resource.status?.conditions?.find(({ type }) => type === 'Ready');
  const after = draft.status.conditions?.find(({ type }) => type === 'Ready');
  if (verdict.state === 'deletionBlocked' && needsWarning(resource.status?.conditions, verdict)) {
    deps.record(resource, 'Warning', verdict.reason, verdict.message);
  }
  if (!after || (before?.reason === after.reason && before.status === after.status)) return;
  if (verdict.state === 'converged' && before?.status !== 'True') {
    deps.record(resource, 'Normal', 'Ready', verdict.message);
  } else if (verdict.state === 'stalled') {
    deps.record(resource, 'Warning', verdict.reason, verdict.message);
  } else if (verdict.state === 'awaitingApproval') {
    deps.record(resource, 'Normal', 'AwaitingApproval', verdict.message);
  }
  pass.logger.info({ reason: after.reason, ready: after.status, message: after.message }, 'condition changed');
}

/** The least of what is defined. */
export function least(...values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
