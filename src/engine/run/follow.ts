import { Blocked } from '../blocked.ts';
import { knownFor } from '../intentAge.ts';
import type { PassResult } from '../pass.ts';
import { RemoteError } from '../remote.ts';
import { keyOf } from '../resource.ts';
import { type Assessment, assess } from './assess.ts';
import { isOver, isSameRun } from './attribution.ts';
import type { OpenCall } from './calls.ts';
import { cancelPass, whyCancel } from './cancel.ts';
import { concludeSeen, concludeUnknown, finish, runIdOf } from './finish.ts';
import { endBy, isTooLate } from './limits.ts';
import type { RemoteRun, RunIntent, RunTarget } from './model.ts';
import { createdAt, type RunPass, report } from './pass.ts';
import { clearRun, showRun } from './show.ts';

/** A start that the remote side holds open so long is followed by other calls meanwhile; milliseconds. */
const CALL_MS = 10_000;
/** Within this time a start has reached the remote side. */
const ARRIVAL_MS = 2_000;
const LOOK_FIRST_MS = 5_000;
const LOOK_MOST_MS = 60_000;
/** A call may leave this long after its intent was written. */
const SENDING_MS = 5_000;
/** A run that was accepted, where nothing can show that it runs, or only its start being held open, is waited for so long. */
const UNSEEN_MS = 3_600_000;
/** A run is given up that nothing but a start without a reply tells of, or whose server cannot be asked; or whose state nobody can read. */
const BLIND_MS = 24 * 3_600_000;
const UNREADABLE_MS = 3_600_000;

interface Readings {
  status?: RemoteRun;
  history?: readonly RemoteRun[];
}

/** A run that was started, or may have been: never started again for this intent, only looked for (design §7.3). */
export async function followPass(pass: RunPass): Promise<PassResult> {
  const { resource, status, memory, kind, calls } = pass;
  const intent = status.intent!;
  if (memory.unsent === intent.at) return takeBack(pass, 'Starting', 'the start was not sent; trying again');
  const target = targetOrBlind(pass);
  if (!('label' in target)) {
    return target.stalled ? concludeUnknown(pass, undefined, target.message) : blind(pass, target.message);
  }
  const call = calls.of(resource.metadata.uid);
  const mine = call?.at === intent.at ? call : undefined;
  const answered = mine && (await heed(pass, target, mine));
  if (answered) return answered;
  const open = mine !== undefined && mine.answer === undefined;
  const left = open ? mine.openedAt + CALL_MS - pass.deps.clock.now() : 0;
  // Who wants to cancel does not wait for all of that, but until the start has surely been seen.
  if (left > (whyCancel(pass) ? CALL_MS - ARRIVAL_MS : 0)) {
    const message = `${kind.name} ${keyOf(resource)} waits for the reply to its start`;
    return report(
      pass,
      { state: 'active', reason: 'Starting', message },
      { outcome: 'wait', againMs: Math.min(left, ARRIVAL_MS) },
    );
  }
  const readings = await look(pass, target);
  if ('message' in readings) return readings.gone ? gone(pass, target) : blind(pass, readings.message, target);
  memory.blindSince = undefined;
  memory.goneSince = undefined;
  const { lagGraceMs } = target;
  const graceOver = knownFor(memory, intent.at, pass.deps.clock.monotonic()) >= lagGraceMs + SENDING_MS;
  const { runId } = status;
  const sight = { intent, ...(runId !== undefined && { runId }), callOpen: open, ...readings, graceOver };
  return act(pass, target, assess(sight), readings, open);
}

function targetOrBlind({ kind, resource, status }: RunPass): RunTarget | { message: string; stalled: boolean } {
  try {
    return kind.follow(resource, status.target!);
  } catch (error) {
    if (!(error instanceof Blocked)) throw error;
    return { message: error.message, stalled: error.stalled };
  }
}

/** Takes in the reply to the start, once. */
async function heed(pass: RunPass, target: RunTarget, call: OpenCall): Promise<PassResult | undefined> {
  const { status, deps, resource, calls } = pass;
  const { answer } = call;
  if (!answer || call.heeded) return undefined;
  call.heeded = true;
  switch (answer.kind) {
    case 'accepted': {
      const { id } = answer.run;
      if (id !== undefined && id.length <= 128) Object.assign(status, { runId: id, attribution: 'Reported' });
      if (status.state === undefined) target.remote.changed();
      status.state = 'Running';
      return undefined;
    }
    case 'notStarted': {
      if (answer.busy) target.remote.changed();
      pass.logger.info({ reason: answer.reason }, `nothing was started: ${answer.message}`);
      return takeBack(pass, answer.reason, answer.message, answer.againMs);
    }
    case 'refused': {
      const message = `${target.label} was not started: ${answer.message}`;
      // A reply that came late may have been taken for a run that goes on.
      clearRun(status);
      return finish(pass, { state: 'finished', succeeded: 'False', reason: answer.reason, message }, target);
    }
    case 'unclear':
      calls.forget(resource.metadata.uid);
      deps.record(
        resource,
        'Warning',
        'ReplyLost',
        `looking for the run, since the start had no clear reply: ${answer.message}`,
      );
      return undefined;
  }
}

/** Nothing was started for certain: the run waits as before its intent. */
async function takeBack(pass: RunPass, reason: string, message: string, againMs?: number): Promise<PassResult> {
  const { status, memory, spec, resource, deps, calls } = pass;
  clearRun(status);
  status.intent = undefined;
  status.target = undefined;
  if (isTooLate(spec, status, { createdAt: createdAt(resource), now: deps.clock.now() }, true)) {
    const text = `not started within startingDeadlineSeconds (${spec.startingDeadlineSeconds}): ${message}`;
    return finish(pass, { state: 'finished', succeeded: 'False', reason: 'NotStarted', message: text });
  }
  const result = await report(pass, { state: 'active', reason, message }, { outcome: 'retry' });
  calls.forget(resource.metadata.uid);
  memory.unsent = undefined;
  return againMs === undefined ? result : { outcome: 'wait', againMs };
}

/** Reads status and, unless that tells all, history. */
async function look(
  { status }: RunPass,
  { remote }: RunTarget,
): Promise<Readings | { message: string; gone: boolean }> {
  try {
    const now = await remote.status();
    const own = now !== 'unsupported' && status.runId !== undefined && runIdOf(now) === status.runId;
    if (own && now.state === 'running') return { status: now };
    const history = await remote.history();
    return { ...(now !== 'unsupported' && { status: now }), ...(history !== 'unsupported' && { history }) };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return { message: error.message, gone: error.outcome.kind === 'http' && error.outcome.status === 404 };
  }
}

/** What it is a run of is not there any more: nothing will ever tell how it ended. */
async function gone(pass: RunPass, target: RunTarget): Promise<PassResult> {
  const { memory, deps, status } = pass;
  const now = deps.clock.now();
  memory.goneSince ??= now;
  const message = `${target.label} is not in Sync any more`;
  const left = memory.goneSince + target.lagGraceMs - now;
  if (left <= 0) return concludeUnknown(pass, undefined, `${message}, so nobody can tell how its run ended`);
  const reason = status.state === 'Running' ? 'Running' : 'LookingForRun';
  const againMs = Math.min(left, LOOK_FIRST_MS);
  return report(pass, { state: 'active', reason, message }, { outcome: 'wait', againMs });
}

async function act(
  pass: RunPass,
  target: RunTarget,
  seen: Assessment,
  readings: Readings,
  open: boolean,
): Promise<PassResult> {
  const { status, memory, deps } = pass;
  const now = deps.clock.now();
  if ('run' in seen && seen.run && 'found' in seen && seen.found) {
    const id = runIdOf(seen.run);
    if (status.runId !== id) Object.assign(status, { runId: id, attribution: seen.found });
    else status.attribution ??= seen.found;
  }
  switch (seen.state) {
    case 'ended':
      return concludeSeen(pass, target, await withParts(pass, target, seen.run));
    case 'ambiguous': {
      const listed = seen.ids.slice(0, 16).join(', ');
      const message = `${target.label} has ${seen.ids.length} new runs (${listed}), and nothing tells which one is this`;
      if (!seen.running) return concludeUnknown(pass, target, message, seen.ids);
      Object.assign(status, { attribution: 'Ambiguous', candidates: seen.ids.slice(0, 16) });
      return goOn(pass, { reason: 'Running', message });
    }
    case 'running': {
      if (!seen.run && knownFor(memory, status.intent!.at, deps.clock.monotonic()) >= BLIND_MS) {
        const message = `the start of ${target.label} has been without a reply for a day, and nothing else tells of a run`;
        return concludeUnknown(pass, undefined, message);
      }
      memory.activeAt = now;
      if (seen.run) {
        const unreadable = seen.run.state === 'unknown' && !isOver(seen.run);
        memory.unreadableSince = unreadable ? (memory.unreadableSince ?? now) : undefined;
        if (unreadable && now - memory.unreadableSince! >= UNREADABLE_MS) {
          return concludeUnknown(pass, target, `nobody knows the state "${seen.run.rawStatus}" of ${target.label}`);
        }
        const { run } = seen;
        // Only a run that the history shows has an entry there.
        const listed = readings.history?.some((one) => isSameRun(one, run));
        showRun(status, { ...(listed ? await withParts(pass, target, run) : run), state: 'running' });
      }
      status.state = 'Running';
      const cancelling = await cancelPass(pass, target, true);
      if (cancelling) return cancelling;
      return goOn(pass, { reason: 'Running', message: progressOf(pass, target) });
    }
    case 'unseen':
      return unseen(pass, target, readings, { idle: seen.idle, open });
  }
}

async function unseen(
  pass: RunPass,
  target: RunTarget,
  { status: told }: Readings,
  { idle, open }: { idle: boolean | undefined; open: boolean },
): Promise<PassResult> {
  const { status, memory, deps } = pass;
  const intent = status.intent as RunIntent;
  const accepted = status.state === 'Running';
  const knownMs = knownFor(memory, intent.at, deps.clock.monotonic());
  const quietMs = Math.min(knownMs, deps.clock.now() - (memory.activeAt ?? 0));
  const graceMs = target.lagGraceMs + SENDING_MS;
  const patience = accepted && (open || told === undefined) ? Math.max(graceMs, UNSEEN_MS) : graceMs;
  if (accepted) {
    const cancelling = await cancelPass(pass, target, idle !== false);
    if (cancelling && quietMs < patience) return cancelling;
  }
  if (quietMs >= patience) {
    const began = accepted ? 'was started' : 'may have been started; the reply was lost';
    const message = `${target.label} ${began}, and Sync shows no new run of it`;
    return concludeUnknown(pass, idle === false ? undefined : target, message);
  }
  const message = accepted
    ? `${target.label} was started; Sync does not show the run yet`
    : `the reply to the start of ${target.label} was lost; looking for the run`;
  return goOn(pass, { reason: accepted ? 'Running' : 'LookingForRun', message });
}

async function goOn(pass: RunPass, told: { reason: string; message: string }): Promise<PassResult> {
  const { memory, spec, status, deps } = pass;
  memory.delayMs = memory.delayMs === 0 ? LOOK_FIRST_MS : Math.min(memory.delayMs * 2, LOOK_MOST_MS);
  const left = (endBy(spec, status) ?? 0) - deps.clock.now();
  const againMs = left > 0 ? Math.min(memory.delayMs, left) : memory.delayMs;
  return report(pass, { state: 'active', ...told }, { outcome: 'wait', againMs });
}

/** It cannot be looked at now: what is known stays, for a day. */
async function blind(pass: RunPass, why: string, target?: RunTarget): Promise<PassResult> {
  const { memory, deps, status } = pass;
  const now = deps.clock.now();
  memory.blindSince ??= now;
  const label = target?.label ?? 'the run';
  if (now - memory.blindSince >= BLIND_MS) {
    return concludeUnknown(pass, undefined, `${label} could not be followed for 24 hours: ${why}`);
  }
  memory.delayMs = Math.min(Math.max(LOOK_FIRST_MS, memory.delayMs * 2), LOOK_MOST_MS);
  const message = `cannot be followed now: ${why}`;
  const reason = status.state === 'Running' ? 'Running' : 'LookingForRun';
  return report(pass, { state: 'active', reason, message }, { outcome: 'wait', againMs: memory.delayMs });
}

/** The tasks or steps of a run, where its record has none; a lack of them holds up nothing. */
async function withParts({ logger }: RunPass, { remote }: RunTarget, run: RemoteRun): Promise<RemoteRun> {
  if (run.tasks.length > 0 || !remote.parts) return run;
  try {
    const parts = await remote.parts(run);
    return parts === 'unsupported' ? run : { ...run, tasks: parts };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    logger.info({}, `the tasks of the run cannot be read: ${error.message}`);
    return run;
  }
}

function progressOf({ status }: RunPass, { label }: RunTarget): string {
  const run = status.runId === undefined ? 'a run' : `run ${status.runId}`;
  const { tasks = [] } = status;
  if (tasks.length === 0) return `${run} of ${label} goes on`;
  const done = tasks.filter(({ state }) => state === 'Succeeded').length;
  return `${run} of ${label} goes on: ${done} of ${tasks.length} done`;
}
