import type { Logger } from '../ports/logger.ts';
import { createCompact } from './compact.ts';
import { createIndexes } from './indexes.ts';
import { type KubeObject, objectKey } from './objects.ts';
import { isOlder } from './versions.ts';

/** What is known of all objects of one type, keyed `namespace/name`, each made smaller as it is taken in. They are shared: nobody changes them. */
export interface Store<T extends KubeObject> {
  get(key: string): T | undefined;
  list(): T[];
  readonly size: number;
  /** The objects for which the index function gave `value`. Throws when there is no such index. */
  byIndex(name: string, value: string): T[];
  /** Adds an index; objects that are already there are indexed, too. The function must depend on the object alone. */
  addIndex(name: string, fn: (object: T) => readonly string[]): void;
  /**
   * Takes in the reply to a write of our own, ahead of the watch. Ignored (false) when the store already knows a newer version, or
   * knows that the object is gone: a late reply must not bring it back.
   */
  upsert(object: T): boolean;
  /** Called after every change. A handler that throws is logged, and the others are called all the same. */
  subscribe(handler: (change: Change<T>) => void): () => void;
  /** Where a reflector puts what it sees of one namespace, or of all. */
  feed(namespace?: string): Feed<T>;
}

export interface Change<T> {
  key: string;
  before?: T;
  after?: T;
}

/** The authoritative side of a store. */
export interface Feed<T extends KubeObject> {
  /** An object as a list or a watch shows it. Older than what is known: ignored, unless `always`. */
  put(object: T, always?: boolean): void;
  /** A DELETED event. Ignored when a newer object has taken the name. */
  drop(object: T): void;
  /** A complete list at `version` had exactly these keys: others go, unless they are newer than the list. `always`: whatever their version. */
  retain(keys: ReadonlySet<string>, version: string | undefined, always?: boolean): void;
  /** Everything up to this version has been seen. */
  progress(version: string | undefined): void;
  /** The newest version seen so far, replies to our own writes included. */
  newest(): string | undefined;
}

export function createStore<T extends KubeObject>(logger: Logger): Store<T> {
  const objects = new Map<string, T>();
  const indexes = createIndexes<T>();
  const compact = createCompact();
  const handlers = new Set<(change: Change<T>) => void>();
  /** Namespace (or undefined for all) → the version up to which its reflector has seen everything. */
  const seen = new Map<string | undefined, string | undefined>();
  let newest: string | undefined;

  function raise(version: string | undefined): void {
    if (version !== undefined && !isOlder(version, newest)) newest = version;
  }

  function change(key: string, before: T | undefined, after: T | undefined): void {
    if (after) objects.set(key, after);
    else objects.delete(key);
    indexes.update(key, before, after);
    for (const handler of handlers) {
      try {
        handler({ key, ...(before ? { before } : {}), ...(after ? { after } : {}) });
      } catch (error) {
        logger.error({ err: error, key }, 'A handler of an object change failed');
      }
    }
  }

  function put(object: T, always: boolean): boolean {
    const key = objectKey(object.metadata);
    const before = objects.get(key);
    if (before && !always && !replaces(object, before)) return false;
    change(key, before, compact(object));
    return true;
  }

  return {
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    get size() {
      return objects.size;
    },
    byIndex: (name, value) => indexes.keys(name, value).map((key) => objects.get(key)!),
    addIndex: (name, fn) => indexes.add(name, fn, objects),
    upsert(object) {
      const { namespace, resourceVersion } = object.metadata;
      // Whether it is taken or not, the server was that far.
      raise(resourceVersion);
      if (!objects.has(objectKey(object.metadata))) {
        const upTo = seen.get(namespace) ?? seen.get(undefined);
        if (upTo !== undefined && !isOlder(upTo, resourceVersion)) return false;
      }
      return put(object, false);
    },
    subscribe(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    feed(namespace) {
      return {
        put: (object, always = false) => void put(object, always),
        drop(object) {
          const key = objectKey(object.metadata);
          const before = objects.get(key);
          if (!before) return;
          const another = before.metadata.uid !== object.metadata.uid;
          if (another && isOlder(object.metadata.resourceVersion, before.metadata.resourceVersion)) return;
          change(key, before, undefined);
        },
        retain(keys, version, always = false) {
          for (const [key, object] of [...objects]) {
            if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
            if (keys.has(key) || (!always && isOlder(version, object.metadata.resourceVersion))) continue;
            change(key, object, undefined);
          }
          if (always) newest = version;
        },
        progress(version) {
          seen.set(namespace, version);
          raise(version);
        },
        newest: () => newest,
      };
    },
  };
}

/** The same version again is no change; an older one of whatever object is stale; what cannot be compared is taken. */
function replaces(object: KubeObject, before: KubeObject): boolean {
  const { uid, resourceVersion } = object.metadata;
  if (
    uid === before.metadata.uid &&
    resourceVersion !== undefined &&
    resourceVersion === before.metadata.resourceVersion
  ) {
    return false;
  }
  return !isOlder(resourceVersion, before.metadata.resourceVersion);
}
