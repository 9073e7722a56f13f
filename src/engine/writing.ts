import { isConflict } from '../kube/errors.ts';
import { Fenced } from './blocked.ts';
import { classify } from './failure.ts';
import { knownFor } from './intentAge.ts';
import { echo, type GatheredPass, WRITE_MS } from './pass.ts';
import { RemoteError, type RemoteObject } from './remote.ts';
import type { Intent } from './resource.ts';
import type { TokenName } from './tokens.ts';

/** Throws Fenced unless the lease outlasts a short write. */
export function requireLease(pass: Pick<GatheredPass, 'deps'>, ms = WRITE_MS): void {
  if (!pass.deps.mayWrite(ms)) throw new Fenced('the lease is lost or about to end');
}

/** Throws Fenced unless the lease outlasts a short write, and the server is still the one that the pass was gathered for. */
export function fence(pass: Pick<GatheredPass, 'deps' | 'gathered'>, ms = WRITE_MS): void {
  requireLease(pass, ms);
  if (!pass.gathered.scope.isStill()) throw new Fenced('another server answers by now');
}

/** The object as the server shows it now; undefined when it does not (yet). */
export async function readBack(pass: GatheredPass): Promise<RemoteObject | undefined> {
  const id = pass.draft.status.id;
  if (id === undefined) return undefined;
  const result = await pass.gathered.remote.read(id);
  return result.state === 'present' ? result.object : undefined;
}

/**
 * Says what is about to be done; fails when the object has changed since it was planned from. What earlier steps of the pass
 * did is saved along with it, and also when it fails. The request that asks for it is echoed with the intent, and not without it.
 */
export async function writeIntent(pass: GatheredPass, intent: Intent, token?: TokenName): Promise<void> {
  const { draft } = pass;
  const { pending, tokens } = draft.status;
  const asked = new Map(pass.fired);
  draft.status.pending = { ...pending, intent };
  if (token) echo(pass, token);
  knownFor(pass.memory, intent.at, pass.deps.clock.monotonic());
  try {
    await draft.save({ fenced: true });
  } catch (error) {
    Object.assign(draft.status, { pending, tokens });
    pass.fired = asked;
    if (isConflict(error)) await draft.save();
    throw error;
  }
}

/** The outcome is known; approvals stay. */
export function clearIntent(pass: GatheredPass): void {
  const approved = pass.draft.status.pending?.approved;
  pass.draft.status.pending = approved && approved.length > 0 ? { approved } : undefined;
}

/** A write that certainly did nothing. A page in place of a reply may come from a proxy, before or behind the server. */
export function isClear(error: RemoteError): boolean {
  if (error.outcome.kind === 'foreign') return false;
  const known = {
    referenceChanged: false,
    running: false,
    words: error.words,
    probe: false,
    creating: true,
    itemKnown: false,
  };
  return classify(error.outcome, error.access, known).class !== 'ambiguous';
}

/** A write whose effect is not to be seen yet. */
export function unsettled(message: string): RemoteError {
  return new RemoteError(message, { kind: 'transport', failure: 'timeout', sent: true }, 'write');
}
