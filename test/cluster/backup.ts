import { type Backend, create, patch } from './crud.ts';
import type { Target } from './decode.ts';
import { mergePatch } from './patch/merge.ts';
import { storedAs } from './registry.ts';
import { keyOf, type Store } from './store.ts';
import type { KubeObject } from './types.ts';

/** All objects as they were, as plain data. */
export interface Backup {
  objects: KubeObject[];
}

/** Not part of a backup: they describe the cluster that runs, not what people declared. */
const LEFT_OUT = new Set(['Lease', 'Event']);

export function backupOf(store: Store): Backup {
  const tables = [...store.tables()].sort((a, b) => order(a.type.plural) - order(b.type.plural));
  const objects = tables
    .filter(({ type }) => !LEFT_OUT.has(type.kind))
    .flatMap(({ keys, entries }) => [...keys.after('')].map((key) => entries.get(key)!.object));
  return structuredClone({ objects });
}

/** CRDs come first, then namespaces, then what needs them. */
function order(plural: string): number {
  const at = ['customresourcedefinitions', 'namespaces'].indexOf(plural);
  return at < 0 ? 2 : at;
}

/**
 * Makes the objects of a backup anew, as Velero does: new uids and generations, no owner references to what was not
 * restored, and status only when asked for. Objects that exist, and those being deleted when the backup was made, are left out.
 */
export function restoreInto(
  backend: Backend,
  backup: Backup,
  { withStatus, labels = {} }: { withStatus: boolean; labels?: Record<string, string> },
): void {
  const { registry, store } = backend;
  for (const object of backup.objects) {
    const { apiVersion, kind, metadata, status, ...rest } = object;
    const type = registry.byKind(apiVersion, kind);
    if (!type || metadata.deletionTimestamp) continue;
    if (store.table(storedAs(registry, type)).entries.has(keyOf(type, metadata.namespace, metadata.name))) continue;
    const {
      uid: _uid,
      resourceVersion: _rv,
      creationTimestamp: _at,
      generation: _generation,
      ownerReferences: _owners,
      ...kept
    } = metadata;
    const version = type.versions.get(type.storageVersion)!;
    const target: Target = {
      type,
      version,
      name: metadata.name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    };
    const marked = { ...kept, ...(type.group ? { labels: { ...kept.labels, ...labels } } : {}) };
    create(backend, target, { apiVersion, kind, metadata: marked, ...rest }, {});
    if (withStatus && version.hasStatus && !type.builtin && status) {
      patch(backend, { ...target, subresource: 'status' }, (now) => mergePatch(now, { status }), {});
    }
  }
}
