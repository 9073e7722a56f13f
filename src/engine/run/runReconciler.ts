import { Fenced } from '../blocked.ts';
import { createDraft } from '../draft.ts';
import { FINALIZER } from '../finalizers.ts';
import type { PassResult } from '../pass.ts';
import { passId } from '../passId.ts';
import { annotationOf, readTokens } from '../tokens.ts';
import { createOpenCalls } from './calls.ts';
import { concludeUnknown, finishedPass, letGo, wakeNext } from './finish.ts';
import { followPass } from './follow.ts';
import { isFinished, type RunKind, type RunStatus } from './model.ts';
import type { RunDeps, RunMemory, RunPass } from './pass.ts';
import { startPass } from './start.ts';

/** A deleted run whose cancellation does not come to an end is let go after so long; milliseconds. */
const LET_GO_MS = 300_000;

/**
 * Carries out runs, each at most once: wait for the target, write the intent, start, follow, end (design §7). A run is not made
 * equal to anything, so it has passes of its own beside those of remote objects.
 */
export function createRunReconciler(kind: RunKind, deps: RunDeps): (key: string) => Promise<PassResult> {
  const memories = new Map<string, RunMemory>();
  const calls = createOpenCalls(deps.clock);
  const starting = new Map<string, string>();
  return async (key) => {
    const resource = deps.get(kind.name, key);
    const memory = memories.get(key);
    if (memory && memory.uid !== resource?.metadata.uid) {
      // It is gone, or another one has its name: who waited behind it goes on.
      memories.delete(key);
      calls.forget(memory.uid);
      wakeNext(deps, memory.keys, memory.uid);
    }
    if (!resource) return { outcome: 'gone' };
    const own = memories.get(key) ?? { uid: resource.metadata.uid, keys: [], delayMs: 0 };
    memories.set(key, own);
    const draft = createDraft(resource, deps.kube);
    const pass: RunPass = {
      deps,
      kind,
      calls,
      starting,
      resource,
      spec: kind.specOf(resource),
      draft,
      status: draft.status as RunStatus,
      memory: own,
      logger: deps.logger.child({ kind: kind.name, object: key, pass: passId(deps.random) }),
    };
    try {
      return await onePass(pass);
    } catch (error) {
      // What was not saved has to be taken in anew.
      const call = calls.of(own.uid);
      if (call) call.heeded = false;
      if (error instanceof Fenced) return { outcome: 'retry' };
      throw error;
    }
  };
}

async function onePass(pass: RunPass): Promise<PassResult> {
  const { resource, status } = pass;
  if (isFinished(resource)) return finishedPass(pass);
  noteTokens(pass);
  if (resource.metadata.deletionTimestamp !== undefined) {
    if (!status.intent) return letGoUnbegun(pass);
    if (resource.metadata.finalizers?.includes(FINALIZER)) {
      const tooLong = pass.deps.clock.now() - Date.parse(resource.metadata.deletionTimestamp) >= LET_GO_MS;
      if (tooLong || readTokens(resource).fired.has('force-delete')) return abandon(pass);
    }
  }
  return status.intent ? followPass(pass) : startPass(pass);
}

async function letGoUnbegun(pass: RunPass): Promise<PassResult> {
  await letGo(pass);
  return { outcome: 'done' };
}

/** Deletion never hangs: what could not be cancelled in time goes on without its resource. */
async function abandon(pass: RunPass): Promise<PassResult> {
  const message = 'deleted before its cancellation came to an end; the run may go on in Sync';
  pass.deps.record(pass.resource, 'Warning', 'Orphaned', message);
  return concludeUnknown(pass, undefined, message);
}

/** Requests that are there when a run is first seen are recorded, and not acted on. */
function noteTokens({ resource, status, deps }: RunPass): void {
  if (status.tokens !== undefined) return;
  const { tokens, ignored } = readTokens(resource);
  status.tokens = tokens;
  for (const name of ignored) {
    const message = `${annotationOf(name)} was there before the run was first seen; change its value to ask again`;
    deps.record(resource, 'Normal', 'RequestIgnored', message);
  }
}
