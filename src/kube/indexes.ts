/** Secondary keys over keyed objects: index name → value → keys, in the order in which they were added. */
export interface Indexes<T> {
  add(name: string, fn: (object: T) => readonly string[], objects: ReadonlyMap<string, T>): void;
  keys(name: string, value: string): string[];
  update(key: string, before: T | undefined, after: T | undefined): void;
}

interface Index<T> {
  fn: (object: T) => readonly string[];
  keys: Map<string, Set<string>>;
}

export function createIndexes<T>(): Indexes<T> {
  const indexes = new Map<string, Index<T>>();

  function update({ fn, keys }: Index<T>, key: string, before: T | undefined, after: T | undefined): void {
    const old = before === undefined ? [] : fn(before);
    const now = after === undefined ? [] : fn(after);
    for (const value of old) {
      if (now.includes(value)) continue;
      const set = keys.get(value);
      set?.delete(key);
      if (set?.size === 0) keys.delete(value);
    }
    for (const value of now) {
      const set = keys.get(value);
      if (set) set.add(key);
      else keys.set(value, new Set([key]));
    }
  }

  return {
    add(name, fn, objects) {
      if (indexes.has(name)) throw new Error(`index ${name} is already there`);
      const index = { fn, keys: new Map<string, Set<string>>() };
      indexes.set(name, index);
      for (const [key, object] of objects) update(index, key, undefined, object);
    },
    keys(name, value) {
      const index = indexes.get(name);
      if (!index) throw new Error(`there is no index ${name}`);
      return [...(index.keys.get(value) ?? [])];
    },
    update(key, before, after) {
      for (const index of indexes.values()) update(index, key, before, after);
    },
  };
}
