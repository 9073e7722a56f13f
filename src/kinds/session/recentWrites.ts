import type { Clock } from '../../ports/clock.ts';
import type { RecentWrites } from './sessions.ts';

/** Remembers ids for as long as reads may lag behind writes. */
export function createRecentWrites(clock: Clock, lagGraceMs: number): RecentWrites {
  const writes = new Map<string, { at: number; listed: boolean }>();
  const removals = new Map<string, number>();
  const left = ({ at }: { at: number }) => Math.max(0, at + lagGraceMs - clock.monotonic());
  return {
    note(id) {
      const listed = writes.get(id)?.listed ?? false;
      writes.delete(id);
      writes.set(id, { at: clock.monotonic(), listed });
      // The oldest come first.
      for (const [old, write] of writes) {
        if (left(write) > 0) break;
        writes.delete(old);
      }
    },
    msLeft(id) {
      const write = writes.get(id);
      return write ? left(write) : 0;
    },
    listed(id) {
      const write = writes.get(id);
      if (write) write.listed = true;
    },
    wasListed: (id) => writes.get(id)?.listed ?? false,
    forget(id) {
      writes.delete(id);
      removals.delete(id);
      removals.set(id, clock.monotonic());
      for (const [old, at] of removals) {
        if (at + lagGraceMs > clock.monotonic()) break;
        removals.delete(old);
      }
    },
    wasRemoved(id) {
      const at = removals.get(id);
      return at !== undefined && at + lagGraceMs > clock.monotonic();
    },
  };
}
