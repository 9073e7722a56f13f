import { Blocked } from './blocked.ts';
import { claimKey } from './claims.ts';
import type { Verdict } from './conditions.ts';
import { explainFailure } from './failed.ts';
import { deletes, FINALIZER, heldDeletes, setFinalizer } from './finalizers.ts';
import { checkIdentity } from './identity.ts';
import { resolveIntent } from './intent.ts';
import { waitedFor } from './memory.ts';
import type { GatheredPass, Pass, PassResult } from './pass.ts';
import { echo } from './pass.ts';
import { RemoteError } from './remote.ts';
import { report } from './report.ts';
import { keyOf, type Resource } from './resource.ts';
import { staying, turnReason } from './turn.ts';
import { MISSING_MS } from './verdict.ts';
import { fence } from './writing.ts';

/** How often a blocked deletion looks again, besides being woken; milliseconds. */
const LOOK_MS = 30_000;
/** How often at least while the server says that the object is busy: not every server tells whether it runs. */
const BUSY_MS = 300_000;
/** How often a deletion is tried again that the server has refused for long. */
const HOUR_MS = 3_600_000;
const REFUSED = 'delete';

interface Hindrance {
  reason: string;
  message: string;
  /** The server or its credentials cannot be used: in a terminating namespace the resource is released in the end. */
  unusable?: boolean;
  /** The server did not do what it was asked to; `before`: some time ago, and was not asked again. */
  refused?: boolean | 'before';
  /** The server said so: it is tried less and less often. */
  busy?: boolean;
  /** It passes without anybody's doing: no warning unless it lasts. */
  passing?: boolean;
}

/**
 * Deletes what the resource owns, if its policy says so, and lets it go (design §8): hand over, wait for those that refer to it,
 * wait for a run, look for foreign content, delete, see it gone, drop the finalizer.
 */
export async function deletionPass(
  pass: Pass,
  gather: (pass: Pass) => Promise<GatheredPass>,
  handovers: Set<string>,
): Promise<PassResult> {
  if (!pass.resource.metadata.finalizers?.includes(FINALIZER)) return { outcome: 'done' };
  if (pass.fired.has('force-delete')) {
    echo(pass, 'force-delete');
    return release(pass, 'force-delete was asked for');
  }
  const { resource } = pass;
  const { status } = pass.draft;
  const retains = resource.spec.deletionPolicy === 'Retain' || status.policies?.deletionPolicy !== 'Delete';
  const isUnclear = status.owned !== true && status.pending?.intent?.verb === 'create';
  if (retains || (status.owned !== true && !isUnclear)) return letGoWhenUnneeded(pass);
  let gathered: GatheredPass;
  try {
    gathered = await gather(pass);
  } catch (error) {
    if (!(error instanceof Blocked)) throw error;
    const message = `${error.message}; or set deletionPolicy: Retain, to leave in Sync what cannot be found`;
    return blocked(pass, { reason: error.reason, message, unusable: true });
  }
  // What its workspace or server says may have changed since the last pass.
  if (!deletes(gathered)) return letGoWhenUnneeded(pass);
  try {
    if (isUnclear) {
      const waiting = await lookForCreated(gathered);
      if (waiting) return await blocked(pass, waiting);
      if (status.owned !== true) return await letGoWhenUnneeded(pass);
    }
    const id = status.id!;
    const changed = gathered.gathered.scope.unusable ? undefined : await checkIdentity(gathered);
    if (changed && status.owned !== true) {
      const why = 'its server was replaced, and nothing on the new one was ever its own';
      pass.deps.record(resource, 'Warning', 'Kept', `${gathered.gathered.desired.name} (${id}) is not deleted: ${why}`);
      return await letGoWhenUnneeded(pass);
    }
    const hindrance = changed
      ? { reason: 'ServerChanged', message: changed.message }
      : await hindranceOf(gathered, handovers);
    const held = hindrance ?? lastRefusal(gathered);
    if (held) return await blocked(pass, held);
    const why = await gathered.gathered.hooks?.keeps?.(status.id!);
    if (why === undefined) return await deleteRemote(gathered);
    pass.deps.record(resource, 'Warning', 'Kept', `${gathered.gathered.desired.name} stays on the server: ${why}`);
    return await letGo(pass);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const { failure, verdict } = explainFailure(gathered, error, false);
    // Something of it is gone, or all of it: what lies in it is not found then either.
    if ((failure.class === 'gone' || failure.class === 'missing') && (await isGone(gathered))) return letGo(pass);
    const isNowhere = failure.class === 'missing' && status.owned !== true;
    // The place of what was to be made has been missing for so long that nothing in it can be left.
    if (isNowhere && waitedFor(pass.memory, 'PlaceNotFound', pass.deps.clock.now()) >= MISSING_MS) {
      const why = `what its create may have made is looked for no more: ${error.message}`;
      pass.deps.record(resource, 'Warning', 'Kept', why);
      return letGoWhenUnneeded(pass);
    }
    const reason = failure.class === 'gone' ? 'Deleting' : 'reason' in verdict ? verdict.reason : 'ServerUnreachable';
    const unusable =
      failure.class === 'unreachable' || failure.class === 'unauthorised' || failure.class === 'circuitOpen';
    const busy = failure.class === 'busy';
    // While it is known to run, nothing is sent, and the end of the run wakes this.
    if (busy) gathered.gathered.hooks?.follow?.(status.id!);
    const refused = error.access !== 'read' && !unusable && !busy;
    return blocked(pass, { reason, message: error.message, unusable, refused, busy });
  }
}

/** What a call may have made whose reply was lost has to go as well: it is looked for as before a second create. */
async function lookForCreated(pass: GatheredPass): Promise<Hindrance | undefined> {
  const { unusable } = pass.gathered.scope;
  if (unusable) return { reason: unusable.reason, message: unusable.message, unusable: true };
  const waiting = await resolveIntent(pass);
  if (!waiting) return undefined;
  const { verdict } = waiting;
  const reason = 'reason' in verdict ? verdict.reason : 'OutcomeUnknown';
  return { reason, message: verdict.message, passing: verdict.state === 'progressing' };
}

async function isGone({ gathered, draft }: GatheredPass): Promise<boolean> {
  const { id } = draft.status;
  if (id === undefined) return false;
  try {
    return (await gathered.remote.read(id)).state === 'absent';
  } catch (error) {
    if (error instanceof RemoteError) return false;
    throw error;
  }
}

/** What the server refused again and again for ten minutes is not sent for an hour, unless somebody asks. */
function lastRefusal(pass: Pass): Hindrance | undefined {
  const { refused } = pass.memory;
  if (pass.fired.has('reconcile-requested-at')) {
    echo(pass, 'reconcile-requested-at');
    return undefined;
  }
  if (refused?.digest !== REFUSED || pass.deps.clock.now() - refused.at >= HOUR_MS) return undefined;
  return { reason: refused.reason, message: refused.message, refused: 'before' };
}

async function hindranceOf(pass: GatheredPass, handovers: Set<string>): Promise<Hindrance | undefined> {
  const { deps, gathered, draft, kind, resource } = pass;
  const { scope, hooks, desired } = gathered;
  const id = draft.status.id!;
  if (resource.spec.suspend === true || scope.suspendedBy) {
    return {
      reason: 'Suspended',
      message: `${scope.suspendedBy ?? 'suspended'}; resume it, or set deletionPolicy: Retain`,
    };
  }
  if (scope.unusable) return { reason: scope.unusable.reason, message: scope.unusable.message, unusable: true };
  const claim = claimKey(kind.name, scope.origin, id);
  const heir = deps.claimants(kind.name, claim).find((other) => {
    const waits = other.status?.owned === false && other.metadata.uid !== resource.metadata.uid;
    return waits && !other.metadata.deletionTimestamp;
  });
  if (heir) {
    handovers.add(claim);
    draft.status.owned = false;
    draft.status.policies = { ...draft.status.policies, deletionPolicy: 'Retain' };
    await draft.save();
    deps.record(resource, 'Normal', 'HandedOver', `left ${desired.name} (${id}) to ${label(heir)}`);
    deps.wake(kind.name, keyOf(heir));
    return { reason: 'HandedOver', message: `${desired.name} is handed over`, passing: true };
  }
  const around = deps.referrers(resource);
  const referrers = around.filter((other) => !kind.liesIn?.(resource, other));
  // Those in it that go too are waited for, but only once nothing else stands in the way.
  const others = hooks?.empty ? referrers.filter((other) => !goesAlong(pass, other)) : referrers;
  if (others.length > 0) return awaiting(pass, others, 'still referred to by');
  const run = hooks?.running?.(id);
  if (run?.running)
    return {
      reason: 'RemoteBusy',
      message: `${desired.name} is running (${run.what}); it is deleted when the run ends`,
      passing: true,
    };
  const content = (await hooks?.content?.(id)) ?? [];
  if (content.length > 0)
    return {
      reason: 'NotEmpty',
      message: `${desired.name} holds what this deletion does not own: ${names(pass, content)}; remove that first, or set deletionPolicy: Retain`,
    };
  const users = (await hooks?.usedBy?.(id)) ?? [];
  if (users.length > 0)
    return {
      reason: 'StillReferenced',
      message: `${desired.name} is used by ${names(pass, users)}; remove that first, or set deletionPolicy: Retain`,
      passing: around.length > referrers.length && staying(around).length === 0,
    };
  if (referrers.length === 0) return undefined;
  fence(pass);
  await hooks?.empty?.(id);
  for (const other of referrers) deps.wake(other.kind, keyOf(other));
  return awaiting(pass, referrers, 'still referred to by');
}

function goesAlong({ kind, resource }: Pass, other: Resource): boolean {
  return staying([other]).length === 0 && kind.holds?.(resource, other) === true;
}

/** Those that go as well go in their turn; the others somebody has to delete. */
function awaiting(pass: Pass, others: readonly Resource[], why: string): Hindrance {
  const inTheWay = staying(others);
  const named = names(pass, (inTheWay.length > 0 ? inTheWay : others).map(label));
  return inTheWay.length > 0
    ? { reason: 'StillReferenced', message: `${why} ${named}; delete those first` }
    : { reason: 'StillReferenced', message: `${why} ${named}, being deleted as well`, passing: true };
}

async function deleteRemote(pass: GatheredPass): Promise<PassResult> {
  const { gathered, draft, deps, resource } = pass;
  const id = draft.status.id!;
  const before = await gathered.remote.read(id);
  const now = deps.clock.now();
  // A read that lags is no reason to delete it a second time.
  const isDone = pass.memory.deletedAt !== undefined && now - pass.memory.deletedAt < gathered.scope.lagGraceMs;
  if (before.state === 'present' && !isDone) {
    fence(pass);
    await gathered.remote.delete(id);
    pass.memory.deletedAt = now;
    pass.logger.info({ id }, 'deleted on the server');
  }
  const after = before.state === 'absent' ? before : await gathered.remote.read(id);
  const { name } = gathered.desired;
  if (after.state === 'present') {
    return blocked(pass, {
      reason: 'Deleting',
      message: `${name} was deleted; the server still shows it`,
      passing: true,
    });
  }
  // What a lagging server does not show yet is there, and what was never asked to go stays.
  if (after.state === 'unsettled' && pass.memory.deletedAt === undefined) {
    const message = `the server does not show ${name} (${id}) consistently yet; it is deleted when it does`;
    return blocked(pass, { reason: 'Deleting', message, passing: true });
  }
  deps.record(resource, 'Normal', 'Deleted', `deleted ${name} (${id})`);
  return letGo(pass);
}

/** Retained: it only waits for those that need it to delete something themselves. */
async function letGoWhenUnneeded(pass: Pass): Promise<PassResult> {
  const needing = heldDeletes(pass);
  if (needing.length === 0) return letGo(pass);
  return blocked(pass, awaiting(pass, needing, 'needed to delete'));
}

async function letGo(pass: Pass): Promise<PassResult> {
  await setFinalizer(pass, false);
  return { outcome: 'done' };
}

async function release(pass: Pass, why: string): Promise<PassResult> {
  const { deps, resource, draft } = pass;
  deps.count('orphaned', pass.kind.name);
  deps.record(resource, 'Warning', 'Orphaned', `${draft.status.id ?? 'its remote object'} stays on the server: ${why}`);
  pass.logger.warn({ id: draft.status.id }, `orphaned: ${why}`);
  return letGo(pass);
}

async function blocked(pass: Pass, hindrance: Hindrance): Promise<PassResult> {
  const { reason, message, unusable, refused, busy } = hindrance;
  const now = pass.deps.clock.now();
  // A server that refuses now for this and now for that, or is busy now and then, refuses all the time.
  const waited = waitedFor(pass.memory, refused || busy ? REFUSED : reason, now);
  const stalled = waited >= MISSING_MS;
  if (unusable && stalled && (await pass.deps.isTerminating(pass.resource.metadata.namespace))) {
    return release(pass, `the namespace is being deleted and for ten minutes: ${message}`);
  }
  if (refused === true && stalled) pass.memory.refused = { digest: REFUSED, at: now, reason, message };
  const word = reason === 'StillReferenced' ? turnReason(pass.resource, hindrance.passing === true, waited) : reason;
  const passing = word === 'AwaitingTurn' || (hindrance.passing === true && !stalled);
  const verdict: Verdict = { state: 'deletionBlocked', reason: word, message: `${word}: ${message}`, stalled, passing };
  const soon = reason === 'Deleting' || reason === 'HandedOver';
  const left = MISSING_MS - waited;
  const look = busy ? Math.max(LOOK_MS, Math.min(waited / 2, BUSY_MS)) : LOOK_MS;
  const againMs = soon ? 1_000 : left > 0 ? Math.min(look, left) : look;
  return report(pass, verdict, { outcome: 'wait', againMs });
}

function label(resource: { kind: string; metadata: { namespace: string; name: string } }): string {
  return `${resource.kind} ${keyOf(resource)}`;
}

/** Names, but none from other namespaces. */
function names(pass: Pass, all: readonly string[]): string {
  const own = all.filter((name) => !/^Sync\w+ /.test(name) || name.includes(` ${pass.resource.metadata.namespace}/`));
  const shown = own.slice(0, 5).join(', ');
  const more = all.length - Math.min(own.length, 5);
  if (more === 0) return shown;
  return shown === '' ? `${more} in other namespaces` : `${shown} and ${more} more`;
}
