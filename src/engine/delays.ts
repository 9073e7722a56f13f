/** Keys that are due later: a binary heap by due time, each key at most once. Ties come out in the order of adding. */
export interface Delays {
  /** Plans a key for `at` (milliseconds of any clock). A key that is there keeps its earlier time and its better rank. */
  put(key: string, at: number, rank: number): void;
  /** Takes a key out, if it is there. */
  drop(key: string): void;
  /** The earliest due time. */
  next(): number | undefined;
  /** Takes the earliest key out if it is due at `now`. */
  take(now: number): { key: string; rank: number } | undefined;
  readonly size: number;
  clear(): void;
}

interface Entry {
  key: string;
  at: number;
  rank: number;
  seq: number;
  index: number;
}

export function createDelays(): Delays {
  const heap: Entry[] = [];
  const byKey = new Map<string, Entry>();
  let seq = 0;

  const before = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.seq < b.seq);
  const place = (entry: Entry, index: number) => {
    heap[index] = entry;
    entry.index = index;
  };

  function rise(entry: Entry): void {
    while (entry.index > 0) {
      const parent = heap[(entry.index - 1) >> 1]!;
      if (!before(entry, parent)) return;
      const { index } = parent;
      place(parent, entry.index);
      place(entry, index);
    }
  }

  function sink(entry: Entry): void {
    for (;;) {
      const left = heap[2 * entry.index + 1];
      if (!left) return;
      const right = heap[2 * entry.index + 2];
      const child = right && before(right, left) ? right : left;
      if (!before(child, entry)) return;
      const { index } = child;
      place(child, entry.index);
      place(entry, index);
    }
  }

  function remove(entry: Entry): void {
    byKey.delete(entry.key);
    const last = heap.pop()!;
    if (last === entry) return;
    place(last, entry.index);
    rise(last);
    sink(last);
  }

  return {
    put(key, at, rank) {
      const known = byKey.get(key);
      if (known) {
        known.rank = Math.min(known.rank, rank);
        if (at >= known.at) return;
        known.at = at;
        return rise(known);
      }
      const entry: Entry = { key, at, rank, seq: ++seq, index: heap.length };
      heap.push(entry);
      byKey.set(key, entry);
      rise(entry);
    },
    drop(key) {
      const entry = byKey.get(key);
      if (entry) remove(entry);
    },
    next: () => heap[0]?.at,
    take(now) {
      const first = heap[0];
      if (!first || first.at > now) return undefined;
      remove(first);
      return { key: first.key, rank: first.rank };
    },
    get size() {
      return heap.length;
    },
    clear() {
      heap.length = 0;
      byKey.clear();
    },
  };
}
