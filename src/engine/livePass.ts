import { adopt, adoptionRefused, checkClaim, checkMaker, mayAdopt } from './adopt.ts';
import { apply } from './apply.ts';
import { approvable, describePlan, summarise } from './approval.ts';
import { isUnchanged, recordBaseline } from './baseline.ts';
import { placed } from './childPlaces.ts';
import { claimKey } from './claims.ts';
import { conclude, finish, showPlan } from './conclude.ts';
import type { Verdict } from './conditions.ts';
import { forgetRemote } from './create.ts';
import { type Gated, gate } from './gate.ts';
import { checkIdentity } from './identity.ts';
import { resolveIntent } from './intent.ts';
import { isContended, waitedFor } from './memory.ts';
import { type Observation, observe } from './observe.ts';
import { echo, enforces, type GatheredPass, type PassResult, suspendedBy } from './pass.ts';
import type { Plan, Step } from './plan.ts';
import { planObject } from './planObject.ts';
import { isRefused, refusal, stillBusy } from './refusals.ts';
import type { RemoteObject } from './remote.ts';
import { report } from './report.ts';
import { resyncIn } from './resync.ts';
import { type Settled, settleWrites } from './settle.ts';
import { unreadable } from './unsupported.ts';
import { MISSING_MS } from './verdict.ts';

const HOUR = 3_600_000;
/** The end of the run wakes it; this is for one whose end was missed. */
const BUSY_LOOK_MS = 300_000;
/** What the server does not show consistently, or under a name of two, is looked at at least so often; milliseconds. */
const MOST_LOOK_MS = 300_000;

/** One pass over an object whose server can be used. Rejects with RemoteError, Fenced or a conflict of Kubernetes. */
export async function livePass(pass: GatheredPass, handovers: Set<string>): Promise<PassResult> {
  const changed = await checkIdentity(pass);
  if (changed) {
    const again = changed.state === 'progressing';
    return report(pass, changed, again ? { outcome: 'wait', againMs: 1_000 } : { outcome: 'stalled' }, pass);
  }
  forgetRenamed(pass);
  const waiting = await resolveIntent(pass);
  if (waiting) return report(pass, waiting.verdict, waiting.result, pass);
  if (pass.fired.has('reconcile-requested-at')) {
    pass.memory.deepDue = true;
    pass.memory.refused = undefined;
    pass.memory.corrections = [];
    echo(pass, 'reconcile-requested-at');
  }
  if ((resyncIn(pass) ?? 1) <= 0) pass.memory.deepDue = true;
  const { id, owned } = pass.draft.status;
  const rival = id !== undefined && owned === true && enforces(pass) ? checkClaim(pass, id) : undefined;
  if (rival) return report(pass, rival, { outcome: 'stalled' }, pass);

  const observation = await observe({
    resource: pass.resource,
    status: pass.draft.status,
    gathered: pass.gathered,
    memory: pass.memory,
    now: pass.deps.clock.now(),
    startedAt: pass.startedAt,
    askedAt: pass.askedAt,
    unchanged: isUnchanged(pass) && pass.gathered.desired.missing === undefined,
  });
  const { left } = pass.gathered.scope;
  return left && observation.state !== 'unsettled'
    ? leftPass(pass, observation, left)
    : decide(pass, observation, handovers);
}

/** It cannot be moved, and is not made a second time while it is there; once it is gone, it is looked for where it belongs. */
function leftPass(
  pass: GatheredPass,
  observation: Observation,
  { reason, message }: { reason: string; message: string },
): Promise<PassResult> {
  // What bears its name there by now is somebody else's.
  if (observation.state === 'settled' || (observation.state === 'present' && !observation.instead)) {
    return report(pass, { state: 'stalled', reason, message }, { outcome: 'stalled', againMs: MOST_LOOK_MS }, pass);
  }
  pass.draft.status.parentId = undefined;
  const gone = `${pass.gathered.desired.name} is gone from where it was left; looking for it where it belongs`;
  const verdict = { state: 'progressing', reason: 'Observing', message: gone } as const;
  return report(pass, verdict, { outcome: 'wait', againMs: 1_000 }, pass);
}

/** What is not ours is known by its name: under another name the resource means another object. */
function forgetRenamed({ draft, gathered, resource }: GatheredPass): void {
  const { status } = draft;
  if (status.id === undefined || status.owned === true || resource.spec.id !== undefined) return;
  const glance = gathered.remote.glance({ name: gathered.desired.name });
  if (glance.state === 'unlisted' || (glance.state === 'present' && glance.ids.includes(status.id))) return;
  status.id = undefined;
  status.owned = undefined;
}

async function decide(pass: GatheredPass, observation: Observation, handovers: Set<string>): Promise<PassResult> {
  const { desired } = pass.gathered;
  pass.memory.unseenSince = undefined;
  switch (observation.state) {
    case 'unsettled': {
      return unsettledPass(pass, observation);
    }
    case 'ambiguous': {
      // In an order of their own: that of the lists changes.
      const ids = observation.ids.toSorted().slice(0, 5).join(', ');
      const message = `${observation.ids.length} objects are called ${desired.name} (${ids}); set spec.id to the one that is meant`;
      const again = { outcome: 'stalled', againMs: MOST_LOOK_MS } as const;
      return report(pass, { state: 'stalled', reason: 'AmbiguousName', message }, again, pass);
    }
    case 'settled':
      pass.gathered.hooks?.follow?.(observation.id);
      return finish(pass, settledVerdict(pass), undefined, false);
    case 'absent':
      return plannedPass(pass, undefined, observation.vanished, 'present', handovers);
    case 'present':
      noteRead(pass, observation.digest);
      if (observation.instead) forgetRemote(pass);
      return plannedPass(pass, observation.object, false, observation.ours ? 'present' : 'foreign', handovers);
  }
}

/** Looks again, less and less often; what stays contradictory is a matter for a person. */
async function unsettledPass(
  pass: GatheredPass,
  { message, retryAfterMs }: { message: string; retryAfterMs: number },
): Promise<PassResult> {
  const waited = waitedFor(pass.memory, 'Observing', pass.deps.clock.now());
  const againMs = Math.max(retryAfterMs, Math.min(waited / 2, MOST_LOOK_MS));
  const stallMessage = `${message}, for ten minutes now; look at ${pass.gathered.desired.name} in Sync, or set spec.id`;
  const verdict = {
    state: 'progressing',
    reason: 'Observing',
    message,
    stallMessage,
    stallAfterMs: MISSING_MS,
  } as const;
  return report(pass, verdict, { outcome: 'wait', againMs }, pass);
}

function settledVerdict(pass: GatheredPass): Verdict {
  const suspended = suspendedBy(pass);
  if (!suspended) return { state: 'converged', message: `${pass.gathered.desired.name} is as the spec says` };
  return { state: 'suspended', planned: false, message: `${suspended}; Sync's own schedule goes on` };
}

async function plannedPass(
  pass: GatheredPass,
  object: RemoteObject | undefined,
  vanished: boolean,
  whose: 'present' | 'foreign',
  handovers: Set<string>,
): Promise<PassResult> {
  const imported = pass.resource.spec.id as string | undefined;
  noteId(pass, object);
  if (!object && imported !== undefined && !vanished) {
    const message = `spec.id ${imported} is not on the server; correct it, or remove it to have the object created`;
    const verdict = { state: 'progressing', reason: 'RemoteNotFound', message, stallAfterMs: MISSING_MS } as const;
    return report(pass, verdict, { outcome: 'wait', againMs: 30_000 }, pass);
  }
  const adopting = whose === 'foreign' && pass.draft.status.owned !== true;
  if (object && adopting && enforces(pass)) {
    const rival = checkClaim(pass, object.id);
    if (rival) return report(pass, rival, { outcome: 'stalled' }, pass);
    const made = checkMaker(pass);
    if (made) return report(pass, made, { outcome: 'wait', againMs: 1_000 }, pass);
  }
  const claim = object && claimKey(pass.kind.name, pass.gathered.scope.origin, object.id);
  const handed = claim !== undefined && handovers.has(claim);
  const plan = planFor(pass, object, vanished, adopting);
  let adoption: 'allowed' | 'refused' | undefined;
  if (object && adopting && enforces(pass) && !suspendedBy(pass)) {
    const answer = mayAdopt(pass, plan, handed);
    if (answer === 'unknown') return unknownPass(pass, object);
    adoption = answer;
    if (adoption === 'allowed') {
      adopt(pass, object.id, handed);
      handovers.delete(claim!);
      recordBaseline(pass, plan, object);
      await pass.draft.save({ fenced: true });
    }
  }
  if (pass.draft.status.id !== undefined) pass.gathered.hooks?.follow?.(pass.draft.status.id);
  return gatedPass(pass, plan, object, vanished, adoption);
}

/** What is not known in full cannot be said to be identical; once its own id is known, more of it can be. */
async function unknownPass(pass: GatheredPass, { id }: RemoteObject): Promise<PassResult> {
  const { reason, message, againMs } = pass.gathered.desired.missing!;
  const soon = pass.resource.status?.id === id ? againMs : 1_000;
  const verdict = { state: 'progressing', reason, message, stallAfterMs: MISSING_MS } as const;
  return report(pass, verdict, { outcome: 'wait', ...(soon !== undefined && { againMs: soon }) }, pass);
}

/** The id of what is only observed is known too, without a claim; one that is not there any more is forgotten. */
function noteId({ draft, gathered, resource }: GatheredPass, object: RemoteObject | undefined): void {
  const { status } = draft;
  if (status.owned === true) return;
  // An imported id is kept: what is behind it may only be another server for the moment.
  if (object || resource.spec.id === undefined) status.id = object?.id;
  if (object && gathered.scope.identity !== undefined) status.serverIdentity = gathered.scope.identity;
}

async function gatedPass(
  pass: GatheredPass,
  plan: Plan,
  object: RemoteObject | undefined,
  vanished: boolean,
  adoption: 'allowed' | 'refused' | undefined,
): Promise<PassResult> {
  const settled = settle(pass, plan, object);
  let gated = gateSteps(pass, settled.plan, adoption);
  if (approve(pass, gated)) gated = gateSteps(pass, settled.plan, adoption);
  const { preview } = pass.deps;
  preview?.gated(pass.resource, gated);
  if (adoption === 'refused' && object) {
    const verdict = adoptionRefused(pass, object, summarise(settled.plan.steps));
    showPlan(pass, gated);
    return report(pass, verdict, { outcome: 'stalled' }, pass, object);
  }
  if (gated.go.length === 0 || settled.unconfirmed.length > 0) return conclude(pass, settled, gated, object, false);
  const refused =
    refusal(pass) ?? unreadable(pass, gated) ?? (await pass.gathered.hooks?.check?.(pass.gathered.desired, object));
  if (refused) {
    showPlan(pass, gated);
    return report(pass, { state: 'stalled', ...refused }, { outcome: 'stalled', againMs: HOUR }, pass, object);
  }
  const busy = stillBusy(pass);
  if (busy) return report(pass, busy, { outcome: 'wait', againMs: BUSY_LOOK_MS }, pass, object);
  announceDrift(pass, gated);
  // Also when a call fails: what goes now is held no more.
  showPlan(pass, gated);
  pass.logger.info({ steps: gated.go.map((step) => step.title) }, 'applying');
  const go = placed(pass, gated.go, object);
  const after = preview ? preview.predict(pass, go, object) : await apply(pass, go, object);
  noteCorrection(pass, gated);
  announceWrites(pass, gated);
  pass.memory.refused = undefined;
  pass.memory.unclear = undefined;
  pass.memory.busy = undefined;
  // Whatever was approved and is done must not be approved a second time.
  const rest = planFor(pass, after, vanished && pass.draft.status.id === undefined);
  const settledAfter = after
    ? settle(pass, rest, after)
    : { plan: { steps: [], refused: [] }, unconfirmed: ['the object'], refused: [] };
  noteRead(pass, digestNow(pass));
  if (pass.draft.status.id !== undefined) pass.gathered.hooks?.follow?.(pass.draft.status.id);
  return conclude(pass, settledAfter, gateSteps(pass, settledAfter.plan, undefined), after, true);
}

function planFor(pass: GatheredPass, observed: RemoteObject | undefined, vanished: boolean, adopting = false): Plan {
  const { kind, gathered, draft, deps } = pass;
  const { desired, scope } = gathered;
  return planObject({ kind, desired, observed, vanished, adopting, status: draft.status, scope, macs: deps.macs });
}

function settle(pass: GatheredPass, plan: Plan, observed: RemoteObject | undefined): Settled {
  if (!observed) return { plan, unconfirmed: [], refused: [] };
  const { memory, draft, deps, gathered } = pass;
  return settleWrites(plan, {
    observed,
    desired: gathered.desired,
    memory,
    status: draft.status,
    macs: deps.macs,
    now: deps.clock.now(),
    late: pass.applying === undefined,
    lagGraceMs: gathered.scope.lagGraceMs,
  });
}

function gateSteps(pass: GatheredPass, plan: Plan, adoption: 'allowed' | 'refused' | undefined): Gated {
  const now = pass.deps.clock.now();
  return gate({
    steps: plan.steps,
    policies: pass.policies,
    suspended: suspendedBy(pass) !== undefined,
    approved: new Set(pass.draft.status.pending?.approved),
    contended: isContended(pass.memory, now),
    suspicious: pass.gathered.scope.suspicious !== undefined,
    missing: pass.gathered.desired.missing !== undefined,
    ...(adoption && { adoption }),
  });
}

/** Takes an approval that names the plan as it is now; true when there was one. */
function approve(pass: GatheredPass, gated: Gated): boolean {
  const value = pass.fired.get('approve-plan');
  if (value === undefined) return false;
  const { draft, deps, resource } = pass;
  const plan = describePlan(gated, draft.status.plan, deps.random);
  echo(pass, 'approve-plan');
  if (plan?.id !== value) {
    const now = plan ? `the plan is now ${plan.id}` : 'nothing awaits approval';
    deps.record(resource, 'Warning', 'RequestIgnored', `approve-plan=${value} does not fit: ${now}`);
    return false;
  }
  const keys = approvable(gated);
  draft.status.pending = { ...draft.status.pending, approved: keys };
  deps.record(resource, 'Normal', 'Approved', `plan ${value} was approved: ${plan.summary}`);
  return keys.length > 0;
}

function driftIn({ go }: Gated): Step[] {
  return go.filter((step) => step.cause === 'drift' || step.cause === 'vanished');
}

function announceDrift(pass: GatheredPass, gated: Gated): void {
  const drift = driftIn(gated);
  // What was refused is tried again each hour, which is no news.
  if (drift.length === 0 || isRefused(pass)) return;
  pass.deps.record(pass.resource, 'Normal', 'DriftDetected', `changed on the server, correcting: ${summarise(drift)}`);
}

/** Only what was done can be undone by somebody: a write that the server refuses is no contest. */
function noteCorrection({ memory, deps, kind }: GatheredPass, gated: Gated): void {
  if (driftIn(gated).length === 0) return;
  memory.corrections.push(deps.clock.now());
  deps.count('driftCorrected', kind.name);
}

function announceWrites(pass: GatheredPass, gated: Gated): void {
  const steps = gated.go.filter((step) => step.verb !== 'create');
  if (steps.length === 0) return;
  const rotated = steps.some((step) => step.changes.some((change) => change.secret));
  pass.deps.record(pass.resource, 'Normal', rotated ? 'SecretRotated' : 'Updated', `wrote ${summarise(steps)}`);
}

/** Where a read of the whole object stood: as long as the list says the same, there is no need for another. */
function noteRead({ memory, deps }: GatheredPass, digest: string | undefined): void {
  memory.seenDigest = digest;
  memory.deepReadAt = deps.clock.now();
}

function digestNow(pass: GatheredPass): string | undefined {
  const id = pass.draft.status.id;
  const glance = id === undefined ? undefined : pass.gathered.remote.glance({ id });
  return glance?.state === 'present' ? glance.digest : undefined;
}
