import type { Condition, Resource } from '../../engine/resource.ts';

/** One object in the tree, as data (`-o json`) and as a line. */
export interface StatusNode {
  kind: string;
  /** Absent of what no resource manages. */
  namespace?: string;
  /** Of the resource; of what no resource manages: what Sync calls it. */
  name: string;
  /** Its id in Sync. */
  id?: string;
  manages: 'managed' | 'observed' | 'unclaimed' | 'foreign';
  health: Health;
  reason?: string;
  message?: string;
  lastRun?: { state: string; startTime?: string; completionTime?: string; recordsAffected?: number };
  nextRun?: string;
  /** What waits to be done, and whether it is somebody's approval that it waits for. */
  plan?: { id: string; summary: string; drift: boolean; needsApproval: boolean };
  children: StatusNode[];
}

/** As Argo CD and kstatus would put it. */
export type Health = 'ready' | 'progressing' | 'stalled' | 'suspended' | 'deleting' | 'unknown';

/** What a resource says of itself. */
export function nodeOf(resource: Resource): StatusNode {
  const { kind, metadata, status = {} } = resource;
  const { lastRun, nextRun } = status as { lastRun?: StatusNode['lastRun']; nextRun?: string };
  const { name, namespace } = metadata;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return {
    kind,
    namespace,
    name,
    ...(status.id !== undefined && { id: status.id }),
    manages: manages(resource),
    health: healthOf(resource),
    ...(ready && { reason: ready.reason, message: ready.message }),
    ...(lastRun && { lastRun: pick(lastRun) }),
    ...(nextRun !== undefined && { nextRun }),
    ...(status.plan && { plan: planOf(status.plan) }),
    children: [],
  };
}

function manages({ kind, status, spec }: Resource): StatusNode['manages'] {
  if (kind === 'SyncServer' || kind === 'SyncRun') return 'managed';
  const policy = status?.policies?.managementPolicy ?? spec.managementPolicy;
  if (policy === 'Observe') return 'observed';
  return status?.owned === true ? 'managed' : 'unclaimed';
}

/** The first rule that fits (kstatus); a status of another generation is old news. */
export function healthOf({ metadata, status }: Resource): Health {
  if (metadata.deletionTimestamp !== undefined) return 'deleting';
  const conditions = status?.conditions;
  if (!conditions || status.observedGeneration !== metadata.generation) return 'progressing';
  const find = (type: string) => conditions.find((one: Condition) => one.type === type);
  const ready = find('Ready') ?? find('Succeeded');
  if (ready?.reason === 'Suspended') return 'suspended';
  if (find('Stalled')?.status === 'True') return 'stalled';
  if (ready?.status === 'True') return 'ready';
  return ready?.status === 'Unknown' ? 'unknown' : 'progressing';
}

function pick({ state, startTime, completionTime, recordsAffected }: NonNullable<StatusNode['lastRun']>) {
  return {
    state,
    ...(startTime !== undefined && { startTime }),
    ...(completionTime !== undefined && { completionTime }),
    ...(recordsAffected !== undefined && { recordsAffected }),
  };
}

function planOf({ id, summary, changes }: NonNullable<NonNullable<Resource['status']>['plan']>): StatusNode['plan'] {
  return {
    id,
    summary,
    drift: changes.some(({ cause }) => cause === 'drift' || cause === 'vanished'),
    needsApproval: changes.some(({ held }) => held === 'Approval'),
  };
}
