import type { KubeObject } from '../../cluster/types.ts';
import { type Item, itemsOf, nameOf } from '../../simulator/state.ts';
import { simKindOf } from '../kinds/all.ts';
import { idOfWorkspace } from '../kinds/workspace.ts';
import type { Land } from '../land.ts';
import { conditionOf, keyOf } from '../mirror.ts';

/** `Ready`, or the reason why not: what became of each resource, for the statistics. */
export type Ends = Map<string, number>;

/** Once nothing happens any more, every resource is as its spec says, or says truly why it cannot be. */
export function checkConvergence(land: Land): Ends {
  const { setting } = land;
  const ends: Ends = new Map();
  for (const resource of setting.mirror.resources.values()) {
    if (resource.kind === 'SyncRun') continue;
    const { end, wrong } = judge(land, resource);
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (wrong) setting.violate('convergence', `${keyOf(resource)} is ${end}: ${wrong}${said(resource)}`);
  }
  return ends;
}

function said(resource: KubeObject): string {
  const ready = conditionOf(resource, 'Ready');
  return ready ? ` (${ready.status} ${ready.reason}: ${ready.message})` : '';
}

function judge(land: Land, resource: KubeObject): { end: string; wrong?: string | undefined } {
  const { metadata } = resource;
  const [ready, stalled] = [conditionOf(resource, 'Ready'), conditionOf(resource, 'Stalled')];
  if (metadata.deletionTimestamp) return { end: 'Deleting', wrong: stillDeleting(land, resource) };
  if (!ready) return { end: 'NoCondition', wrong: 'nobody has looked at it' };
  if (ready.observedGeneration !== metadata.generation)
    return { end: 'Old', wrong: 'its status is of another generation' };
  if (stalled?.status === 'True') {
    return { end: stalled.reason, wrong: stalled.message ? doubt(land, resource, stalled.reason) : 'it says nothing' };
  }
  // Suspended without a plan: Ready stays as it was.
  if (ready.reason === 'Suspended') return { end: 'Suspended', wrong: doubt(land, resource, 'Suspended') };
  if (ready.status !== 'True') return { end: ready.reason, wrong: 'it is neither Ready nor Stalled' };
  if (resource.kind === 'SyncServer') return { end: 'Ready' };
  const synced = conditionOf(resource, 'Synced')!;
  if (synced.reason === 'PlanPending') return { end: 'PlanPending', wrong: doubtPlan(land, resource) };
  return { end: 'Ready', wrong: doubtReady(land, resource) };
}

function doubtReady(land: Land, resource: KubeObject): string | undefined {
  const kind = simKindOf(resource.kind)!;
  const item = itemOf(land, resource);
  if (!item) return `there is no ${kind.remote} ${resource.status?.id} in Sync`;
  const differing = kind.differences(resource, item, land);
  return differing.length > 0 ? `Sync has another value for ${differing.join(', ')}` : undefined;
}

function doubtPlan({ setting }: Land, resource: KubeObject): string | undefined {
  const { managementPolicy, driftPolicy } = setting.policies.of(resource);
  return managementPolicy === 'Observe' || driftPolicy === 'Report' ? undefined : 'no policy lets the plan wait';
}

/** Why a resource cannot really be stalled for that reason; undefined when it can. */
function doubt(land: Land, resource: KubeObject, reason: string): string | undefined {
  const { mirror, policies, simulator } = land.setting;
  const { spec, status, metadata } = resource;
  const held = policies.of(resource);
  const refers = (kind: string, name: string) => mirror.get(kind, metadata.namespace!, name);
  const references: string[] = [spec.sourceRef?.name, spec.destinationRef?.name].filter(Boolean);
  const isTrue = (): boolean => {
    switch (reason) {
      case 'AwaitingApproval':
        return held.changePolicy !== 'Automatic' && status?.plan !== undefined;
      case 'AlreadyManaged':
        // The older of two has it, also while it may not take it.
        return mirror
          .byRemoteId(status?.id)
          .some((one) => one !== resource && (one.status?.owned || policies.of(one).suspend));
      case 'AdoptionRefused':
        return held.adoptionPolicy !== 'Always' && namesakes(land, resource).some(({ id }) => !isOwnedBy(resource, id));
      case 'AmbiguousName':
        return namesakes(land, resource).length > 1;
      case 'ReferenceNotFound':
        return references.some((name) => !refers('SyncConnection', name));
      case 'ReferenceNotReady':
        return references.some((name) => lendsNoId(refers('SyncConnection', name)));
      case 'WorkspaceNotFound':
        return !refers('SyncWorkspace', spec.workspaceRef.name);
      case 'WorkspaceNotReady':
        return refers('SyncWorkspace', spec.workspaceRef.name)?.status?.id === undefined;
      case 'SecretNotFound':
        return (spec.propertiesFrom ?? []).some(
          ({ secretKeyRef }: { secretKeyRef: { name: string } }) => !land.secrets.has(secretKeyRef.name),
        );
      case 'Suspended':
        return held.suspend;
      case 'RemoteNotFound':
        return held.managementPolicy === 'Observe' && namesakes(land, resource).length === 0;
      case 'Refused':
        return namesakes(land, resource).some(({ id }) => !isOwnedBy(resource, id)) || somethingIsGone(land, resource);
      case 'Contended':
        // People had their hands on it at least as often as it gives up after.
        return (
          land.setting.timeline.entries.filter(({ who, what }) => who === 'console' && what.includes(spec.name))
            .length >= 3
        );
      case 'PlaceNotFound':
        return somethingIsGone(land, resource);
      case 'Unsupported':
        return simulator.dialect.retrieveJob === 'absent' && resource.kind === 'SyncJob';
      default:
        return false;
    }
  };
  return isTrue() ? undefined : 'that is not so';
}

/** What owns nothing in Sync, and does not only look at it, has no id that others may use. */
function lendsNoId(target: KubeObject | undefined): boolean {
  const { id, owned, policies } = target?.status ?? {};
  return id === undefined || (owned !== true && policies?.managementPolicy !== 'Observe');
}

function stillDeleting({ setting }: Land, resource: KubeObject): string | undefined {
  const ready = conditionOf(resource, 'Ready');
  if (ready?.reason !== 'DeletionBlocked') return 'it is being deleted and does not say what it waits for';
  const why = ready.message.split(':')[0];
  const referrers = [...setting.mirror.resources.values()].filter(({ spec }) =>
    [spec.workspaceRef, spec.serverRef, spec.sourceRef, spec.destinationRef].some(
      (ref) => ref?.name === resource.metadata.name,
    ),
  );
  if (/^(StillReferenced|AwaitingTurn)$/.test(why ?? '') && referrers.length > 0) return undefined;
  if (why === 'Suspended' && setting.policies.of(resource).suspend) return undefined;
  if (why === 'Refused' && isUsed(setting.simulator.state, resource.status?.id)) return undefined;
  if (why === 'NotEmpty' && contentOf(setting.simulator.state, resource.status?.id) > 0) return undefined;
  return 'what it waits for is not so';
}

/** Its workspace, or a connection that it refers to, was removed by hand, and is not made again yet. */
function somethingIsGone({ setting: { mirror, simulator } }: Land, { spec, metadata }: KubeObject): boolean {
  const idOf = (kind: string, name: string | undefined): string | undefined =>
    mirror.get(kind, metadata.namespace!, name ?? '')?.status?.id;
  const { workspaces, connections } = simulator.state;
  const workspace = idOf('SyncWorkspace', spec.workspaceRef?.name);
  const references = [spec.sourceRef, spec.destinationRef].map((ref) => idOf('SyncConnection', ref?.name));
  const isGone = (id: string | undefined, among: ReadonlyMap<string, unknown>) => id !== undefined && !among.has(id);
  return isGone(workspace, workspaces) || references.some((id) => isGone(id, connections));
}

function isUsed({ jobs, transformations }: Land['setting']['simulator']['state'], id: string): boolean {
  return [...jobs.values(), ...transformations.values()].some(
    ({ fields }) => fields.source_connection === id || fields.destination_connection === id,
  );
}

function contentOf({ connections, jobs, transformations }: Land['setting']['simulator']['state'], id: string): number {
  return [...connections.values(), ...jobs.values(), ...transformations.values()].filter(
    ({ parentId }) => parentId === id,
  ).length;
}

function itemOf({ setting }: Land, resource: KubeObject): Item | undefined {
  return itemsOf(setting.simulator.state, simKindOf(resource.kind)!.remote).get(resource.status?.id);
}

/** The objects of Sync that bear its name in its place. */
function namesakes(land: Land, { kind, spec, metadata }: KubeObject): Item[] {
  const workspace = spec.workspaceRef && idOfWorkspace(land, metadata.namespace!, spec.workspaceRef.name);
  return [...itemsOf(land.setting.simulator.state, simKindOf(kind)!.remote).values()].filter(
    (item) => nameOf(item) === spec.name && (workspace === undefined || item.parentId === workspace),
  );
}

function isOwnedBy({ status }: KubeObject, id: string): boolean {
  return status?.owned === true && status.id === id;
}
