import type { Reference } from '../../api/references.ts';
import { Blocked } from '../../engine/blocked.ts';
import type { Resource } from '../../engine/resource.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { Collection } from '../../sync/snapshot.ts';
import type { KindContext } from '../context.ts';
import type { ServerSession } from '../server/sessions.ts';

export interface ReferenceInput {
  reference: Reference;
  /** The kind of the resource that `name` names. */
  kind: string;
  /** `spec.sourceRef`, for messages. */
  field: string;
  session: ServerSession;
  /** Where an object given by `id` is listed, for its name. */
  collection: Collection;
}

/** `{id, name}` in Sync of what a field refers to. Throws Blocked, naming kind, name and field, while its id is not known. */
export async function resolveReference(
  { stores }: KindContext,
  { metadata: { namespace }, status }: Resource,
  { reference, kind, field, session, collection }: ReferenceInput,
): Promise<JsonObject & { id: string }> {
  if (reference.name === undefined) {
    const name = await listedName(collection, session, reference.id!);
    return { id: reference.id!, ...(name !== undefined && { name }) };
  }
  const what = `${kind} ${namespace}/${reference.name}`;
  const target = stores[kind]?.get(`${namespace}/${reference.name}`);
  if (!target) throw new Blocked('ReferenceNotFound', `${what}, which ${field} names, does not exist`);
  const { id, serverIdentity } = target.status ?? {};
  if (id === undefined) throw new Blocked('ReferenceNotReady', `${what}, which ${field} names, has no id in Sync yet`);
  const elsewhere = (identity: string | undefined) =>
    identity !== undefined && session.identity !== undefined && identity !== session.identity;
  // When the object itself is of another server than the one that answers, that is what is to be said.
  if (elsewhere(serverIdentity) && !elsewhere(status?.serverIdentity)) {
    throw new Blocked('ReferenceElsewhere', `${what}, which ${field} names, is on another server`);
  }
  return { id, name: target.spec.name as string };
}

/** Some servers tell references by name alone; a name that is not known yet is worth one list. */
async function listedName(collection: Collection, session: ServerSession, id: string): Promise<string | undefined> {
  if (collection.state === 'unlisted' && !session.unusable) await collection.refresh().catch(() => {});
  return collection.get(id)?.name;
}
