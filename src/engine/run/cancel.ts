import { Fenced } from '../blocked.ts';
import { classify } from '../failure.ts';
import { FINALIZER } from '../finalizers.ts';
import { type PassResult, SEND_MS, WRITE_MS } from '../pass.ts';
import { RemoteError } from '../remote.ts';
import { endBy } from './limits.ts';
import type { RunTarget } from './model.ts';
import { type RunPass, report, save } from './pass.ts';

/** A run that still goes on so long after it was to be cancelled is told again; milliseconds. */
const AGAIN_MS = 60_000;
/** The same where it was said that nothing runs, as before a start has arrived; each time twice as long. */
const REFUSED_AGAIN_MS = 10_000;
const REFUSED_MOST_MS = 5 * 60_000;
const LOOK_FIRST_MS = 2_000;
const LOOK_MOST_MS = 30_000;

/** Why the run is to be cancelled now; undefined: it is not. */
export function whyCancel({ spec, status, resource, deps }: RunPass): string | undefined {
  if (spec.cancel) return 'spec.cancel';
  const { deletionTimestamp, finalizers } = resource.metadata;
  if (deletionTimestamp !== undefined && finalizers?.includes(FINALIZER)) return 'deleted, with onDelete: Cancel';
  const by = endBy(spec, status);
  if (by !== undefined && deps.clock.now() >= by) return `activeDeadlineSeconds: ${spec.activeDeadlineSeconds}`;
  return undefined;
}

/**
 * Asks the remote side to cancel, when that is wanted and `mayBeOurs` is what runs. Undefined: nothing to cancel. The end is
 * awaited in any case: it may come by itself, and otherwise.
 */
export async function cancelPass(
  pass: RunPass,
  target: RunTarget,
  mayBeOurs: boolean,
): Promise<PassResult | undefined> {
  const why = whyCancel(pass);
  if (why === undefined || !mayBeOurs) return undefined;
  const { status, memory, deps } = pass;
  if (target.suspendedBy !== undefined) {
    return cancelling(
      pass,
      `${target.label} is to be cancelled (${why}), but ${target.suspendedBy}: nothing is sent`,
      AGAIN_MS,
    );
  }
  if (!target.remote.cancel || memory.cannotCancel) return cannot(pass, target, why);
  const asked = status.cancelled && (memory.cancelledAt ?? Date.parse(status.cancelled.at));
  if (asked === undefined || deps.clock.now() - asked >= pauseOf(pass)) {
    const sent = await send(pass, target.remote.cancel, why);
    if (sent === 'unsupported') return cannot(pass, target, why);
    if (sent === 'sent') memory.delayMs = 0;
  }
  memory.delayMs = Math.min(Math.max(LOOK_FIRST_MS, memory.delayMs * 2), LOOK_MOST_MS);
  return cancelling(pass, `${target.label} is being cancelled (${why})`, memory.delayMs);
}

/** Only a run that has a name, or a call that did nothing, can be repeated without hitting another run. */
function pauseOf({ memory: { cancelsRefused = 0 }, status }: RunPass): number {
  if (cancelsRefused > 0) return Math.min(REFUSED_AGAIN_MS * 2 ** (cancelsRefused - 1), REFUSED_MOST_MS);
  return status.runId === undefined ? Infinity : AGAIN_MS;
}

async function send(pass: RunPass, cancel: NonNullable<RunTarget['remote']['cancel']>, why: string) {
  const { status, deps, resource, logger, memory } = pass;
  if (!deps.mayWrite(WRITE_MS + SEND_MS)) throw new Fenced('the lease is lost or about to end');
  const first = status.cancelled === undefined;
  // When it was first asked is what a restart has to know; to ask again is no news.
  status.cancelled ??= { at: new Date(deps.clock.now()).toISOString(), why };
  await save(pass);
  if (!deps.mayWrite(WRITE_MS)) throw new Fenced('the lease is lost or about to end');
  memory.cancelledAt = deps.clock.now();
  const refusedBefore = first ? 0 : (memory.cancelsRefused ?? 0);
  memory.cancelsRefused = 0;
  try {
    const result = await cancel();
    if (result === 'sent' && first)
      deps.record(resource, 'Normal', 'CancelRequested', `Sync was asked to cancel (${why})`);
    return result;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const { outcome, access, words } = error;
    const known = { referenceChanged: false, running: false, words, probe: false, creating: false, itemKnown: true };
    const failure = classify(outcome, access, known);
    if (failure.class !== 'ambiguous' && failure.class !== 'foreign') memory.cancelsRefused = refusedBefore + 1;
    logger.info({ class: failure.class }, `the cancellation: ${error.message}`);
    return 'unclear';
  }
}

async function cannot(pass: RunPass, target: RunTarget, why: string): Promise<PassResult> {
  const { memory, deps, resource } = pass;
  const message = `${target.label} cannot be cancelled here (${why}): Sync has no call for it; waiting for its end`;
  if (!memory.cannotCancel) deps.record(resource, 'Warning', 'CancelUnsupported', message);
  memory.cannotCancel = true;
  memory.delayMs = Math.min(Math.max(5_000, memory.delayMs * 2), AGAIN_MS);
  return cancelling(pass, message, memory.delayMs);
}

function cancelling(pass: RunPass, message: string, againMs: number): Promise<PassResult> {
  return report(pass, { state: 'active', reason: 'Cancelling', message }, { outcome: 'wait', againMs });
}
