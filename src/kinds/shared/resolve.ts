import type { Reference } from '../../api/references.ts';
import { Blocked } from '../../engine/blocked.ts';
import type { Resource } from '../../engine/resource.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { Collection } from '../../sync/snapshot.ts';
import type { KindContext } from '../context.ts';
import { homeOf, type WorkspacePlace } from '../place/place.ts';
import type { ServerSession } from '../session/sessions.ts';

export interface ReferenceInput {
  reference: Reference;
  /** The kind of the resource that `name` names. */
  kind: string;
  /** `spec.sourceRef`, for messages. */
  field: string;
  place: Pick<WorkspacePlace, 'session' | 'workspace'>;
  /** Where an object given by `id` is listed, for its name. */
  collection: Collection;
}

/** How often an object given by id is looked for: nobody tells when it appears; milliseconds. */
const AGAIN_MS = 60_000;

/** `{id, name}` in Sync of what a field refers to. Throws Blocked, naming kind, name and field, while its id is not known. */
export async function resolveReference(
  context: KindContext,
  resource: Resource,
  input: ReferenceInput,
): Promise<JsonObject & { id: string }> {
  const { reference, kind, field, place } = input;
  if (reference.name === undefined) return givenById(reference.id!, input);
  const { namespace } = resource.metadata;
  const what = `${kind} ${namespace}/${reference.name}`;
  const target = context.stores[kind]?.get(`${namespace}/${reference.name}`);
  if (!target)
    throw new Blocked(
      'ReferenceNotFound',
      `${what}, which ${field} names, does not exist; make it, or correct the name`,
    );
  const { session } = place;
  const home = workspaceOf(context, target, session);
  if (home !== undefined && home !== place.workspace.session.id) {
    const remedy = `an object can use only what is in its own workspace: refer to another ${kind}, or move one of the two`;
    throw new Blocked('ReferenceElsewhere', `${what}, which ${field} names, is in another workspace; ${remedy}`, true);
  }
  const { id, serverIdentity, owned, policies } = target.status ?? {};
  if (id === undefined) throw new Blocked('ReferenceNotReady', `${what}, which ${field} names, has no id in Sync yet`);
  // An object that it does not own and does not only look at is somebody else's, whatever its name.
  if (owned !== true && policies?.managementPolicy !== 'Observe') {
    throw new Blocked(
      'ReferenceNotReady',
      `${what}, which ${field} names, does not own ${id} in Sync (see its conditions)`,
    );
  }
  const elsewhere = (identity: string | undefined) =>
    identity !== undefined && session.identity !== undefined && identity !== session.identity;
  // When the object itself is of another server than the one that answers, that is what is to be said.
  if (elsewhere(serverIdentity) && !elsewhere(resource.status?.serverIdentity)) {
    throw new Blocked('ReferenceElsewhere', `${what}, which ${field} names, is on another server`);
  }
  return { id, name: target.spec.name as string };
}

/** The id of the workspace that a resource lies in; undefined while it is not known, or for what lies elsewhere. */
function workspaceOf({ stores }: KindContext, target: Resource, session: ServerSession) {
  const home = homeOf(target, session);
  if (home) return home.id;
  const { metadata, spec } = target;
  const reference = spec.workspaceRef as Reference | undefined;
  if (reference?.id === 'default') return session.identity?.split('#')[1] || undefined;
  if (reference?.name === undefined) return reference?.id;
  return stores.SyncWorkspace?.get(`${metadata.namespace}/${reference.name}`)?.status?.id;
}

/** What no resource manages. A complete list that lacks it is reason enough to wait; some servers tell references by name alone. */
async function givenById(id: string, { collection, kind, field, place }: ReferenceInput) {
  const missing = () => collection.state === 'listed' && !collection.suspicious && !collection.get(id);
  if (!place.session.unusable) {
    await collection.listed().catch(() => {});
    if (missing()) await collection.refresh().catch(() => {});
  }
  if (missing()) {
    const noun = kind.replace('Sync', '').toLowerCase();
    const message = `the workspace has no ${noun} with the id ${id}, which ${field} gives; correct it, or name a ${kind}`;
    throw new Blocked('ReferenceNotFound', message, false, AGAIN_MS);
  }
  const name = collection.get(id)?.name;
  return { id, ...(name !== undefined && { name }) };
}
