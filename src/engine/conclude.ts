import { actionPass } from './actions.ts';
import { describePlan, keepApprovals } from './approval.ts';
import { recordBaseline } from './baseline.ts';
import type { Verdict } from './conditions.ts';
import type { Gated } from './gate.ts';
import { enforces, type GatheredPass, type PassResult, suspendedBy } from './pass.ts';
import type { RemoteObject } from './remote.ts';
import { least, report } from './report.ts';
import { resyncIn } from './resync.ts';
import type { Settled } from './settle.ts';
import { unseenChildren } from './unsupported.ts';
import { verdictOf } from './verdict.ts';

const HOUR = 3_600_000;

/** What is left to do after the writes, or in their place: the baseline, the plan to show, the follow-up calls, and the report. */
export async function conclude(
  pass: GatheredPass,
  settled: Settled,
  gated: Gated,
  object: RemoteObject | undefined,
  wrote: boolean,
): Promise<PassResult> {
  if (object && pass.draft.status.owned === true) recordBaseline(pass, settled.plan, object);
  pruneApprovals(pass, gated);
  const plan = showPlan(pass, gated);
  const verdict = verdictOf({
    gated,
    plan,
    unconfirmed: settled.unconfirmed,
    refused: settled.refused,
    suspended: suspendedBy(pass),
    name: pass.gathered.desired.name,
    exists: object !== undefined,
    suspicious: pass.gathered.scope.suspicious,
    missing: pass.gathered.desired.missing,
  });
  const unseen = verdict.state === 'converged' && unseenChildren(pass, object);
  if (unseen) return finish(pass, unseen, object, wrote, HOUR);
  return finish(pass, verdict, object, wrote, settled.unconfirmed.length > 0 ? graceLeft(pass) : undefined);
}

/** Reads must have caught up by then: looking any later, one could not tell what the server did from what somebody did since. */
function graceLeft({ memory, gathered, deps }: GatheredPass): number | undefined {
  return memory.write && Math.max(1_000, memory.write.at + gathered.scope.lagGraceMs - deps.clock.now());
}

/** Follow-up calls, where all is as it should be, and the report. */
export async function finish(
  pass: GatheredPass,
  verdict: Verdict,
  object: RemoteObject | undefined,
  wrote: boolean,
  laterMs?: number,
): Promise<PassResult> {
  const mayAct = verdict.state === 'converged' && enforces(pass) && pass.draft.status.owned === true;
  if (mayAct) await actionPass(pass, wrote);
  const outcome = outcomeOf(pass, verdict);
  const contended = verdict.state === 'stalled' && verdict.reason === 'Contended';
  const againMs = contended ? HOUR : least(laterMs ?? pass.gathered.desired.missing?.againMs, resyncIn(pass));
  return report(pass, verdict, { outcome, ...(againMs !== undefined && { againMs }) }, pass, object);
}

function outcomeOf(pass: GatheredPass, verdict: Verdict): PassResult['outcome'] {
  if (verdict.state === 'stalled') return 'stalled';
  if (verdict.state !== 'progressing') return 'done';
  // What is missing wakes the object when it comes.
  return verdict.reason === pass.gathered.desired.missing?.reason ? 'wait' : 'retry';
}

/** Puts what is held, and why, into the status. */
export function showPlan(pass: GatheredPass, gated: Gated) {
  const plan = describePlan(gated, pass.draft.status.plan, pass.deps.random);
  pass.draft.status.plan = plan;
  return plan;
}

/** Approvals stay until their step is done or is another one. */
function pruneApprovals(pass: GatheredPass, gated: Gated): void {
  const keys = new Set([...gated.go, ...gated.held.map(({ step }) => step)].map(({ key }) => key));
  keepApprovals(pass.draft.status, keys);
}
