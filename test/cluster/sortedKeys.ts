/** Keys in order, in chunks: adding one among 100,000 moves a few hundred entries, not all. */
export interface SortedKeys {
  readonly size: number;
  add(key: string): void;
  delete(key: string): void;
  /** Keys greater than `after`, in order. */
  after(after: string): Generator<string>;
  /** How many keys are less than or equal to `key`. */
  rank(key: string): number;
}

const FULL = 512;

export function createSortedKeys(): SortedKeys {
  const chunks: string[][] = [[]];
  let size = 0;

  /** The chunk whose range holds `key`: the last one that starts at or before it. */
  const chunkOf = (key: string): number => {
    let low = 0;
    let high = chunks.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (chunks[mid]![0]! <= key) low = mid;
      else high = mid - 1;
    }
    return low;
  };
  /** How many keys of a chunk are less than `key` (or equal, when `inclusive`). */
  const position = (chunk: string[], key: string, inclusive: boolean): number => {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      const here = chunk[mid]!;
      if (here < key || (inclusive && here === key)) low = mid + 1;
      else high = mid;
    }
    return low;
  };

  return {
    get size() {
      return size;
    },
    add(key) {
      const index = chunkOf(key);
      const chunk = chunks[index]!;
      const at = position(chunk, key, false);
      if (chunk[at] === key) return;
      chunk.splice(at, 0, key);
      size += 1;
      if (chunk.length > FULL) chunks.splice(index + 1, 0, chunk.splice(FULL / 2));
    },
    delete(key) {
      const index = chunkOf(key);
      const chunk = chunks[index]!;
      const at = position(chunk, key, false);
      if (chunk[at] !== key) return;
      chunk.splice(at, 1);
      size -= 1;
      if (chunk.length === 0 && chunks.length > 1) chunks.splice(index, 1);
    },
    *after(after) {
      let index = chunkOf(after);
      let at = position(chunks[index]!, after, true);
      for (; index < chunks.length; index += 1, at = 0) {
        for (; at < chunks[index]!.length; at += 1) yield chunks[index]![at]!;
      }
    },
    rank(key) {
      const index = chunkOf(key);
      let count = position(chunks[index]!, key, true);
      for (let i = 0; i < index; i += 1) count += chunks[i]!.length;
      return count;
    },
  };
}
