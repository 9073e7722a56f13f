import { parseDuration } from '../../api/duration.ts';
import type { Desired, Gathered } from '../../engine/kind.ts';
import type { Resource } from '../../engine/resource.ts';
import type { SyncClient } from '../../sync/client.ts';
import type { Collection } from '../../sync/snapshot.ts';
import type { KindContext } from '../context.ts';
import type { WorkspacePlace } from '../place/place.ts';
import type { Renames } from '../remote/convert.ts';
import { createRemote } from '../remote/createRemote.ts';
import type { RemoteApi } from '../remote/options.ts';
import { type ScopeWorkspace, scopeOf } from '../remote/scope.ts';
import type { WorkspaceSession } from '../session/sessions.ts';

/** How the objects of a kind below a workspace are reached. */
export interface Reached {
  kind: 'connection' | 'job' | 'transformation' | 'pipeline';
  api(client: SyncClient, workspaceId: string): RemoteApi;
  collection(workspace: WorkspaceSession): Collection;
  renames?: Renames;
  /** The same for children. */
  childRenames?: Renames;
}

/** The remote side and the surroundings of an object below a workspace. */
export function reach(
  context: KindContext,
  resource: Resource,
  { server, session, policies, workspace }: WorkspacePlace,
  { kind, api, collection, renames, childRenames }: Reached,
): Pick<Gathered, 'remote' | 'scope' | 'policies'> {
  const { clock, namespaceLabels } = context;
  const calls = api(session.client, workspace.session.id);
  const remote = createRemote({
    clock,
    session,
    workspace: workspace.session,
    inTurn: true,
    isAnothers: (id) => isAnothers(context, resource, id),
    collection: collection(workspace.session),
    kind,
    api: calls,
    renames,
    childRenames,
    deepReadAt: deepReadAt(resource),
  });
  const labels = namespaceLabels(resource.metadata.namespace);
  const { getOperation } = calls;
  const place = scopeOf({ resource, server, session, kind, getOperation, workspace, namespaceLabels: labels });
  const resync = policies.slice(0, -1).find((layer) => layer.resyncInterval)?.resyncInterval;
  const scope = resync === undefined ? place : Object.assign(place, { resyncMs: parseDuration(resync) });
  return { remote, scope, policies };
}

/** Whether another resource of the kind has the object. */
export function isAnothers({ stores }: KindContext, { kind, metadata }: Resource, id: string): boolean {
  return stores[kind]!.byIndex('remoteId', id).some(
    (other) => other.status?.owned === true && other.metadata.uid !== metadata.uid,
  );
}

/** When the remote object was last read in full as status says, ms since the epoch. */
export function deepReadAt({ status }: Resource): number | undefined {
  const deepTime = status?.observed?.deepTime;
  return deepTime === undefined ? undefined : Date.parse(deepTime);
}

/**
 * What is being deleted wants nothing: neither its Secrets nor what it refers to need to be there still. Nor does what was left in another
 * workspace.
 */
export async function desiredOrNothing(
  resource: Resource,
  desired: () => Promise<Desired>,
  workspace?: ScopeWorkspace,
): Promise<Desired> {
  if (resource.metadata.deletionTimestamp === undefined && workspace?.left === undefined) return desired();
  return { name: String(resource.spec.name), fields: new Map(), secrets: new Map(), childPolicy: 'Exact' };
}
