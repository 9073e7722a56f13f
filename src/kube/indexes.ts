/** Secondary keys over keyed objects: index name → value → keys, in the order in which they were added. */
export interface Indexes<T> {
  add(name: string, fn: (object: T) => readonly string[], objects: ReadonlyMap<string, T>): void;
  keys(name: string, value: string): string[];
  update(key: string, before: T | undefined, after: T | undefined): void;
}

interface Index<T> {
  fn: (object: T) => readonly string[];
  keys: Keys;
}

/** Nearly every value is that of one object: a set for each would cost more than the rest of the index. */
type Keys = Map<string, string | Set<string>>;

export function createIndexes<T>(): Indexes<T> {
  const indexes = new Map<string, Index<T>>();

  function update({ fn, keys }: Index<T>, key: string, before: T | undefined, after: T | undefined): void {
    const old = before === undefined ? [] : fn(before);
    const now = after === undefined ? [] : fn(after);
    for (const value of old) {
      if (now.includes(value)) continue;
      remove(keys, value, key);
    }
    for (const value of now) {
      add(keys, value, key);
    }
  }

  return {
    add(name, fn, objects) {
      if (indexes.has(name)) throw new Error(`index ${name} is already there`);
      const index: Index<T> = { fn, keys: new Map() };
      indexes.set(name, index);
      for (const [key, object] of objects) update(index, key, undefined, object);
    },
    keys(name, value) {
      const index = indexes.get(name);
      if (!index) throw new Error(`there is no index ${name}`);
      const found = index.keys.get(value);
      return typeof found === 'string' ? [found] : [...(found ?? [])];
    },
    update(key, before, after) {
      for (const index of indexes.values()) update(index, key, before, after);
    },
  };
}

function add(keys: Keys, value: string, key: string): void {
  const found = keys.get(value);
  if (found === undefined) keys.set(value, key);
  else if (typeof found !== 'string') found.add(key);
  else if (found !== key) keys.set(value, new Set([found, key]));
}

function remove(keys: Keys, value: string, key: string): void {
  const found = keys.get(value);
  if (found === key) keys.delete(value);
  else if (typeof found === 'object' && found.delete(key) && found.size === 0) keys.delete(value);
}
