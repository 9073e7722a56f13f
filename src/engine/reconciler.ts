import { keepApprovals } from './approval.ts';
import { Blocked, Fenced } from './blocked.ts';
import { deletionPass } from './deletion.ts';
import { createDraft } from './draft.ts';
import { explainFailure } from './failed.ts';
import { finalizerPass, settledAlready } from './finalizers.ts';
import { serverChanged } from './identity.ts';
import type { Kind } from './kind.ts';
import { livePass } from './livePass.ts';
import { createMemories, type Memories } from './memory.ts';
import { type EngineDeps, echo, type GatheredPass, type Pass, type PassResult } from './pass.ts';
import { passId } from './passId.ts';
import { resolvePolicies } from './policies.ts';
import { wantedDigest } from './refusals.ts';
import { RemoteError } from './remote.ts';
import { report, STALE_MS } from './report.ts';
import { sizeProblem } from './size.ts';
import { annotationOf, readTokens } from './tokens.ts';
import { MISSING_MS } from './verdict.ts';
import { requireLease } from './writing.ts';

const HOUR = 3_600_000;
const READ_AGAIN_MS = 300_000;

/** Makes remote objects of one kind equal to their resources: gather, observe, plan, gate, apply, report. */
export interface Reconciler {
  /** One pass over the object with that key, asked for `waitedMs` ago. Rejects only with errors that a retry may cure. */
  reconcile(key: string, waitedMs?: number): Promise<PassResult>;
  /** A deep read of the object is due. */
  deepDue(key: string): void;
}

export function createReconciler(kind: Kind, deps: EngineDeps): Reconciler {
  const memories = createMemories();
  const handovers = new Set<string>();
  // A plan alone need not wait for what a server that lags does not show yet.
  const startedAt = deps.preview ? Number.NEGATIVE_INFINITY : deps.clock.now();
  return {
    deepDue: (key) => {
      memories.of(key).deepDue = true;
    },
    async reconcile(key, waitedMs = 0) {
      const resource = deps.get(kind.name, key);
      if (!resource) {
        memories.forget(key);
        return { outcome: 'gone' };
      }
      const pass: Pass = {
        deps,
        kind,
        resource,
        draft: createDraft(resource, deps.kube),
        memory: freshMemory(memories, key, resource.metadata.uid),
        logger: deps.logger.child({ kind: kind.name, object: key, pass: passId(deps.random) }),
        fired: new Map(),
        startedAt,
        askedAt: deps.clock.now() - waitedMs,
      };
      return onePass(pass, handovers);
    },
  };
}

/** Memory belongs to one life of an object: deleted and made again under the same name, it starts anew. */
function freshMemory(memories: Memories, key: string, uid: string) {
  const memory = memories.of(key);
  if (memory.uid !== undefined && memory.uid !== uid) memories.forget(key);
  const own = memories.of(key);
  own.uid = uid;
  return own;
}

async function onePass(pass: Pass, handovers: Set<string>): Promise<PassResult> {
  noteTokens(pass);
  try {
    if (pass.resource.metadata.deletionTimestamp) return await deletionPass(pass, gather, handovers);
    const problems = pass.kind.problems(pass.resource);
    if (problems.length > 0) {
      const message = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
      return await report(pass, { state: 'stalled', reason: 'InvalidSpec', message }, { outcome: 'stalled' });
    }
    warn(pass);
    await requestPass(pass);
    const gathered = await gather(pass);
    const tooLarge = sizeProblem(gathered);
    if (tooLarge) {
      return await report(pass, { state: 'stalled', reason: 'TooLarge', message: tooLarge }, { outcome: 'stalled' });
    }
    // With whatever is saved first: who is deleted in the middle of its first pass is deleted by them.
    pass.draft.status.policies = { ...gathered.policies };
    const unusable = gathered.gathered.scope.unusable;
    if (unusable) return await unusablePass(gathered, unusable);
    await finalizerPass(gathered);
    return await remotePass(gathered, handovers);
  } catch (error) {
    if (error instanceof Blocked) return blockedPass(pass, error);
    if (error instanceof Fenced) return { outcome: 'retry' };
    throw error;
  }
}

/** Once for each generation of the spec. */
function warn({ kind, resource, deps }: Pass): void {
  if (resource.status?.observedGeneration === resource.metadata.generation) return;
  const warnings = kind.warnings(resource);
  if (warnings.length === 0) return;
  deps.record(
    resource,
    'Warning',
    'UnknownWord',
    warnings.map(({ path, message }) => `${path}: ${message}`).join('; '),
  );
}

/** A requested run is a resource of its own, which waits for what it needs; so nothing of this pass holds it up. */
async function requestPass(pass: Pass): Promise<void> {
  const { kind, resource, fired, deps } = pass;
  const token = fired.get('run-requested-at');
  if (token === undefined || !kind.requestRun) return;
  requireLease(pass);
  await kind.requestRun(resource, token);
  echo(pass, 'run-requested-at');
  deps.record(
    resource,
    'Normal',
    'RunRequested',
    `made a SyncRun, as ${annotationOf('run-requested-at')}=${token} asks`,
  );
}

async function gather(pass: Pass): Promise<GatheredPass> {
  const gathered = await pass.kind.gather(pass.resource);
  const policies = resolvePolicies(gathered.policies, gathered.scope.grant.maxPolicy);
  return { ...pass, gathered, policies };
}

async function remotePass(pass: GatheredPass, handovers: Set<string>): Promise<PassResult> {
  try {
    return await livePass(pass, handovers);
  } catch (error) {
    // What was seen, but not said, is to be seen again.
    pass.memory.deepDue = true;
    if (!(error instanceof RemoteError)) throw error;
    const { verdict, againMs, failure } = explainFailure(pass, error, settledAlready(pass));
    const unclear = failure.class === 'ambiguous' || failure.class === 'foreign';
    if (unclear && pass.draft.status.pending?.intent) {
      pass.memory.unclear = (pass.memory.unclear ?? 0) + 1;
    }
    pass.logger.info({ class: failure.class, words: error.words }, error.message);
    if (failure.class === 'busy' && pass.policies.busyPolicy === 'Cancel') await cancelRun(pass);
    if (failure.class === 'busy') pass.memory.busy = { at: pass.deps.clock.now(), verdict };
    if (failure.class === 'nameTaken') pass.memory.lookedForSince = pass.deps.clock.now();
    if (verdict.state === 'stalled' && error.access !== 'read') pass.memory.refused = refusalOf(pass, verdict);
    const result = await report(pass, verdict, { outcome: 'retry' }, pass);
    if (isStalled(pass)) {
      // What was given up on is tried once an hour, besides when something that it depends on changes; reads cost less.
      return { ...result, outcome: 'stalled', againMs: error.access === 'read' ? READ_AGAIN_MS : HOUR };
    }
    return againMs === undefined ? result : { ...result, againMs, outcome: 'wait' };
  }
}

function isStalled({ draft }: GatheredPass): boolean {
  return draft.status.conditions?.some(({ type }) => type === 'Stalled') === true;
}

function refusalOf(pass: GatheredPass, verdict: { state: string }): NonNullable<Pass['memory']['refused']> {
  const { reason, message } = verdict as unknown as { reason: string; message: string };
  return { digest: wantedDigest(pass), at: pass.deps.clock.now(), reason, message };
}

async function cancelRun(pass: GatheredPass): Promise<void> {
  const id = pass.draft.status.id;
  if (id === undefined || !pass.gathered.hooks?.cancel || !pass.deps.mayWrite(8_000)) return;
  await pass.gathered.hooks
    .cancel(id)
    .catch((error: unknown) => pass.logger.warn({ error: String(error) }, 'could not cancel the run'));
  pass.deps.record(
    pass.resource,
    'Normal',
    'RunCancelled',
    'cancelled the run that was in the way of a change (busyPolicy)',
  );
}

/** The server cannot be used now: what is settled stays as it is, until it is too old to claim. */
async function unusablePass(
  pass: GatheredPass,
  unusable: NonNullable<GatheredPass['gathered']['scope']['unusable']>,
): Promise<PassResult> {
  // Another server says nothing about the object, however long one waits.
  const changed = serverChanged(pass);
  if (changed) return report(pass, changed, { outcome: 'stalled' }, pass);
  const { reason, message, since } = unusable;
  const age = pass.deps.clock.now() - since;
  if (settledAlready(pass)) {
    const stale = age >= STALE_MS;
    const result: PassResult = stale ? { outcome: 'wait' } : { outcome: 'wait', againMs: STALE_MS - age };
    return report(pass, { state: 'unseen', message, stale }, result, pass);
  }
  return report(pass, { state: 'progressing', reason, message }, { outcome: 'wait' }, pass);
}

async function blockedPass(pass: Pass, { reason, message, stalled, unseen, againMs }: Blocked): Promise<PassResult> {
  if (unseen && settledAlready(pass))
    return report(pass, { state: 'unseen', message, stale: false }, { outcome: 'wait' });
  if (stalled) return report(pass, { state: 'stalled', reason, message }, { outcome: 'stalled' });
  const verdict = { state: 'progressing', reason, message, stallAfterMs: MISSING_MS } as const;
  return report(pass, verdict, { outcome: 'wait', ...(againMs !== undefined && { againMs }) });
}

/** The first pass records the tokens that it finds and acts on none, nor on an approval in status: a restore brings old ones back. */
function noteTokens(pass: Pass): void {
  const reading = readTokens(pass.resource);
  pass.fired = reading.fired;
  const recorded = pass.draft.status.tokens;
  if (recorded === undefined || reading.isFirst) {
    pass.draft.status.tokens = reading.tokens;
    pass.draft.status.tokensOf = pass.resource.metadata.uid;
    keepApprovals(pass.draft.status, new Set());
    for (const name of reading.ignored) {
      const message = `sync.cdata.com/${name} was there before the object was first seen; change its value to ask again`;
      pass.deps.record(pass.resource, 'Normal', 'RequestIgnored', message);
    }
    return;
  }
  for (const name of Object.keys(recorded)) if (!(name in reading.tokens)) delete recorded[name];
  pass.logger.debug({}, 'pass');
}
