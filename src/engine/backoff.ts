import type { Random } from '../ports/random.ts';

const FIRST_MS = 1_000;
const MOST_MS = 300_000;

/** How long to wait before a key is tried again. */
export interface Backoff {
  /** Milliseconds to wait after one more failure of the key: 1 s doubling to 5 min, less up to a quarter by chance. */
  next(key: string): number;
  /** Failures in a row. */
  failures(key: string): number;
  /** The key succeeded, or is gone: it starts from 1 s again. */
  reset(key: string): void;
}

export function createBackoff(random: Random): Backoff {
  const failures = new Map<string, number>();
  return {
    next(key) {
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      const ms = Math.min(MOST_MS, FIRST_MS * 2 ** before);
      // Less rather than more, so that the longest wait keeps its jitter and the limit holds.
      return Math.round(ms * (1 - random.next() / 4));
    },
    failures: (key) => failures.get(key) ?? 0,
    reset(key) {
      failures.delete(key);
    },
  };
}
