import type { Clock } from '../../src/ports/clock.ts';

export interface VirtualClock extends Clock {
  /** Runs timers due within `ms`, in order of time then of creation, draining all microtasks around each. */
  advance(ms: number): Promise<void>;
  /** Lets everything that is ready now run, without advancing time. */
  settle(): Promise<void>;
  /** Advances timer by timer until `done()` holds; throws after `limitMs` of virtual time. */
  until(done: () => boolean, limitMs: number, what?: string): Promise<void>;
}

interface Timer {
  at: number;
  seq: number;
  fn: () => void;
}

// An immediate runs only after every microtask, and after microtasks that those make.
const immediate = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * A clock that moves only when told to. `start` is wall time in ms; the monotonic clock starts at 0. `settle` resolves when all that
 * can happen at one moment has happened.
 */
export function createVirtualClock(start = Date.UTC(2026, 0, 1), settle = immediate): VirtualClock {
  const heap: Timer[] = [];
  const cancelled = new Set<number>();
  let now = start;
  let seq = 0;

  const less = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.seq < b.seq);
  const push = (timer: Timer) => {
    heap.push(timer);
    let i = heap.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!less(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  };
  const pop = (): Timer => {
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      let i = 0;
      for (;;) {
        const left = 2 * i + 1;
        let small = i;
        if (left < heap.length && less(heap[left]!, heap[small]!)) small = left;
        if (left + 1 < heap.length && less(heap[left + 1]!, heap[small]!)) small = left + 1;
        if (small === i) break;
        [heap[i], heap[small]] = [heap[small]!, heap[i]!];
        i = small;
      }
    }
    return top;
  };
  const peek = (): Timer | undefined => {
    while (heap.length > 0 && cancelled.delete(heap[0]!.seq)) pop();
    return heap[0];
  };
  const step = async (until: number): Promise<boolean> => {
    const next = peek();
    if (!next || next.at > until) return false;
    pop();
    now = Math.max(now, next.at);
    next.fn();
    await settle();
    return true;
  };

  return {
    now: () => now,
    monotonic: () => now - start,
    after(ms, fn) {
      const id = ++seq;
      let live = true;
      push({
        at: now + Math.max(0, ms),
        seq: id,
        fn: () => {
          live = false;
          fn();
        },
      });
      return () => {
        if (live) cancelled.add(id);
        live = false;
      };
    },
    settle,
    async advance(ms) {
      const end = now + ms;
      await settle();
      while (await step(end));
      now = end;
    },
    async until(done, limitMs, what = 'the condition') {
      const end = now + limitMs;
      await settle();
      while (!done()) {
        if (!(await step(end))) throw new Error(`${what} did not hold within ${limitMs / 1000} virtual seconds`);
      }
    },
  };
}
