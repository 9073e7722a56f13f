import type { Cluster } from '../cluster/cluster.ts';
import type { KubeObject, Loose } from '../cluster/types.ts';

/** The resources as the API server has them, without copying; not to be changed. */
export interface Mirror {
  /** By `Kind/namespace/name`. */
  readonly resources: ReadonlyMap<string, KubeObject>;
  get(kind: string, namespace: string, name: string): KubeObject | undefined;
  of(kind: string): KubeObject[];
  /** Those whose status names the remote object. */
  byRemoteId(id: string): KubeObject[];
  /** Called after each change; `before` is absent for what is new, `after` for what is gone. */
  onChange(listener: (before: KubeObject | undefined, after: KubeObject | undefined) => void): void;
  /** Whose name the Lease bears. */
  readonly leaseHolder: string;
}

export function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}

export function createMirror(cluster: Cluster): Mirror {
  const resources = new Map<string, KubeObject>();
  const listeners: ((before: KubeObject | undefined, after: KubeObject | undefined) => void)[] = [];
  let leaseHolder = '';
  cluster.observe((what, object) => {
    if (object.kind === 'Lease') leaseHolder = what === 'DELETED' ? '' : (object.spec?.holderIdentity ?? '');
    if (!object.apiVersion.startsWith('sync.cdata.com/')) return;
    const key = keyOf(object);
    const before = resources.get(key);
    if (what === 'DELETED') resources.delete(key);
    else resources.set(key, object);
    for (const listener of listeners) listener(before, what === 'DELETED' ? undefined : object);
  });
  return {
    resources,
    get: (kind, namespace, name) => resources.get(`${kind}/${namespace}/${name}`),
    of: (kind) => [...resources.values()].filter((one) => one.kind === kind),
    byRemoteId: (id) => [...resources.values()].filter(({ status }) => status?.id === id),
    onChange: (listener) => void listeners.push(listener),
    get leaseHolder() {
      return leaseHolder;
    },
  };
}

export type Condition = { type: string; status: string; reason: string; message: string; observedGeneration?: number };

export function conditionOf(resource: KubeObject, type: string): Condition | undefined {
  return (resource.status?.conditions as Condition[] | undefined)?.find((one) => one.type === type);
}

/** The workspace that a resource lies in; of an event that of its pipeline. Undefined for what lies in none. */
export function workspaceOf(mirror: Mirror, { kind, metadata, spec }: KubeObject): KubeObject | undefined {
  if (kind === 'SyncWorkspace' || kind === 'SyncServer' || kind === 'SyncUser') return undefined;
  if (kind === 'SyncEvent') {
    const pipeline = mirror.get('SyncPipeline', metadata.namespace!, spec.pipelineRef.name);
    return pipeline && workspaceOf(mirror, pipeline);
  }
  return mirror.get('SyncWorkspace', metadata.namespace!, spec.workspaceRef?.name ?? '');
}

export function serverOf(mirror: Mirror, resource: KubeObject): KubeObject | undefined {
  const ref: Loose = (workspaceOf(mirror, resource) ?? resource).spec.serverRef;
  return ref && mirror.get('SyncServer', ref.namespace ?? resource.metadata.namespace!, ref.name);
}
