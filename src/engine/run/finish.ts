import { Fenced } from '../blocked.ts';
import { isoSeconds } from '../conditions.ts';
import { FINALIZER } from '../finalizers.ts';
import { type PassResult, WRITE_MS } from '../pass.ts';
import { keyOf, type Resource } from '../resource.ts';
import { identityOf } from './attribution.ts';
import { restoredMark } from './guard.ts';
import { isRepeated, removeAt } from './limits.ts';
import { type RemoteRun, type RunTarget, SHOWN, type ShownState } from './model.ts';
import { claimOf, type RunPass, report, save } from './pass.ts';
import { cut, showRun } from './show.ts';
import { type RunVerdict, verdictOfEnd } from './verdict.ts';

type Finished = RunVerdict & { state: 'finished' };

/** An attempt whose end was seen: the next one, or the end. */
export async function concludeSeen(pass: RunPass, target: RunTarget, run: RemoteRun): Promise<PassResult> {
  const { status, deps } = pass;
  showRun(status, run);
  status.completionTime ??= isoSeconds(deps.clock.now());
  endAttempt(pass, SHOWN[run.state], run.words);
  target.remote.changed();
  if (isRepeated(pass.spec, status, deps.clock.now())) return repeat(pass, target, run.words || run.rawStatus);
  const { runId } = status;
  const end = {
    state: SHOWN[run.state],
    target: target.label,
    ...(runId !== undefined && { runId }),
    words: run.words,
    rawStatus: run.rawStatus,
    ...(status.recordsAffected !== undefined && { records: status.recordsAffected }),
    attempts: status.attempts?.length ?? 1,
    ...(status.cancelled && { cancelled: status.cancelled.why }),
  };
  return finish(pass, verdictOfEnd(end), target);
}

/** An attempt of which nobody can tell what became of it. */
export async function concludeUnknown(
  pass: RunPass,
  target: RunTarget | undefined,
  message: string,
  candidates?: readonly string[],
): Promise<PassResult> {
  const { status, spec, deps } = pass;
  status.state = 'Unknown';
  status.attribution = candidates ? 'Ambiguous' : (status.attribution ?? 'Unknown');
  if (candidates) status.candidates = candidates.slice(0, 16);
  endAttempt(pass, 'Unknown', message);
  target?.remote.changed();
  // What came back with a backup, its status included, is not started again either.
  const restored = restoredMark(pass.resource, pass.kind.targetOf(pass.resource)) !== undefined;
  const mayRepeat = target !== undefined && !candidates && status.runId === undefined && !restored;
  if (mayRepeat && isRepeated(spec, status, deps.clock.now())) return repeat(pass, target, message);
  return finish(pass, { state: 'finished', succeeded: 'Unknown', reason: 'OutcomeUnknown', message }, target);
}

/** Ends a run that never began. */
export function notStarted(pass: RunPass, message: string): Promise<PassResult> {
  return finish(pass, { state: 'finished', succeeded: 'False', reason: 'NotStarted', message });
}

/** Writes the end down, once and for good. */
export async function finish(pass: RunPass, verdict: Finished, target?: RunTarget): Promise<PassResult> {
  const { status, deps, resource, memory, calls } = pass;
  const { intent } = status;
  status.intent = undefined;
  const keys = [...memory.keys, pass.kind.targetKey(resource), ...(status.target ? [claimOf(status.target)] : [])];
  await report(pass, verdict, { outcome: 'done' });
  calls.forget(resource.metadata.uid);
  deps.record(resource, verdict.succeeded === 'True' ? 'Normal' : 'Warning', verdict.reason, verdict.message);
  const tookMs = intent && deps.clock.now() - Date.parse(intent.at);
  deps.meter.finished(verdict.reason, tookMs);
  pass.logger.info(
    { reason: verdict.reason, run: status.runId, state: status.state, records: status.recordsAffected, tookMs },
    'a run has finished',
  );
  const waiting = target?.resource ?? ownResource(pass);
  // A change of the target that had to wait for the run goes before the next run, which waits until the target is Ready.
  if (waiting) deps.wake(waiting.kind, waiting.key);
  wakeNext(deps, keys, resource.metadata.uid);
  return { outcome: 'done', againMs: 1 };
}

function ownResource({ kind, resource }: RunPass) {
  const found = kind.targetOf(resource);
  return found && { kind: found.kind, key: keyOf(found) };
}

/** Lets those look again that waited behind the run `uid`. */
export function wakeNext(deps: Pick<RunPass['deps'], 'runsOf' | 'wake'>, keys: readonly string[], uid: string): void {
  for (const other of new Set(keys.flatMap((key) => deps.runsOf(key)))) {
    if (other.metadata.uid !== uid) deps.wake(other.kind, keyOf(other));
  }
}

/** What is left to do for a run that has finished: let go of it, remove what is too much. Its outcome never changes. */
export async function finishedPass(pass: RunPass): Promise<PassResult> {
  const { resource, status, spec, deps, kind } = pass;
  const { generation, finalizers = [] } = resource.metadata;
  if (finalizers.includes(FINALIZER)) await letGo(pass);
  if (resource.metadata.deletionTimestamp !== undefined) return { outcome: 'done' };
  // Readers that wait for the status of this generation (kstatus) need to see it.
  if (status.observedGeneration !== generation) {
    status.observedGeneration = generation;
    status.conditions = status.conditions?.map((one) => ({ ...one, observedGeneration: generation }));
    await save(pass);
  }
  for (const one of kind.surplus(resource)) await remove(pass, one, 'history limit');
  const due = removeAt(spec, status);
  if (due === undefined) return { outcome: 'done' };
  const left = due - deps.clock.now();
  if (left > 0) return { outcome: 'done', againMs: left };
  await remove(pass, resource, 'ttlSecondsAfterFinished');
  return { outcome: 'done' };
}

async function remove({ deps, logger }: RunPass, resource: Resource, why: string): Promise<void> {
  if (!deps.mayWrite(WRITE_MS)) throw new Fenced('the lease is lost or about to end');
  await deps.remove(resource);
  logger.info({ removed: keyOf(resource), why }, 'removed a finished run');
}

/** Drops the finalizer, if it is there. */
export async function letGo(pass: RunPass): Promise<void> {
  const { resource, deps, draft } = pass;
  const present = resource.metadata.finalizers ?? [];
  if (!present.includes(FINALIZER)) return;
  if (!deps.mayWrite(WRITE_MS)) throw new Fenced('the lease is lost or about to end');
  const patched = await deps.kube.patchFinalizers(
    resource,
    present.filter((name) => name !== FINALIZER),
  );
  pass.resource = { ...resource, metadata: patched.metadata };
  draft.rebase(patched);
}

function endAttempt({ status, deps }: RunPass, state: ShownState, message: string): void {
  const attempt = {
    state,
    ...(status.runId !== undefined && { runId: status.runId }),
    ...(status.intent && { startTime: isoSeconds(Date.parse(status.intent.at)) }),
    completionTime: isoSeconds(deps.clock.now()),
    ...(message !== '' && { message: cut(message, 1024) }),
  };
  status.attempts = [...(status.attempts ?? []), attempt];
}

/** Back to waiting: the next attempt is a start like the first one. */
async function repeat(pass: RunPass, target: RunTarget, why: string): Promise<PassResult> {
  const { status, deps, resource, memory, calls } = pass;
  const count = status.attempts?.length ?? 0;
  status.intent = undefined;
  memory.delayMs = 0;
  const state = status.attempts?.at(-1)?.state === 'Failed' ? 'failed' : 'has an unknown outcome';
  const message = `attempt ${count} of ${target.label} ${state}${why === '' ? '' : `: ${why}`}; it is repeated`;
  await report(pass, { state: 'active', reason: 'BackingOff', message }, { outcome: 'wait' });
  calls.forget(resource.metadata.uid);
  deps.record(resource, 'Warning', 'RunRepeated', message);
  return { outcome: 'wait', againMs: 1 };
}

/** The id of a run as its status keeps it; undefined where it has none. */
export function runIdOf(run: RemoteRun): string | undefined {
  const id = identityOf(run);
  return id !== undefined && id.length <= 128 ? id : undefined;
}
