import { type AccessRule, grant } from '../../engine/access.ts';
import type { Scope, Unusable } from '../../engine/kind.ts';
import { keyOf, type Resource } from '../../engine/resource.ts';
import type { EntityKind } from '../../sync/models/entity.ts';
import { factOf } from '../../sync/models/wire.ts';
import type { Collection } from '../../sync/snapshot.ts';
import { isSameServer } from '../probe/acceptance.ts';
import type { ServerSession, WorkspaceSession } from '../session/sessions.ts';

export interface StandingInput {
  /** The resource that the pass is about. */
  resource: Resource;
  /** Its SyncServer. */
  server: Resource;
  session: ServerSession;
  /** Absent for what lies above workspaces. */
  workspace?: ScopeWorkspace;
  /** Of the resource's namespace, where they can be read. */
  namespaceLabels?: Readonly<Record<string, string>>;
}

export interface ScopeInput extends StandingInput {
  /** Of the remote objects. */
  kind: EntityKind;
  /** The operation that reads one of them: `jobs.get`. */
  getOperation: string;
}

export interface ScopeWorkspace {
  session: WorkspaceSession;
  /** Its SyncWorkspace, unless it is given by id. */
  resource?: Resource;
  /** The object was left in it, and belongs in another one now: what to say about that. */
  left?: string;
}

/** These say nothing about the server: with the last token that was read, a deletion can still be carried out (design §8). */
const CREDENTIAL_GONE: ReadonlySet<string> = new Set(['SecretNotFound', 'SecretKeyNotFound']);

/** Where an object lives, in the engine's terms. A SyncWorkspace names itself by `resource` in access rules. */
export function scopeOf(input: ScopeInput): Scope {
  const { resource, server, session, kind, workspace } = input;
  const { client, identity } = session;
  const style = factOf(client.facts, 'putStyle', kind);
  const lists = workspace ? [...workspace.session.polled.values()] : [session.workspaces];
  const suspicious = suspicionOf(lists, workspace?.resource ?? server);
  const accepted = (server.status as ServerStatus | undefined)?.acceptedServer;
  const changedAt = workspace?.session.changes.find(({ id }) => id !== resource.status?.id)?.at;
  return {
    origin: client.origin,
    ...standingOf(input),
    ...(workspace && { parentId: workspace.session.id }),
    ...(workspace?.left !== undefined && { left: { reason: 'WorkspaceChanged', message: workspace.left } }),
    isSameServer: (recorded) => identity === undefined || isSameServer(recorded, identity),
    isStill: staysOn(session),
    ...(accepted && { accepted }),
    ...(suspicious !== undefined && { suspicious }),
    lagGraceMs: session.lagGraceMs,
    ...(changedAt !== undefined && { referenceChangedAt: changedAt }),
    ...((style === 'merge' || style === 'replace') && { putStyle: style }),
    learnPutStyle: (learned) => client.learnFact(`putStyle.${kind}`, learned),
    // The read of this very pass may be what finds out.
    get canReadItems() {
      return client.routeState(input.getOperation) !== 'unsupported';
    },
  };
}

/** What may be done at all from where a resource stands, whatever it is about. */
export function standingOf(input: StandingInput): Pick<Scope, 'identity' | 'unusable' | 'suspendedBy' | 'grant'> {
  const { resource, server, session, workspace } = input;
  const { identity } = session;
  const unusable = unusableFor(resource, session.unusable);
  const suspender = [server, workspace?.resource].find((one) => one?.spec.suspend === true);
  return {
    ...(identity !== undefined && { identity }),
    ...(unusable && { unusable }),
    ...(suspender && { suspendedBy: `${suspender.kind} ${keyOf(suspender)} is suspended` }),
    grant: grantOf(input),
  };
}

type ServerStatus = { acceptedServer?: Scope['accepted'] };

function grantOf({ resource, server, session, workspace, namespaceLabels }: StandingInput): Scope['grant'] {
  const own = resource.kind === 'SyncWorkspace' ? resource : workspace?.resource;
  const id = workspace?.session.id ?? own?.status?.id;
  const name = (id === undefined ? undefined : session.workspaces.get(id)?.name) ?? own?.spec.name;
  return grant(server.spec.access as unknown as AccessRule[] | undefined, {
    serverNamespace: server.metadata.namespace,
    namespace: resource.metadata.namespace,
    kind: resource.kind,
    ...(namespaceLabels && { namespaceLabels }),
    ...(id !== undefined && { workspaceId: id }),
    ...(typeof name === 'string' && { workspaceName: name }),
  });
}

function unusableFor({ metadata }: Resource, unusable: Unusable | undefined): Unusable | undefined {
  const deletes = metadata.deletionTimestamp !== undefined;
  return deletes && unusable && CREDENTIAL_GONE.has(unusable.reason) ? undefined : unusable;
}

function suspicionOf(lists: readonly Collection[], holder: Resource): string | undefined {
  const found = lists.map(({ suspicious }) => suspicious).find((suspicious) => suspicious !== undefined);
  if (!found) return undefined;
  return (
    `the last list lacks ${found.missing} of ${found.known} known objects; if they are really lost, annotate ` +
    `${holder.kind} ${keyOf(holder)} with sync.cdata.com/accept-loss`
  );
}

/** Tells later whether the server that answers is still the present one. */
export function staysOn(session: ServerSession): () => boolean {
  const { identity } = session;
  return () => session.identity === identity;
}
