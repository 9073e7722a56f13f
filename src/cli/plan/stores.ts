import { KINDS } from '../../api/registry.ts';
import type { ResourceWriter } from '../../engine/pass.ts';
import { keyOf, type Resource } from '../../engine/resource.ts';
import { annotationOf, TOKENS } from '../../engine/tokens.ts';
import { createStore, type Store } from '../../kube/store.ts';
import type { JsonObject } from '../../ports/json.ts';
import { silentLogger } from '../../ports/logger.ts';

export type Stores = Readonly<Record<string, Store<Resource>>>;

/** Stores of all kinds that hold these objects. One-shot requests are left out: a plan is about the specs. */
export function storesOf(resources: readonly Resource[]): Stores {
  const stores = Object.fromEntries(KINDS.map(({ kind }) => [kind, createStore<Resource>(silentLogger())]));
  for (const resource of resources) put(stores, withoutRequests(resource));
  return stores;
}

/** Keeps statuses and finalizers in the stores alone. `onWrite` hears of the object before and after. */
export function memoryWriter(stores: Stores, onWrite: (before: Resource, after: Resource) => void): ResourceWriter {
  const write = async (resource: Resource, change: (now: Resource) => Partial<Resource>) => {
    const before = stores[resource.kind]!.get(keyOf(resource)) ?? resource;
    const after = { ...before, ...change(before) };
    put(stores, after);
    onWrite(before, after);
    return after;
  };
  return {
    patchStatus: (resource, patch) =>
      write(resource, ({ status }) => ({
        status: mergePatched((status ?? {}) as unknown as JsonObject, patch) as Resource['status'] & object,
      })),
    patchFinalizers: (resource, finalizers) =>
      write(resource, ({ metadata }) => ({ metadata: { ...metadata, finalizers } })),
  };
}

function put(stores: Stores, resource: Resource): void {
  stores[resource.kind]!.feed().put(resource, true);
}

function withoutRequests(resource: Resource): Resource {
  const { annotations } = resource.metadata;
  if (!annotations) return resource;
  const requests: ReadonlySet<string> = new Set(TOKENS.map(annotationOf));
  const kept = Object.fromEntries(Object.entries(annotations).filter(([name]) => !requests.has(name)));
  return { ...resource, metadata: { ...resource.metadata, annotations: kept } };
}

/** A JSON merge patch (RFC 7386), carried out. */
export function mergePatched(value: JsonObject, patch: JsonObject): JsonObject {
  const result: JsonObject = { ...value };
  for (const [key, change] of Object.entries(structuredClone(patch))) {
    if (change === null) delete result[key];
    else result[key] = isObject(change) ? mergePatched(isObject(result[key]) ? result[key] : {}, change) : change;
  }
  return result;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
