import type { Clock } from '../../ports/clock.ts';
import type { RecentWrites } from '../server/sessions.ts';

/** Remembers ids for as long as reads may lag behind writes. */
export function createRecentWrites(clock: Clock, lagGraceMs: number): RecentWrites {
  const times = new Map<string, number>();
  const left = (at: number) => Math.max(0, at + lagGraceMs - clock.monotonic());
  return {
    note(id) {
      times.delete(id);
      times.set(id, clock.monotonic());
      // The oldest come first.
      for (const [old, at] of times) {
        if (left(at) > 0) break;
        times.delete(old);
      }
    },
    forget: (id) => void times.delete(id),
    msLeft(id) {
      const at = times.get(id);
      return at === undefined ? 0 : left(at);
    },
  };
}
