/** Ids in the order of a number; equal numbers in the order in which they came. */
export interface DueQueue {
  readonly size: number;
  /** Adds an id or moves it. */
  set(id: string, key: number): void;
  delete(id: string): void;
  /** The first, without taking it. */
  peek(): { id: string; key: number } | undefined;
}

interface Item {
  id: string;
  key: number;
  seq: number;
}

/** A binary heap in which moved and deleted items stay behind until they reach the top, or outnumber the others. */
export function createDueQueue(): DueQueue {
  const current = new Map<string, Item>();
  let heap: Item[] = [];
  let seq = 0;

  const isLess = (a: Item, b: Item) => a.key < b.key || (a.key === b.key && a.seq < b.seq);

  function push(item: Item): void {
    let i = heap.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isLess(item, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = item;
  }

  function pop(): void {
    const item = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && isLess(heap[child + 1]!, heap[child]!)) child++;
      if (!isLess(heap[child]!, item)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = item;
  }

  return {
    get size() {
      return current.size;
    },
    set(id, key) {
      if (current.get(id)?.key === key) return;
      const item = { id, key, seq: ++seq };
      current.set(id, item);
      if (heap.length > 2 * current.size + 16) {
        heap = [...current.values()].sort((a, b) => (isLess(a, b) ? -1 : 1));
      } else push(item);
    },
    delete: (id) => void current.delete(id),
    peek() {
      while (heap.length > 0 && current.get(heap[0]!.id) !== heap[0]) pop();
      return heap[0];
    },
  };
}
