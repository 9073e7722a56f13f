import type { ServerReference } from '../../api/references.ts';
import { type AccessRule, grant } from '../../engine/access.ts';
import { Blocked } from '../../engine/blocked.ts';
import type { PolicyLayer } from '../../engine/policies.ts';
import { keyOf, type Resource } from '../../engine/resource.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { KindContext } from '../context.ts';
import type { ScopeWorkspace } from '../remote/scope.ts';
import type { ServerSession } from '../session/sessions.ts';
import { type PlacedSpec, serverKeyOf } from './references.ts';

/** Where an object lives, and what follows from that. */
export interface Place {
  /** The SyncServer. */
  server: Resource;
  session: ServerSession;
  /** Most specific first. */
  policies: PolicyLayer[];
}

export interface WorkspacePlace extends Place {
  /** Where the object lies, or is to be made. */
  workspace: ScopeWorkspace;
}

/** The place of an object below a workspace. Throws Blocked with the name of what is missing, not ready, or denies access. */
export function placeInWorkspace(context: KindContext, resource: Resource): WorkspacePlace {
  const { workspaceRef, serverRef } = resource.spec as unknown as PlacedSpec;
  const workspace = workspaceRef.name === undefined ? undefined : findWorkspace(context, resource, workspaceRef.name);
  const reference = workspace ? (workspace.spec.serverRef as unknown as ServerReference) : serverRef!;
  const found = findServer(context, resource, reference);
  const id = workspace ? idOfWorkspace(workspace, resource, found.session) : realWorkspaceId(found, workspaceRef.id!);
  const place = admitted(context, resource, found, { id, name: workspace?.spec.name as string | undefined });
  const left = leftIn(resource, id, place.session);
  const session = place.session.workspace(left?.workspaceId ?? id);
  const within = { session, ...(left && { left: left.message }) };
  if (!workspace) return { ...place, workspace: within };
  requireLent(workspace, resource, found.server);
  const [own, ...outer] = place.policies;
  const policies = [own!, (workspace.spec.defaults ?? {}) as PolicyLayer, ...outer];
  return { ...place, policies, workspace: { ...within, resource: workspace } };
}

/** The place of a SyncWorkspace, with its real id where that is known before it is looked for. Throws Blocked. */
export function placeOnServer(context: KindContext, resource: Resource): Place & { workspaceId?: string } {
  const { serverRef, id, name } = resource.spec as unknown as {
    serverRef: ServerReference;
    id?: string;
    name?: string;
  };
  const found = findServer(context, resource, serverRef);
  const workspaceId = id === undefined ? resource.status?.id : realWorkspaceId(found, id);
  return { ...admitted(context, resource, found, { id: workspaceId, name }), workspaceId };
}

/** The place of an object that lies in no workspace, or does not tell in which. Throws Blocked. */
export function placeUnderServer(context: KindContext, resource: Resource, serverRef: ServerReference): Place {
  return admitted(context, resource, findServer(context, resource, serverRef), {});
}

interface Found {
  server: Resource;
  session?: ServerSession;
}

function findServer({ stores, sessions }: KindContext, { metadata }: Resource, reference: ServerReference): Found {
  const key = serverKeyOf(reference, metadata.namespace);
  const server = stores.SyncServer?.get(key);
  if (!server) throw new Blocked('ServerNotFound', `SyncServer ${key} does not exist`);
  return { server, session: sessions.get(key) };
}

function findWorkspace({ stores }: KindContext, { metadata: { namespace } }: Resource, name: string): Resource {
  const workspace = stores.SyncWorkspace?.get(`${namespace}/${name}`);
  if (!workspace) throw new Blocked('WorkspaceNotFound', `SyncWorkspace ${namespace}/${name} does not exist`);
  return workspace;
}

/** A workspace's id, which must be of the server as it is now: nothing new is made in one of another server. */
function idOfWorkspace(workspace: Resource, resource: Resource, session: ServerSession | undefined): string {
  const { id, serverIdentity } = workspace.status ?? {};
  const what = `SyncWorkspace ${keyOf(workspace)}`;
  if (id === undefined) throw new Blocked('WorkspaceNotReady', `${what} has no id in Sync yet${messageOf(workspace)}`);
  const identity = session?.identity;
  const elsewhere = identity !== undefined && serverIdentity !== undefined && serverIdentity !== identity;
  if (elsewhere && resource.status?.id === undefined) {
    throw new Blocked('WorkspaceNotReady', `the id of ${what} belongs to another server than the one that answers now`);
  }
  return id;
}

/** The workspace that what a resource owns was made in, as long as it is there. */
export function homeOf({ status }: Resource, { workspaces, identity }: ServerSession) {
  const { owned, parentId, serverIdentity } = status ?? {};
  return owned && parentId !== undefined && serverIdentity === identity ? workspaces.get(parentId) : undefined;
}

/** The other workspace than `id` that an object was left in, and what to say about that; undefined: it belongs in `id`. */
export function leftIn(resource: Resource, id: string, session: ServerSession) {
  const home = homeOf(resource, session);
  if (!home || home.id === id) return undefined;
  const named = home.name === undefined ? home.id : `${home.name} (${home.id})`;
  const message =
    `${resource.status?.id} lies in the workspace ${named}; by its spec it belongs in ${id} now, and Sync cannot move it: give the ` +
    `SyncWorkspace spec.id ${home.id} (delete it with deletionPolicy: Retain and apply it again), or delete this resource and apply it again`;
  return { workspaceId: home.id, message };
}

/** Nothing new is made in a workspace that its resource neither owns nor only looks at: it is somebody else's. Throws Blocked. */
function requireLent(workspace: Resource, resource: Resource, server: Resource): void {
  const { id, owned, policies } = workspace.status ?? {};
  const isLent = owned === true || policies?.managementPolicy === 'Observe';
  // While it is suspended nothing is made anyway, and people want to see the plan.
  const isSuspended = workspace.spec.suspend === true || server.spec.suspend === true;
  if (isLent || isSuspended || resource.status?.id !== undefined) return;
  const what = `SyncWorkspace ${keyOf(workspace)}`;
  throw new Blocked('WorkspaceNotReady', `${what} does not own ${id} in Sync${messageOf(workspace)}`);
}

/** `default` as the id that it stands for on this server; other ids as they are. */
function realWorkspaceId({ server, session }: Found, id: string): string {
  if (id !== 'default') return id;
  const told = (server.status as JsonObject | undefined)?.identity as string | undefined;
  const identity = session?.identity ?? told;
  const real = identity?.split('#')[1];
  if (real) return real;
  const what = `the id of the default workspace of SyncServer ${keyOf(server)} is not known`;
  if (identity === undefined) throw new Blocked('ServerNotReady', `${what}: the server was not reached yet`, 'unseen');
  throw new Blocked('WorkspaceNotFound', `${what}: the server does not tell it; give the id instead of default`);
}

function admitted(
  { namespaceLabels }: KindContext,
  resource: Resource,
  { server, session }: Found,
  workspace: { id?: string; name?: string },
): Place {
  const { namespace } = resource.metadata;
  const listed = workspace.id === undefined ? undefined : session?.workspaces.get(workspace.id)?.name;
  const { allowed, reason } = grant(server.spec.access as unknown as AccessRule[] | undefined, {
    serverNamespace: server.metadata.namespace,
    namespace,
    namespaceLabels: namespaceLabels(namespace),
    kind: resource.kind,
    workspaceId: workspace.id,
    workspaceName: listed ?? workspace.name,
  });
  if (!allowed) throw new Blocked('AccessDenied', reason, 'stalled');
  if (!session) {
    const why = server.metadata.namespace === namespace ? messageOf(server) : '';
    throw new Blocked('ServerNotReady', `SyncServer ${keyOf(server)} is not ready${why}`, 'unseen');
  }
  const resyncInterval = server.spec.resyncInterval as string | undefined;
  const outer = { ...(server.spec.defaults as PolicyLayer | undefined), ...(resyncInterval && { resyncInterval }) };
  return { server, session, policies: [resource.spec as PolicyLayer, outer] };
}

/** What an object says of itself while it is not ready, to be put behind what is said of it. */
function messageOf({ status }: Resource): string {
  const ready = status?.conditions?.find(({ type, status }) => type === 'Ready' && status !== 'True');
  return ready?.message ? `: ${ready.message}` : '';
}
