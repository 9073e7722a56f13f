import { parseSyncRun, SYNC_RUN, type SyncRunSpec } from '../../api/syncRun.ts';
import type { SyncServerStatus } from '../../api/syncServer.ts';
import { Blocked } from '../../engine/blocked.ts';
import { keyOf, type Resource } from '../../engine/resource.ts';
import type { KeptTarget, RunKind, RunSpec, RunTarget } from '../../engine/run/model.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { KindContext } from '../context.ts';
import { type Place, placeInWorkspace, placeOnServer, type WorkspacePlace } from '../place/place.ts';
import { isSameServer } from '../probe/acceptance.ts';
import { standingOf, staysOn } from '../remote/scope.ts';
import { surplusOf } from '../runs/requested.ts';
import { barred, notReady, whyNotReady } from './obstacle.ts';
import { refOf, targetKey } from './references.ts';
import { remoteOf } from './remote.ts';
import type { Runnable } from './targets.ts';

/** SyncRun: one run of a job, a transformation or a pipeline. */
export function createRunKind(context: KindContext): RunKind {
  const targetOf = (resource: Resource): Resource | undefined => {
    const { runnable, reference } = refOf(resource);
    if (reference.name === undefined) return undefined;
    return context.stores[runnable.kind]?.get(`${resource.metadata.namespace}/${reference.name}`);
  };
  return {
    name: 'SyncRun',
    problems(resource) {
      const parsed = parseSyncRun(resource);
      return parsed.ok ? [] : parsed.problems;
    },
    specOf: (resource) => ({ ...DEFAULTS, ...(resource.spec as unknown as SyncRunSpec) }),
    targetKey,
    targetOf,
    gather: (resource) => gather(context, resource, targetOf(resource)),
    follow: (resource, kept) => follow(context, resource, kept, targetOf(resource)),
    surplus: (resource) => surplusOf(context, resource, targetOf(resource)),
  };
}

const { startingDeadlineSeconds, backoffLimit, onUnknown, onDelete } = SYNC_RUN.spec.parse({ jobRef: { name: 'x' } });
const DEFAULTS: RunSpec = { startingDeadlineSeconds, backoffLimit, onUnknown, onDelete };

function gather(context: KindContext, resource: Resource, target: Resource | undefined): RunTarget {
  const { runnable, reference } = refOf(resource);
  if (reference.name === undefined) return targetById(context, resource, runnable, reference.id!);
  const label = `${runnable.kind} ${resource.metadata.namespace}/${reference.name}`;
  if (!target) throw new Blocked('ReferenceNotFound', `${label} does not exist`);
  const id = target.status?.id;
  if (id === undefined) throw new Blocked('ReferenceNotReady', `${label} has no id in Sync yet${whyNotReady(target)}`);
  // The run asks for access in its own name, at the place of what it runs.
  const place = placeInWorkspace(context, placed(resource, target.spec.workspaceRef, target.spec.serverRef));
  const made = targetAt(context, resource, runnable, { id, place, label });
  const { session } = place;
  const elsewhere = target.status?.serverIdentity;
  const moved = elsewhere !== undefined && session.identity !== undefined && !isSameServer(elsewhere, session.identity);
  const elsewhereNow = moved ? `${label} belongs to another server than the one that answers` : undefined;
  const obstacle = made.obstacle ?? barred(target, label) ?? elsewhereNow ?? notReady(target, label);
  return {
    ...made,
    kept: { ...made.kept, uid: target.metadata.uid },
    resource: { kind: target.kind, key: keyOf(target) },
    ...(obstacle !== undefined && { obstacle }),
  };
}

function targetById(context: KindContext, resource: Resource, runnable: Runnable, id: string): RunTarget {
  const { workspaceRef, serverRef } = resource.spec as unknown as SyncRunSpec;
  const at = placed(resource, workspaceRef as unknown as JsonObject, serverRef as unknown as JsonObject);
  const place = workspaceRef ? placeInWorkspace(context, at) : placeOnServer(context, at);
  return targetAt(context, resource, runnable, { id, place, label: `${runnable.noun} ${id}` });
}

/** The run as if it stood where its target does. */
function placed(resource: Resource, workspaceRef: unknown, serverRef: unknown): Resource {
  const spec = { ...(workspaceRef !== undefined && { workspaceRef }), ...(serverRef !== undefined && { serverRef }) };
  return { ...resource, spec: spec as JsonObject };
}

function targetAt(
  { namespaceLabels }: KindContext,
  resource: Resource,
  runnable: Runnable,
  { id, place, label }: { id: string; place: Place | WorkspacePlace; label: string },
): RunTarget {
  const { server, session } = place;
  const workspace = 'workspace' in place ? place.workspace : undefined;
  const labels = namespaceLabels(resource.metadata.namespace);
  const standing = standingOf({
    resource,
    server,
    session,
    ...(workspace && { workspace }),
    ...(labels && { namespaceLabels: labels }),
  });
  const obstacle = obstacleOf(standing);
  return {
    label,
    isStill: staysOn(session),
    kept: {
      id,
      serverIdentity: session.identity ?? '',
      server: keyOf(server),
      ...(workspace && { workspaceId: workspace.session.id }),
    },
    lagGraceMs: session.lagGraceMs,
    remote: remoteOf(runnable, id, session, workspace?.session),
    ...(standing.suspendedBy !== undefined && { suspendedBy: standing.suspendedBy }),
    ...(obstacle !== undefined && { obstacle }),
  };
}

function obstacleOf({ unusable, identity, grant, suspendedBy }: ReturnType<typeof standingOf>): string | undefined {
  if (unusable) return unusable.message;
  if (identity === undefined) return 'the server was not reached yet';
  return grant.maxPolicy === 'Observe' ? `${grant.reason}: nothing may be started` : suspendedBy;
}

/** Ids are good on a server that was accepted as moved. Of a run on one that was replaced nobody can tell any more. */
function requireSameServer(server: Resource, identity: string | undefined, { serverIdentity }: KeptTarget): void {
  if (identity !== undefined && isSameServer(serverIdentity, identity)) return;
  const { acceptedServer: accepted } = (server.status ?? {}) as SyncServerStatus;
  const how = accepted?.identity === identity ? accepted?.how : undefined;
  if (how === 'moved') return;
  const message = `the run is on ${serverIdentity}, the server is now ${identity}`;
  throw new Blocked('ServerChanged', message, how === 'replaced');
}

/** A run that has begun needs its server alone: its resource may be gone, changed or not Ready. */
function follow(
  { stores, sessions }: KindContext,
  resource: Resource,
  kept: KeptTarget,
  target: Resource | undefined,
): RunTarget {
  const { runnable, reference } = refOf(resource);
  const server = stores.SyncServer?.get(kept.server);
  const session = sessions.get(kept.server);
  if (!server || !session) throw new Blocked('ServerNotReady', `SyncServer ${kept.server} is not there or not ready`);
  if (session.unusable) throw new Blocked(session.unusable.reason, session.unusable.message);
  requireSameServer(server, session.identity, kept);
  const workspace = kept.workspaceId === undefined ? undefined : session.workspace(kept.workspaceId);
  const { namespace } = resource.metadata;
  const name =
    reference.name === undefined ? `${runnable.noun} ${kept.id}` : `${runnable.kind} ${namespace}/${reference.name}`;
  const living = target?.metadata.uid === kept.uid ? target : undefined;
  const { workspaceRef } = (living ?? resource).spec as unknown as { workspaceRef?: { name?: string } };
  const workspaceOf = stores.SyncWorkspace?.get(`${namespace}/${workspaceRef?.name}`);
  const suspended = [living, workspaceOf, server].find((one) => one?.spec.suspend === true);
  return {
    label: kept.uid !== undefined && !living ? `${name} (deleted since)` : name,
    kept,
    lagGraceMs: session.lagGraceMs,
    isStill: staysOn(session),
    remote: remoteOf(runnable, kept.id, session, workspace),
    ...(suspended && { suspendedBy: `${suspended.kind} ${keyOf(suspended)} is suspended` }),
    ...(living && { resource: { kind: living.kind, key: keyOf(living) } }),
  };
}
