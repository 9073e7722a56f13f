import type { Entity } from './models/entity.ts';

/** What is kept of one object. Never changed in place: a later state is another entry. */
export interface Entry {
  readonly id: string;
  readonly name: string | undefined;
  /** See digestOf: equal as long as nobody changes what the list tells of the configuration. */
  readonly digest: string;
  /** Milliseconds since the epoch, as the server says. */
  readonly updatedAt: number | undefined;
  /** The raw status word of the last list. */
  readonly status: string | undefined;
  /** The whole object; only where bodies are kept. */
  readonly entity?: Entity;
}

export interface Entries {
  readonly size: number;
  get(id: string): Entry | undefined;
  /** All that bear exactly this name. */
  byName(name: string): Entry[];
  ids(): IterableIterator<string>;
  set(entry: Entry): void;
  delete(id: string): void;
}

/** Entries by id, with an index by name that costs one reference an entry as long as names are unique. */
export function createEntries(): Entries {
  const byId = new Map<string, Entry>();
  const named = new Map<string, Entry | Entry[]>();

  const unname = ({ name, id }: Entry) => {
    if (name === undefined) return;
    const rest = asArray(named.get(name)).filter((other) => other.id !== id);
    if (rest.length === 0) named.delete(name);
    else named.set(name, rest.length === 1 ? rest[0]! : rest);
  };
  const enname = (entry: Entry) => {
    if (entry.name === undefined) return;
    const others = named.get(entry.name);
    named.set(entry.name, others === undefined ? entry : [...asArray(others), entry]);
  };

  return {
    get size() {
      return byId.size;
    },
    get: (id) => byId.get(id),
    byName: (name) => [...asArray(named.get(name))],
    ids: () => byId.keys(),
    set(entry) {
      const old = byId.get(entry.id);
      if (old) unname(old);
      byId.set(entry.id, entry);
      enname(entry);
    },
    delete(id) {
      const old = byId.get(id);
      if (!old) return;
      unname(old);
      byId.delete(id);
    },
  };
}

function asArray(entries: Entry | Entry[] | undefined): Entry[] {
  if (entries === undefined) return [];
  return Array.isArray(entries) ? entries : [entries];
}
