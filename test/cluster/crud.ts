import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import { decode, type Target, type WriteOptions } from './decode.ts';
import { deepEqual } from './deepEqual.ts';
import { timestamp } from './duration.ts';
import { generatedName } from './meta.ts';
import { type Registry, storedAs } from './registry.ts';
import { alreadyExists, badRequest, conflict, forbidden, invalid, modified, notFound, StatusError } from './status.ts';
import { type Entry, keyOf, type Store } from './store.ts';
import type { KubeObject, Loose, ObjectMeta } from './types.ts';
import { objectErrors } from './validateObject.ts';

/** What the operations work on. */
export interface Backend {
  clock: Clock;
  random: Random;
  store: Store;
  registry: Registry;
}

/** The stored object of a target. @throws StatusError 404 */
export function find({ store, registry }: Backend, { type, namespace, name = '' }: Target): Entry {
  const entry = store.table(storedAs(registry, type)).entries.get(keyOf(type, namespace, name));
  if (!entry) throw notFound(type, name);
  return entry;
}

export function exists({ store, registry }: Backend, { type, namespace, name = '' }: Target): boolean {
  return store.table(storedAs(registry, type)).entries.has(keyOf(type, namespace, name));
}

/** POST. @throws StatusError 400, 403, 404, 409, 422 */
export function create(backend: Backend, target: Target, body: Loose, options: WriteOptions): Entry {
  const { type, version } = target;
  const decoded = decode(target, body, options);
  if (decoded.metadata.resourceVersion) {
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  checkNamespace(backend, target, decoded);
  if (version.hasStatus && !type.builtin) delete decoded.status;
  const metadata = newMeta(backend, target, decoded.metadata);
  const stored = version.toStored?.({ ...decoded, metadata }) ?? { ...decoded, metadata };
  const storeType = storedAs(backend.registry, type);
  const object = storeType.strategy.prepare?.(stored, undefined) ?? stored;
  const errors = objectErrors(target, { ...decoded, metadata }, object);
  if (errors.length > 0) throw invalid(storeType, object.metadata.name ?? '', errors);
  const { entries } = backend.store.table(storeType);
  const key = keyOf(type, object.metadata.namespace, object.metadata.name);
  if (entries.has(key)) throw alreadyExists(type, object.metadata.name);
  if (options.dryRun) return { key, rv: 0, object };
  return backend.store.put(storeType, object);
}

function newMeta({ clock, random }: Backend, { type, namespace }: Target, given: ObjectMeta): ObjectMeta {
  const { deletionTimestamp, deletionGracePeriodSeconds, generation, ...rest } = given;
  const metadata: ObjectMeta = { ...rest, uid: random.uuid(), creationTimestamp: timestamp(clock.now()) };
  if (!metadata.name && metadata.generateName) metadata.name = generatedName(metadata.generateName, random);
  if (type.namespaced) metadata.namespace = namespace!;
  else delete metadata.namespace;
  if (type.hasGeneration) metadata.generation = 1;
  return metadata;
}

function checkNamespace({ store, registry }: Backend, { type, namespace }: Target, object: KubeObject): void {
  if (!type.namespaced) return;
  if (object.metadata.namespace && object.metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const found = store.table(registry.namespaces).entries.get(namespace ?? '');
  if (!found) throw notFound(registry.namespaces, namespace ?? '');
  if (found.object.metadata.deletionTimestamp) {
    const name = object.metadata.name ?? '';
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const cause = {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    };
    throw forbidden(type, name, why, [cause]);
  }
}

/** PUT. @throws StatusError 400, 404, 409, 422 */
export function update(backend: Backend, target: Target, body: Loose, options: WriteOptions): Entry {
  const { type } = target;
  const next = decode(target, body, options);
  mustBeNamed(target, next);
  if (type.createsOnUpdate && !exists(backend, target)) {
    const { resourceVersion: _old, ...metadata } = body.metadata;
    return create(backend, target, { ...body, metadata }, options);
  }
  const old = find(backend, target);
  // Of the built-in kinds only Leases insist on it, as custom resources do.
  if ((!type.builtin || type.createsOnUpdate) && !next.metadata.resourceVersion) {
    const message = 'Invalid value: 0: must be specified for an update';
    throw invalid({ ...type, kind: type.plural }, target.name ?? '', [
      { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' },
    ]);
  }
  return replace(backend, target, old, next, options);
}

function mustBeNamed({ name }: Target, { metadata }: KubeObject): void {
  if (metadata.name === name) return;
  throw badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`);
}

/** PATCH, by a function that makes the patched object. @throws StatusError 400, 404, 409, 422 */
export function patch(backend: Backend, target: Target, change: (now: Loose) => Loose, options: WriteOptions): Entry {
  const old = find(backend, target);
  const before = target.version.fromStored?.(old.object) ?? old.object;
  const patching = { ...options, patched: true };
  const next = decode(target, change(before), patching);
  mustBeNamed(target, next);
  return replace(backend, target, old, next, patching);
}

/** Stores a changed object. Nothing is written when it equals the old one. */
function replace(backend: Backend, target: Target, old: Entry, next: KubeObject, options: WriteOptions): Entry {
  const { type, version } = target;
  const was = old.object.metadata;
  const { resourceVersion, uid } = next.metadata;
  if (uid && uid !== was.uid && !options.patched) {
    throw conflict(type, was.name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${was.uid}`);
  }
  if (resourceVersion && resourceVersion !== was.resourceVersion) throw modified(type, was.name);
  const storeType = storedAs(backend.registry, type);
  const stored = version.toStored?.(next) ?? next;
  const merged =
    target.subresource === 'status' ? withStatus(old.object, stored) : withoutStatus(target, old.object, stored);
  const prepared = target.subresource ? merged : (storeType.strategy.prepare?.(merged, old.object) ?? merged);
  const object = countGeneration(target, old.object, prepared);
  const errors = objectErrors(target, version.fromStored?.(object) ?? object, object, old.object);
  if (errors.length > 0) throw invalid(storeType, was.name, errors);
  if (deepEqual(object, old.object)) return old;
  // Not with the text of the old one.
  if (options.dryRun) return { key: old.key, rv: old.rv, object };
  if (object.metadata.deletionTimestamp && !object.metadata.finalizers && storeType !== backend.registry.namespaces) {
    return { ...backend.store.remove(storeType, old.key), object };
  }
  return backend.store.put(storeType, object);
}

function withStatus(old: KubeObject, next: KubeObject): KubeObject {
  const { status: _old, ...rest } = old;
  return (next.status === undefined ? rest : { ...rest, status: next.status }) as KubeObject;
}

/** The new object with what only the server, or only /status, may change. */
function withoutStatus({ version }: Target, old: KubeObject, next: KubeObject): KubeObject {
  const kept = old.metadata;
  const { deletionGracePeriodSeconds: _grace, generation: _generation, ...given } = next.metadata;
  const metadata: ObjectMeta = {
    ...given,
    ...(kept.namespace ? { namespace: given.namespace ?? kept.namespace } : {}),
    ...(kept.generation ? { generation: kept.generation } : {}),
    ...(kept.deletionTimestamp ? { deletionTimestamp: kept.deletionTimestamp, deletionGracePeriodSeconds: 0 } : {}),
    ...(given.deletionTimestamp ? { deletionTimestamp: given.deletionTimestamp } : {}),
    uid: given.uid ?? kept.uid,
    creationTimestamp: kept.creationTimestamp,
    resourceVersion: kept.resourceVersion,
  };
  if (!version.hasStatus) return { ...next, metadata };
  const { status: _status, ...rest } = next;
  return { ...rest, metadata, ...(old.status === undefined ? {} : { status: old.status }) } as KubeObject;
}

/** metadata.generation grows when anything but metadata (and status, where that is a subresource) changed. */
function countGeneration({ type, version }: Target, old: KubeObject, next: KubeObject): KubeObject {
  if (!type.hasGeneration) return next;
  const content = ({ metadata: _metadata, status, ...rest }: KubeObject) =>
    version.hasStatus ? rest : { ...rest, status };
  if (deepEqual(content(old), content(next))) return next;
  return { ...next, metadata: { ...next.metadata, generation: (old.metadata.generation ?? 0) + 1 } };
}
