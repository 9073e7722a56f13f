import type { KubeObject } from '../../cluster/types.ts';
import { COLLECTIONS, type Item, itemsOf, nameOf } from '../../simulator/state.ts';
import { simKindOf } from '../kinds/all.ts';
import { contentOf, parentIdOf, referencesOf, remoteName, secretsOf, usersOf } from '../kinds/places.ts';
import type { Land } from '../land.ts';
import { conditionOf, keyOf, type Mirror, serverOf, workspaceOf } from '../mirror.ts';

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
  if (isLeftBehind(land, resource)) return `${resource.status?.id} lies in ${item.parentId}`;
  if (land.hurried.has(item.id)) return undefined;
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
  const references = referencesOf(resource);
  const isTrue = (): boolean => {
    switch (reason) {
      case 'AwaitingApproval':
        return held.changePolicy !== 'Automatic' && status?.plan !== undefined;
      case 'AlreadyManaged':
        // The older of two has it, also while it may not take it.
        return mirror
          .byRemoteId(status?.id)
          .some((one) => one !== resource && (one.status?.owned || policies.of(one).suspend || waitsForReference(one)));
      case 'AdoptionRefused':
        return held.adoptionPolicy !== 'Always' && namesakes(land, resource).some(({ id }) => !isOwnedBy(resource, id));
      case 'AmbiguousName':
        return namesakes(land, resource).length > 1;
      case 'ReferenceNotFound':
        return references.some(([kind, name]) => !refers(kind, name));
      case 'ReferenceNotReady':
        return references.some(([kind, name]) => lendsNoId(refers(kind, name)));
      case 'ReferenceElsewhere':
        return references.some(([kind, name]) => {
          const target = refers(kind, name);
          const isOurs = kind !== 'SyncEvent' || target?.spec.pipelineRef.name === metadata.name;
          return !isOurs || !isOfThisServer(mirror, target) || isLeftBehind(land, target!);
        });
      case 'WorkspaceChanged':
        return isLeftBehind(land, resource);
      case 'WorkspaceNotFound':
        return !workspaceOf(mirror, resource);
      case 'WorkspaceNotReady':
        return !isOfThisServer(mirror, workspaceOf(mirror, resource)) || lendsNoId(workspaceOf(mirror, resource));
      case 'SecretNotFound':
        return secretsOf(spec).some((name) => !land.secrets.has(name));
      case 'Suspended':
        return held.suspend;
      case 'RemoteNotFound':
        return held.managementPolicy === 'Observe' && namesakes(land, resource).length === 0;
      case 'Refused':
        return namesakes(land, resource).some(({ id }) => !isOwnedBy(resource, id)) || somethingIsGone(land, resource);
      case 'FieldNotAccepted':
        return land.hurried.has(status?.id ?? '');
      case 'Contended':
        // People had their hands on it at least as often as it gives up after.
        return (
          land.setting.timeline.entries.filter(
            ({ who, what }) => who === 'console' && what.includes(remoteName(resource)),
          ).length >= 3
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

/** Whether it has an id, of the server that is accepted. */
function isOfThisServer(mirror: Mirror, place: KubeObject | undefined): boolean {
  const { id, serverIdentity } = place?.status ?? {};
  const accepted = place && serverOf(mirror, place)?.status?.identity;
  return id !== undefined && (serverIdentity === undefined || serverIdentity === accepted);
}

/** Whether its object lies in another workspace, or pipeline, than the one that its spec means now. */
function isLeftBehind(land: Land, resource: KubeObject): boolean {
  const [is, should] = [itemOf(land, resource)?.parentId, parentIdOf(land, resource)];
  if (is !== undefined && should !== undefined && is !== should) return true;
  // What lies in a pipeline is left behind with it.
  const { pipelineRef } = resource.spec;
  const pipeline =
    pipelineRef && land.setting.mirror.get('SyncPipeline', resource.metadata.namespace!, pipelineRef.name);
  return pipeline !== undefined && isLeftBehind(land, pipeline);
}

/** What is not known in full is not taken as identical yet. */
function waitsForReference(one: KubeObject): boolean {
  return /^Reference/.test(conditionOf(one, 'Ready')?.reason ?? '');
}

/** What owns nothing in Sync, and does not only look at it, has no id that others may use. */
function lendsNoId(target: KubeObject | undefined): boolean {
  const { id, owned, policies } = target?.status ?? {};
  return id === undefined || (owned !== true && policies?.managementPolicy !== 'Observe');
}

function stillDeleting(land: Land, resource: KubeObject): string | undefined {
  const { setting } = land;
  const ready = conditionOf(resource, 'Ready');
  if (ready?.reason !== 'DeletionBlocked') return 'it is being deleted and does not say what it waits for';
  const why = ready.message.split(':')[0];
  const { kind, metadata } = resource;
  const referrers = [...setting.mirror.resources.values()].filter(
    (one) =>
      [one.spec.workspaceRef, one.spec.serverRef].some((ref) => ref?.name === metadata.name) ||
      referencesOf(one).some(([other, name]) => other === kind && name === metadata.name),
  );
  const users = usersOf(setting.simulator.state, resource.status?.id);
  const inSync = users.length > 0;
  if (/^(StillReferenced|AwaitingTurn)$/.test(why ?? '') && (referrers.length > 0 || inSync)) return undefined;
  if (why === 'Suspended' && setting.policies.of(resource).suspend) return undefined;
  if (why === 'Refused' && inSync) return undefined;
  // Others start it, or what uses it, again and again.
  const runs = [resource.status?.id, ...users].some((id) => ranLately(land, id));
  if (why === 'RemoteBusy') return runs ? undefined : 'it does not run';
  // What a create made whose reply was lost is one of several.
  if (why === 'AmbiguousName') return doubt(land, resource, why);
  // A backup may have the one without the other.
  if (/^(ReferenceNotFound|ReferenceNotReady|WorkspaceNotFound|WorkspaceNotReady)$/.test(why ?? ''))
    return doubt(land, resource, why!);
  const steps = setting.simulator.state.pipelines.get(resource.status?.id)?.children.length ?? 0;
  if (why === 'NotEmpty' && steps + contentOf(setting.simulator.state, resource.status?.id) > 0) return undefined;
  return 'what it waits for is not so';
}

/** It may be looked at five minutes after the run. */
function ranLately({ setting }: Land, id: string): boolean {
  const since = setting.clock.now() - 310_000;
  return [...setting.simulator.state.runs.values()].some(
    (run) => run.targetId === id && (run.endedAt ?? since) >= since,
  );
}

/** What it lies in, or refers to, was removed by hand, and is not made again yet. */
function somethingIsGone(land: Land, resource: KubeObject): boolean {
  const { mirror, simulator } = land.setting;
  const parent = parentIdOf(land, resource);
  const references = referencesOf(resource).map(
    ([kind, name]) => mirror.get(kind, resource.metadata.namespace!, name)?.status?.id,
  );
  const exists = (id: string) => Object.values(COLLECTIONS).some((collection) => simulator.state[collection].has(id));
  return [parent, ...references].some((id) => id !== undefined && !exists(id));
}

function itemOf({ setting }: Land, resource: KubeObject): Item | undefined {
  return itemsOf(setting.simulator.state, simKindOf(resource.kind)!.remote).get(resource.status?.id);
}

/** The objects of Sync that bear its name in its place. */
function namesakes(land: Land, resource: KubeObject): Item[] {
  const parent = parentIdOf(land, resource);
  const items = [...itemsOf(land.setting.simulator.state, simKindOf(resource.kind)!.remote).values()];
  // Given by its id.
  if (resource.spec.id !== undefined) return items.filter(({ id }) => id === resource.status?.id);
  return items.filter(
    (item) => nameOf(item) === remoteName(resource) && (parent === undefined || item.parentId === parent),
  );
}

function isOwnedBy({ status }: KubeObject, id: string): boolean {
  return status?.owned === true && status.id === id;
}
