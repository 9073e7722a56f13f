import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Handler } from '../support/server.ts';
import { applyManifest } from './apply.ts';
import { type Backup, backupOf, restoreInto } from './backup.ts';
import { type Backend, create, patch } from './crud.ts';
import type { Target } from './decode.ts';
import { createFaults, type Faults } from './faults.ts';
import { startControllers } from './gc.ts';
import { createHandler, type WriteRecord } from './handler.ts';
import { mergePatch } from './patch/merge.ts';
import { createRegistry, storedAs } from './registry.ts';
import { type DeleteOptions, remove } from './remove.ts';
import { createStore } from './store.ts';
import { type KubeObject, type Loose, type Manifest, qualified, type ResourceType } from './types.ts';

export interface ClusterOptions {
  clock: Clock;
  random: Random;
  /** A bearer token that every request must carry. */
  token?: string;
}

/**
 * A Kubernetes API in memory: the twin. Kinds are named by kind, plural, singular, short name or `plural.group`. Objects
 * handed out are copies. What goes wrong is thrown as StatusError.
 */
export interface Cluster {
  /** The HTTP API. */
  handler: Handler;
  faults: Faults;
  /** Write requests over HTTP, in order; those for `leases` are the leader elections'. */
  writes: WriteRecord[];
  readonly revision: number;
  /** Makes or changes the resource that a CRD defines. */
  install(crd: Manifest): void;
  /** All objects of a kind, in order of namespace and name. */
  objects(kind: string, namespace?: string): KubeObject[];
  count(kind: string): number;
  get(kind: string, name: string, namespace?: string): KubeObject | undefined;
  create(manifest: Manifest): KubeObject;
  /** As `kubectl apply`: creates, or changes what the manifest says or last said. Namespace `default` when none is given. */
  apply(manifest: Manifest): KubeObject;
  /** A merge patch, to the object or to its status. */
  patch(kind: string, name: string, namespace: string | undefined, change: Loose, subresource?: 'status'): KubeObject;
  /** True when it is gone at once; false while finalizers hold it. */
  delete(kind: string, name: string, namespace?: string, options?: DeleteOptions): boolean;
  /** Events of both APIs, as v1. */
  events(): KubeObject[];
  /** Calls back on every change, with the object itself as it is then (when deleted: as it was); not to be changed. */
  observe(listener: (what: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) => void): void;
  backup(): Backup;
  /** Makes all objects of a backup anew, with new uids, as Velero does; what exists already stays. */
  restore(backup: Backup, options: { withStatus: boolean; labels?: Record<string, string> }): void;
}

/** An empty cluster with the namespaces default and kube-*. */
export function createCluster({ clock, random, token }: ClusterOptions): Cluster {
  const store = createStore(clock);
  const registry = createRegistry(clock, store);
  const backend: Backend = { clock, random, store, registry };
  const faults = createFaults(store);
  const writes: WriteRecord[] = [];
  startControllers(backend);
  store.onChange((type, { type: what, entry }) => {
    if (type !== registry.crds || what !== 'DELETED') return;
    const { group, names } = entry.object.spec;
    faults.endWatches((request) => request.group === group && request.resource === names.plural);
  });

  const typeOf = (kind: string): ResourceType => {
    const type = registry.find(kind);
    if (!type) throw new Error(`the cluster has no kind ${kind}`);
    return type;
  };
  const targetOf = (type: ResourceType, name?: string, namespace?: string): Target => ({
    type,
    version: type.versions.get(type.storageVersion)!,
    ...(name === undefined ? {} : { name }),
    ...(type.namespaced ? { namespace: namespace ?? 'default' } : {}),
  });
  const targetOfManifest = ({ apiVersion, kind, metadata }: Manifest): Target => {
    const type = registry.byKind(apiVersion, kind);
    if (!type) throw new Error(`no matches for kind ${kind} in version ${apiVersion}`);
    const version = type.versions.get(apiVersion.split('/').at(-1)!)!;
    return { ...targetOf(type, metadata.name, metadata.namespace), version };
  };
  const entries = (kind: string, namespace?: string) => {
    const type = typeOf(kind);
    const table = store.table(storedAs(registry, type));
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    return [...table.keys.after(prefix)].filter((key) => key.startsWith(prefix)).map((key) => table.entries.get(key)!);
  };

  const cluster: Cluster = {
    handler: createHandler({ backend, faults, writes, token }),
    faults,
    writes,
    get revision() {
      return store.revision;
    },
    install: (crd) => void cluster.apply(crd),
    objects: (kind, namespace) => entries(kind, namespace).map(({ object }) => structuredClone(object)),
    count: (kind) => store.table(storedAs(registry, typeOf(kind))).entries.size,
    get(kind, name, namespace = 'default') {
      const type = typeOf(kind);
      const found = store.table(storedAs(registry, type)).entries.get(type.namespaced ? `${namespace}/${name}` : name);
      return found && structuredClone(found.object);
    },
    create: (manifest) => structuredClone(create(backend, targetOfManifest(manifest), manifest, {}).object),
    apply: (manifest) => structuredClone(applyManifest(backend, targetOfManifest(manifest), manifest).object),
    patch(kind, name, namespace, change, subresource) {
      const target = { ...targetOf(typeOf(kind), name, namespace), ...(subresource ? { subresource } : {}) };
      return structuredClone(patch(backend, target, (now) => mergePatch(now, change), {}).object);
    },
    delete: (kind, name, namespace, options = {}) =>
      remove(backend, targetOf(typeOf(kind), name, namespace), options).gone,
    events: () => cluster.objects(qualified(registry.events)),
    observe: (listener) => store.onChange((_, { type: what, entry }) => listener(what, entry.object)),
    backup: () => backupOf(store),
    restore: (backup, options) => restoreInto(backend, backup, options),
  };
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return cluster;
}
