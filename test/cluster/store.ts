import type { Clock } from '../../src/ports/clock.ts';
import { createSortedKeys, type SortedKeys } from './sortedKeys.ts';
import { expired } from './status.ts';
import { type KubeObject, qualified, type ResourceType } from './types.ts';

/** One stored object at one revision. The object is never changed in place. */
export interface Entry {
  key: string;
  rv: number;
  object: KubeObject;
  /** Made when first needed. */
  json?: string;
}

export interface Change {
  rv: number;
  at: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  key: string;
  /** What it became; for DELETED what it was, at the revision of its deletion. */
  entry: Entry;
  prev?: Entry;
  /** The watch line in the stored version, made when first needed and shared by all watches. */
  line?: Uint8Array;
}

/** Everything stored of one resource. */
export interface Table {
  type: ResourceType;
  entries: Map<string, Entry>;
  keys: SortedKeys;
  history: Change[];
  /** Changes before this index of `history` are forgotten. */
  head: number;
  /** The highest forgotten revision: what asks for an older one gets 410. */
  compacted: number;
  watchers: Set<(change: Change) => void>;
}

export interface Store {
  readonly revision: number;
  table(type: ResourceType): Table;
  tables(): Iterable<Table>;
  /** Stores a new or changed object under the next revision. */
  put(type: ResourceType, object: KubeObject): Entry;
  remove(type: ResourceType, key: string): Entry;
  /** Called in order after every change, before watches see it. */
  onChange(listener: (type: ResourceType, change: Change) => void): void;
  /** Forgets the history of all resources, as a compaction of etcd does. */
  compact(): void;
}

/** As long as etcd keeps revisions by default (the API server compacts every 5 minutes). */
const KEEP_HISTORY_MS = 5 * 60_000;

export function keyOf(type: ResourceType, namespace: string | undefined, name: string): string {
  return type.namespaced ? `${namespace}/${name}` : name;
}

/** All objects by resource, with one revision counter over all, as etcd has it. */
export function createStore(clock: Clock): Store {
  const tables = new Map<string, Table>();
  const listeners: ((type: ResourceType, change: Change) => void)[] = [];
  let revision = 1;

  const tableOf = (type: ResourceType): Table => {
    const id = qualified(type);
    let table = tables.get(id);
    if (!table) {
      table = {
        type,
        entries: new Map(),
        keys: createSortedKeys(),
        history: [],
        head: 0,
        compacted: 0,
        watchers: new Set(),
      };
      tables.set(id, table);
    }
    table.type = type;
    return table;
  };

  const record = (table: Table, change: Change) => {
    table.history.push(change);
    const oldest = clock.now() - KEEP_HISTORY_MS;
    while (table.head < table.history.length - 1 && table.history[table.head]!.at < oldest) {
      table.compacted = table.history[table.head]!.rv;
      table.head += 1;
    }
    if (table.head > 1024 && table.head * 2 > table.history.length) {
      table.history = table.history.slice(table.head);
      table.head = 0;
    }
    for (const listener of listeners) listener(table.type, change);
    for (const watcher of [...table.watchers]) watcher(change);
  };

  return {
    get revision() {
      return revision;
    },
    table: tableOf,
    tables: () => tables.values(),
    put(type, object) {
      const table = tableOf(type);
      const key = keyOf(type, object.metadata.namespace, object.metadata.name);
      const prev = table.entries.get(key);
      const entry = stamp(key, object, ++revision);
      table.entries.set(key, entry);
      if (!prev) table.keys.add(key);
      const what = prev ? 'MODIFIED' : 'ADDED';
      record(table, { rv: revision, at: clock.now(), type: what, key, entry, ...(prev ? { prev } : {}) });
      return entry;
    },
    remove(type, key) {
      const table = tableOf(type);
      const prev = table.entries.get(key)!;
      table.entries.delete(key);
      table.keys.delete(key);
      const entry = stamp(key, prev.object, ++revision);
      record(table, { rv: revision, at: clock.now(), type: 'DELETED', key, entry, prev });
      return entry;
    },
    onChange: (listener) => void listeners.push(listener),
    compact() {
      for (const table of tables.values()) {
        table.history = [];
        table.head = 0;
        table.compacted = revision;
      }
    },
  };
}

function stamp(key: string, object: KubeObject, rv: number): Entry {
  const { apiVersion, kind, metadata, ...rest } = object;
  return { key, rv, object: { apiVersion, kind, metadata: { ...metadata, resourceVersion: String(rv) }, ...rest } };
}

/** The entry's JSON in the stored version. */
export function jsonOf(entry: Entry): string {
  entry.json ??= JSON.stringify(entry.object);
  return entry.json;
}

/** Changes after a revision, oldest first. @throws StatusError 410 when they are forgotten. */
export function changesSince(table: Table, rv: number): Change[] {
  if (rv < table.compacted) throw expired(`too old resource version: ${rv} (${table.compacted})`);
  let low = table.head;
  let high = table.history.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (table.history[mid]!.rv <= rv) low = mid + 1;
    else high = mid;
  }
  return table.history.slice(low);
}
