import type { Clock } from '../ports/clock.ts';

/** How many events each object may still have: 25 at once, then one in five minutes, as client-go's spam filter has it. */
export interface EventBudget {
  take(key: string): boolean;
}

const BURST = 25;
const REFILL_MS = 300_000;
const KEYS_MOST = 4_096;

export function createEventBudget(clock: Clock): EventBudget {
  /** Least lately used first. */
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(key) {
      const now = clock.monotonic();
      const before = buckets.get(key) ?? { left: BURST, at: now };
      const left = Math.min(BURST, before.left + (now - before.at) / REFILL_MS);
      const allowed = left >= 1;
      buckets.delete(key);
      buckets.set(key, { left: allowed ? left - 1 : left, at: now });
      if (buckets.size > KEYS_MOST) buckets.delete(buckets.keys().next().value!);
      return allowed;
    },
  };
}
