import type { Json } from '../ports/json.ts';
import { claimKey } from './claims.ts';
import type { Scope } from './kind.ts';
import type { WrittenField } from './memory.ts';
import type { GatheredPass } from './pass.ts';
import type { Step } from './plan.ts';
import { hashField } from './planObject.ts';
import { RemoteError, type RemoteObject } from './remote.ts';
import type { Intent, Status } from './resource.ts';
import { clearIntent, fence, isClear, unsettled, writeIntent } from './writing.ts';

/**
 * Makes the object: intent first, then one call, then the outcome. Without an id in the reply it is looked for. `more`: another
 * intent follows at once, and saves the outcome with it.
 */
export async function create(pass: GatheredPass, step: Step, more: boolean): Promise<void> {
  const { gathered, deps } = pass;
  const { remote, desired } = gathered;
  const last = pass.kind.activation;
  const glance = remote.glance({ name: desired.name });
  const knownIds = glance.state === 'present' ? glance.ids : [];
  if (step.cause === 'vanished') forgetRemote(pass);
  const server = pass.gathered.scope.identity;
  const at = new Date(deps.clock.now()).toISOString();
  await writeIntent(pass, { verb: 'create', at, knownIds, ...(server !== undefined && { server }) });

  const fields = new Map<string, Json>([...desired.fields, ...desired.secrets]);
  if (last && fields.get(last) === true) fields.set(last, false);
  fence(pass);
  pass.memory.wroteAt = deps.clock.now();
  let id: string | undefined;
  try {
    id = (await remote.create(fields)).id;
  } catch (error) {
    if (error instanceof RemoteError && isClear(error)) clearIntent(pass);
    throw error;
  }
  noteMade(pass, fields);
  if (id === undefined) {
    const found = await findCreated(pass, { verb: 'create', at: '', knownIds });
    const { intent } = pass.draft.status.pending ?? {};
    if (intent) intent.done = true;
    if (found.state !== 'found') throw unsettled(`the server did not say which id ${desired.name} got; looking for it`);
    id = found.id;
    // Another may have come meanwhile: what differs by more than its wording is corrected, and secrets go along with that.
    pass.memory.write!.byName = true;
  }
  own(pass, id);
  if (!more) await pass.draft.save();
  deps.record(pass.resource, 'Normal', 'Created', `created ${desired.name} as ${id}`);
}

/** What it was made with: where the server shows something else, that is how it worded it (design §5, "Normalised by the server"). */
function noteMade({ memory, deps, gathered }: GatheredPass, sent: ReadonlyMap<string, Json>): void {
  const fields = new Map<string, WrittenField>();
  for (const [path, value] of sent) {
    if (gathered.desired.secrets.has(path)) continue;
    fields.set(path, { want: hashField(deps.macs, path, value), before: undefined, made: true });
  }
  memory.write = { at: deps.clock.now(), fields, children: new Map() };
}

/** Deletes the object and makes it again. The intent tells a later pass that its absence is our own doing. */
export async function recreate(pass: GatheredPass, step: Step, object: RemoteObject, more: boolean): Promise<void> {
  const { gathered, deps } = pass;
  await writeIntent(pass, { verb: 'recreate', at: new Date(deps.clock.now()).toISOString() });
  fence(pass);
  await gathered.remote.delete(object.id);
  pass.memory.wroteAt = undefined;
  forgetRemote(pass);
  await gathered.remote.refresh();
  await create(pass, { ...step, cause: 'spec' }, more);
}

export type Found = { state: 'found'; id: string } | { state: 'none' } | { state: 'several'; ids: string[] };

/** Looks for what an earlier create made: the ids that bear the name now and did not before. */
export async function findCreated(pass: GatheredPass, intent: Intent): Promise<Found> {
  const { remote, desired, scope } = pass.gathered;
  await remote.refresh();
  const glance = remote.glance({ name: desired.name });
  const known = new Set(intent.knownIds);
  const ids = (glance.state === 'present' ? glance.ids : []).filter((id) => {
    if (known.has(id)) return false;
    const claimants = pass.deps.claimants(pass.kind.name, claimKey(pass.kind.name, scope.origin, id));
    return !claimants.some((other) => other.metadata.uid !== pass.resource.metadata.uid && other.status?.owned);
  });
  if (ids.length === 0) return { state: 'none' };
  // Lists may have them in ever another order.
  return ids.length === 1 ? { state: 'found', id: ids[0]! } : { state: 'several', ids: ids.toSorted() };
}

/** Takes the object as ours: from now on `status.id` names it. What it was made with is the baseline. Saves nothing. */
export function own(pass: GatheredPass, id: string): void {
  const { draft, gathered, deps } = pass;
  const { desired, scope } = gathered;
  noteOwned(draft.status, id, scope);
  const applied: Record<string, string> = {};
  for (const [path, value] of desired.fields) {
    if (path !== pass.kind.activation || value !== true) applied[path] = hashField(deps.macs, path, value);
  }
  for (const [path, value] of desired.secrets) applied[path] = deps.macs.mac(path, value);
  draft.status.applied = applied;
  clearIntent(pass);
}

/** From now on the object is ours, on this server and in this parent. */
export function noteOwned(status: Status, id: string, { identity, parentId }: Scope): void {
  status.id = id;
  status.owned = true;
  if (identity !== undefined) status.serverIdentity = identity;
  status.parentId = parentId;
}

/** The object is gone: nothing in status speaks of it any more. */
export function forgetRemote(pass: GatheredPass): void {
  const { status } = pass.draft;
  status.id = undefined;
  status.owned = undefined;
  status.parentId = undefined;
  status.applied = undefined;
  status.accepted = undefined;
  status.children = undefined;
  status.observed = undefined;
}
