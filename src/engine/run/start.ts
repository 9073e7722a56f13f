import { Blocked, Fenced } from '../blocked.ts';
import { isoSeconds } from '../conditions.ts';
import { FINALIZER } from '../finalizers.ts';
import { knownFor } from '../intentAge.ts';
import { type PassResult, SEND_MS, WRITE_MS } from '../pass.ts';
import { RemoteError } from '../remote.ts';
import { keyOf } from '../resource.ts';
import { identityOf, knownBefore } from './attribution.ts';
import { answerOf } from './calls.ts';
import { finish, notStarted } from './finish.ts';
import { restoredMark } from './guard.ts';
import { isTooLate, nextAttemptAt, startBy } from './limits.ts';
import type { RemoteRun, RunTarget } from './model.ts';
import { describeAhead, runAhead } from './order.ts';
import { claimOf, createdAt, type RunPass, report } from './pass.ts';
import { clearRun } from './show.ts';

/** How often a target that cannot run now is looked at, besides being woken; milliseconds. */
const LOOK_FIRST_MS = 5_000;
const LOOK_MOST_MS = 60_000;

interface Wait {
  reason: string;
  message: string;
  againMs?: number;
}

/** A run that has not begun, or is to be repeated: waits for its target, and starts it once (design §7.1, §7.2). */
export async function startPass(pass: RunPass): Promise<PassResult> {
  const { kind, resource, spec, status } = pass;
  if (spec.cancel) return cancelled(pass);
  if (status.attempts === undefined) {
    const mark = restoredMark(resource, kind.targetOf(resource));
    if (mark !== undefined) return notStarted(pass, `${mark}; make a new ${kind.name} to run it`);
    const problems = kind.problems(resource);
    if (problems.length > 0) {
      return notStarted(pass, problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
    }
  }
  const target = targetOrWait(pass);
  if ('reason' in target) return wait(pass, target);
  const waits = turnOf(pass, target);
  if (waits) return wait(pass, waits);
  if (isTooLate(spec, status, timesOf(pass), false)) return tooLate(pass, 'the operator came too late');
  const claim = claimOf(target.kept);
  const { uid } = resource.metadata;
  const starter = pass.starting.get(claim);
  if (starter !== undefined && starter !== uid) {
    return wait(pass, { reason: 'WaitingForTarget', message: 'another run of it is being started', againMs: 1_000 });
  }
  pass.starting.set(claim, uid);
  try {
    return await startOnce(pass, target);
  } finally {
    pass.starting.delete(claim);
  }
}

function targetOrWait(pass: RunPass): RunTarget | Wait {
  try {
    return pass.kind.gather(pass.resource);
  } catch (error) {
    if (!(error instanceof Blocked)) throw error;
    return { reason: 'WaitingForTarget', message: error.message };
  }
}

/** Why it is not its turn, from what is known without asking. */
function turnOf({ deps, kind, resource, status, memory }: RunPass, target: RunTarget): Wait | undefined {
  memory.keys = [kind.targetKey(resource), claimOf(target.kept)];
  if (target.obstacle) return { reason: 'WaitingForTarget', message: target.obstacle };
  const ahead = runAhead(resource, [...new Set(memory.keys.flatMap((key) => deps.runsOf(key)))]);
  if (ahead) {
    return { reason: 'WaitingForTarget', message: `${target.label}: ${describeAhead(resource, ahead)}` };
  }
  const left = nextAttemptAt(status) - deps.clock.now();
  if (left <= 0) return undefined;
  const { attempts = [] } = status;
  const message = `attempt ${attempts.length} failed; trying again at ${isoSeconds(nextAttemptAt(status))}`;
  return { reason: 'BackingOff', message, againMs: left };
}

/** Looks once more, writes down what is about to be done, and calls. */
async function startOnce(pass: RunPass, target: RunTarget): Promise<PassResult> {
  const readings = await readBefore(target);
  if ('reason' in readings) return wait(pass, readings);
  const running = readings.find((run) => run.state === 'running');
  if (running) return wait(pass, occupied(target, running));

  const { deps, status, memory, resource, calls } = pass;
  await holdForCancel(pass);
  if (!deps.mayWrite(WRITE_MS + SEND_MS)) throw new Fenced('the lease is lost or about to end');
  const at = new Date(deps.clock.now()).toISOString();
  clearRun(status);
  status.intent = { verb: 'execute', at, ...knownBefore(readings) };
  knownFor(memory, at, deps.clock.monotonic());
  status.target = target.kept;
  // Until the call is made, whatever happens to this write: if it is found later, it was not carried out.
  memory.unsent = at;
  memory.delayMs = 0;
  memory.activeAt = undefined;
  await report(pass, { state: 'active', reason: 'Starting', message: `starting ${target.label}` }, { outcome: 'wait' });
  if (!deps.mayWrite(SEND_MS)) throw new Fenced('the lease is lost or about to end');
  if (!target.isStill()) throw new Fenced('another server answers by now');
  memory.unsent = undefined;
  const key = keyOf(resource);
  calls.open(resource.metadata.uid, at, target.remote.execute, () => deps.wake(resource.kind, key));
  deps.meter.started(deps.clock.now() - createdAt(resource));
  deps.record(resource, 'Normal', 'RunStarted', `started ${target.label}${attemptOf(pass)}`);
  pass.logger.info({ target: target.label, id: target.kept.id }, 'starting a run');
  return { outcome: 'wait', againMs: LOOK_FIRST_MS };
}

/** All that can be read of the target's runs. */
async function readBefore({ remote }: RunTarget): Promise<RemoteRun[] | Wait> {
  try {
    const status = await remote.status();
    const history = await remote.history();
    const older = history === 'unsupported' ? [] : history;
    // The status speaks of the newest run: where a history lags, or shows only what is over, it tells what runs.
    return status === 'unsupported' ? [...older] : [...older, status];
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const answer = answerOf(error);
    const reason = answer.kind === 'notStarted' && !answer.busy ? answer.reason : 'ServerUnreachable';
    return { reason, message: error.message };
  }
}

function occupied({ label }: RunTarget, run: RemoteRun): Wait {
  const since = run.startedAt === undefined ? '' : ` since ${isoSeconds(run.startedAt)}`;
  const name = identityOf(run) === undefined || run.id === undefined ? 'a run' : `run ${run.id}`;
  return { reason: 'WaitingForTarget', message: `${label} is running already (${name}${since}); this one goes next` };
}

/** A run that is to be cancelled when its resource is deleted keeps the resource until that is done. */
async function holdForCancel(pass: RunPass): Promise<void> {
  const { resource, spec, deps, draft } = pass;
  const present = resource.metadata.finalizers ?? [];
  if (spec.onDelete !== 'Cancel' || present.includes(FINALIZER)) return;
  if (!deps.mayWrite(WRITE_MS)) throw new Fenced('the lease is lost or about to end');
  const patched = await deps.kube.patchFinalizers(resource, [...present, FINALIZER]);
  pass.resource = { ...resource, metadata: patched.metadata };
  draft.rebase(patched);
}

/** Stays where it is, until the starting deadline. */
async function wait(pass: RunPass, { reason, message, againMs }: Wait): Promise<PassResult> {
  const { spec, status, memory, deps } = pass;
  if (isTooLate(spec, status, timesOf(pass), true)) return tooLate(pass, message);
  memory.delayMs = Math.min(Math.max(LOOK_FIRST_MS, memory.delayMs * 2), LOOK_MOST_MS);
  const left = startBy(spec, status, createdAt(pass.resource)) - deps.clock.now();
  const again = Math.max(1, Math.min(againMs ?? memory.delayMs, left));
  return report(pass, { state: 'active', reason, message }, { outcome: 'wait', againMs: again });
}

async function tooLate(pass: RunPass, why: string): Promise<PassResult> {
  const { status, spec } = pass;
  const last = status.attempts?.at(-1);
  const text = `not started within startingDeadlineSeconds (${spec.startingDeadlineSeconds}): ${why}`;
  if (!last) return notStarted(pass, text);
  const reason = last.state === 'Failed' ? 'RunFailed' : 'OutcomeUnknown';
  const succeeded = last.state === 'Failed' ? 'False' : 'Unknown';
  return finish(pass, { state: 'finished', succeeded, reason, message: `not repeated: ${text}` });
}

async function cancelled(pass: RunPass): Promise<PassResult> {
  const before = pass.status.attempts?.length ?? 0;
  const message = before === 0 ? 'cancelled before it began' : `cancelled before attempt ${before + 1}`;
  pass.status.state = 'Cancelled';
  return finish(pass, { state: 'finished', succeeded: 'False', reason: 'RunCancelled', message });
}

function timesOf({ resource, deps }: RunPass) {
  return { createdAt: createdAt(resource), now: deps.clock.now() };
}

function attemptOf({ status }: RunPass): string {
  const before = status.attempts?.length ?? 0;
  return before === 0 ? '' : ` (attempt ${before + 1})`;
}
