import { type Backend, find } from './crud.ts';
import type { Target } from './decode.ts';
import { timestamp } from './duration.ts';
import { storedAs } from './registry.ts';
import { conflict, forbidden } from './status.ts';
import type { Entry } from './store.ts';
import type { KubeObject } from './types.ts';

export interface DeleteOptions {
  preconditions?: { uid?: string; resourceVersion?: string };
  propagationPolicy?: string;
  orphanDependents?: boolean;
  dryRun?: string[];
}

export interface Deletion {
  entry: Entry;
  /** False while finalizers hold it. */
  gone: boolean;
}

const NEVER_DELETED = ['default', 'kube-system', 'kube-public'];

/** DELETE of one object. @throws StatusError 403, 404, 409 */
export function remove(backend: Backend, target: Target, options: DeleteOptions): Deletion {
  const { store, registry, clock } = backend;
  const entry = find(backend, target);
  checkPreconditions(target, entry.object, options);
  const type = storedAs(registry, target.type);
  const { name, finalizers = [] } = entry.object.metadata;
  const isNamespace = type === registry.namespaces;
  if (isNamespace && NEVER_DELETED.includes(name)) throw forbidden(type, name, 'this namespace may not be deleted');
  const holding = finalizersAfter(finalizers, options);
  const dry = options.dryRun !== undefined && options.dryRun.length > 0;
  if (holding.length === 0 && !isNamespace) {
    return { entry: dry ? entry : store.remove(type, entry.key), gone: true };
  }
  const object = marked(entry.object, holding, clock.now());
  const next = isNamespace ? type.strategy.prepare!(object, entry.object) : object;
  const unchanged = entry.object.metadata.deletionTimestamp && holding.join() === finalizers.join();
  return { entry: unchanged || dry ? entry : store.put(type, next), gone: false };
}

/** Deletion that has to wait: deletionTimestamp is set once and counts as a change of the wanted state. */
function marked(object: KubeObject, finalizers: string[], now: number): KubeObject {
  const { metadata } = object;
  const held = finalizers.length > 0 ? { finalizers } : {};
  if (metadata.deletionTimestamp) return { ...object, metadata: { ...metadata, ...held } };
  const generation = metadata.generation ? { generation: metadata.generation + 1 } : {};
  const deletion = { deletionTimestamp: timestamp(now), deletionGracePeriodSeconds: 0 };
  return { ...object, metadata: { ...metadata, ...held, ...generation, ...deletion } };
}

function checkPreconditions({ type }: Target, { metadata }: KubeObject, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {};
  // The API server names the kind here, not the resource.
  const named = { ...type, plural: type.kind };
  if (uid && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(named, metadata.name, why);
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw conflict(named, metadata.name, why);
  }
}

/** The finalizers that the propagation policy adds or takes away. */
function finalizersAfter(finalizers: string[], { propagationPolicy, orphanDependents }: DeleteOptions): string[] {
  const policy = propagationPolicy ?? (orphanDependents ? 'Orphan' : undefined);
  if (!policy) return finalizers;
  const others = finalizers.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...others, 'orphan'];
  return policy === 'Foreground' ? [...others, 'foregroundDeletion'] : others;
}
