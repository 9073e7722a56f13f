import { CRD_FINALIZER, typeOfCrd } from './builtin/crds.ts';
import type { Backend } from './crud.ts';
import type { Target } from './decode.ts';
import { type Owners, trackOwners } from './owners.ts';
import { remove } from './remove.ts';
import type { Change, Entry } from './store.ts';
import type { KubeObject, ResourceType } from './types.ts';

/**
 * What kube-controller-manager would do: garbage collection by ownerReferences, emptying of namespaces and of deleted
 * CRDs. Acts on the clock, a moment after the change that calls for it, and only then.
 */
export function startControllers(backend: Backend): void {
  const { store, registry, clock, random } = backend;
  const owners = trackOwners(store);
  const planned = new Set<string>();
  const soon = (key: string, work: () => void) => {
    if (planned.has(key)) return;
    planned.add(key);
    clock.after(50 + Math.floor(random.next() * 450), () => {
      planned.delete(key);
      work();
    });
  };

  store.onChange((type, change) => {
    const { metadata } = change.entry.object;
    if (change.type === 'DELETED') {
      if (owners.has(metadata.uid)) soon(`owned ${metadata.uid}`, () => collect(backend, owners, metadata.uid));
      if (metadata.namespace) revisitNamespace(metadata.namespace);
      const crd = store.table(registry.crds).entries.get(`${type.plural}.${type.group}`);
      if (crd?.object.metadata.deletionTimestamp) soon(`crd ${crd.key}`, () => emptyCrd(backend, crd.key));
      return;
    }
    if (metadata.ownerReferences) soonIfOrphan(type, change);
    if (!metadata.deletionTimestamp) return;
    if (metadata.finalizers?.some((one) => one === 'orphan' || one === 'foregroundDeletion')) {
      soon(`policy ${metadata.uid}`, () => obeyPolicy(backend, owners, type, change.key));
    }
    if (type === registry.namespaces) soon(`namespace ${change.key}`, () => emptyNamespace(backend, change.key));
    if (type === registry.crds) soon(`crd ${change.key}`, () => emptyCrd(backend, change.key));
  });

  const revisitNamespace = (name: string) => {
    const found = store.table(registry.namespaces).entries.get(name);
    if (found?.object.metadata.deletionTimestamp) soon(`namespace ${name}`, () => emptyNamespace(backend, name));
  };
  const soonIfOrphan = (type: ResourceType, { key, entry }: Change) => {
    const { ownerReferences = [], uid } = entry.object.metadata;
    if (ownerReferences.every((owner) => owners.lives(owner.uid))) return;
    soon(`orphan ${uid}`, () => collectOne(backend, owners, type, key));
  };
}

const targetOf = (type: ResourceType, { metadata }: KubeObject): Target => ({
  type,
  version: type.versions.get(type.storageVersion)!,
  name: metadata.name,
  ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
});

function collect(backend: Backend, owners: Owners, uid: string): void {
  for (const { type, key } of owners.dependents(uid)) collectOne(backend, owners, type, key);
  for (const { type, key } of owners.waitingFor(uid)) obeyPolicy(backend, owners, type, key);
}

/** Deletes an object whose owners are all gone; of several owners, the gone ones are only dropped. */
function collectOne(backend: Backend, owners: Owners, type: ResourceType, key: string): void {
  const entry = backend.store.table(type).entries.get(key);
  const references = entry?.object.metadata.ownerReferences;
  if (!entry || !references) return;
  const living = references.filter((owner) => owners.lives(owner.uid));
  if (living.length === references.length) return;
  if (living.length > 0) return void withMeta(backend, type, entry, { ownerReferences: living });
  if (entry.object.metadata.deletionTimestamp) return;
  remove(backend, targetOf(type, entry.object), { propagationPolicy: 'Background' });
}

/** Orphan: dependents lose the reference. Foreground: dependents go first. Then the finalizer goes. */
function obeyPolicy(backend: Backend, owners: Owners, type: ResourceType, key: string): void {
  const entry = backend.store.table(type).entries.get(key);
  const finalizers = entry?.object.metadata.finalizers;
  if (!entry || !finalizers) return;
  const { uid } = entry.object.metadata;
  const orphan = finalizers.includes('orphan');
  if (!orphan && !finalizers.includes('foregroundDeletion')) return;
  let blocked = false;
  for (const dependent of owners.dependents(uid)) {
    const found = backend.store.table(dependent.type).entries.get(dependent.key);
    if (!found) continue;
    const references = found.object.metadata.ownerReferences ?? [];
    if (orphan) {
      withMeta(backend, dependent.type, found, { ownerReferences: references.filter((owner) => owner.uid !== uid) });
    } else {
      const blocks = references.some((owner) => owner.uid === uid && owner.blockOwnerDeletion);
      const { gone } = found.object.metadata.deletionTimestamp
        ? { gone: false }
        : remove(backend, targetOf(dependent.type, found.object), { propagationPolicy: 'Foreground' });
      const left = backend.store.table(dependent.type).entries.get(dependent.key);
      if (!gone && blocks && left) blocked = true;
    }
  }
  if (blocked) return;
  const now = backend.store.table(type).entries.get(key);
  const kept = finalizers.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
  if (now) withMeta(backend, type, now, { finalizers: kept });
}

/** Changes list fields of metadata; empty ones go, and an object that waited only for its finalizers goes with them. */
function withMeta(
  { store, registry }: Backend,
  type: ResourceType,
  entry: Entry,
  change: Partial<Pick<KubeObject['metadata'], 'finalizers' | 'ownerReferences'>>,
): void {
  const metadata = { ...entry.object.metadata, ...change };
  if (metadata.finalizers?.length === 0) delete metadata.finalizers;
  if (metadata.ownerReferences?.length === 0) delete metadata.ownerReferences;
  if (metadata.deletionTimestamp && !metadata.finalizers && type !== registry.namespaces) store.remove(type, entry.key);
  else store.put(type, { ...entry.object, metadata });
}

function emptyNamespace(backend: Backend, name: string): void {
  const { store, registry } = backend;
  const namespace = store.table(registry.namespaces).entries.get(name);
  if (!namespace?.object.metadata.deletionTimestamp) return;
  let left = 0;
  for (const table of store.tables()) {
    if (table.type.namespaced) left += removeAll(backend, table.type, `${name}/`);
  }
  if (left === 0 && !namespace.object.metadata.finalizers) store.remove(registry.namespaces, name);
}

function emptyCrd(backend: Backend, name: string): void {
  const { store, registry } = backend;
  const crd = store.table(registry.crds).entries.get(name);
  if (!crd?.object.metadata.deletionTimestamp) return;
  const left = removeAll(
    backend,
    registry.byPlural(crd.object.spec.group, crd.object.spec.names.plural) ?? typeOfCrd(crd.object),
    '',
  );
  if (left > 0) return;
  const finalizers = (crd.object.metadata.finalizers ?? []).filter((one) => one !== CRD_FINALIZER);
  withMeta(backend, registry.crds, crd, { finalizers });
}

/** Deletes what is not yet being deleted; tells how many are left. */
function removeAll(backend: Backend, type: ResourceType, prefix: string): number {
  const table = backend.store.table(type);
  const keys: string[] = [];
  for (const key of table.keys.after(prefix)) {
    if (!key.startsWith(prefix)) break;
    keys.push(key);
  }
  let left = 0;
  for (const key of keys) {
    const { object } = table.entries.get(key)!;
    if (object.metadata.deletionTimestamp || !remove(backend, targetOf(type, object), {}).gone) left += 1;
  }
  return left;
}
