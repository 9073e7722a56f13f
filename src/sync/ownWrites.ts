import { canonicalJson, isSteady } from './digest.ts';
import type { Entity } from './models/entity.ts';

/** One list call, as far as its order to our writes goes. */
export interface ListCall {
  /** Its place in the order of list starts and own writes. */
  order: number;
  /** When it began, on the monotonic clock. */
  startedAt: number;
}

/**
 * What a list's word about an object is worth after our own writes.
 * free: take it. confirms: the first to show our write. stale: it does not show it yet.
 */
export type Verdict = 'free' | 'confirms' | 'stale';

export interface OwnWrites {
  /** Remembers what we wrote (an object as read back) or, with undefined, that we removed it. `at`: monotonic ms. */
  note(id: string, written: Entity | undefined, order: number, at: number): void;
  /** Judges a listed object, or, with undefined, its absence. */
  judge(id: string, listed: Entity | undefined, list: ListCall): Verdict;
  /** Forgets writes that every list from this one on must show. */
  prune(list: ListCall): void;
}

interface Write {
  written: Entity | undefined;
  order: number;
  at: number;
  confirmed: boolean;
}

/**
 * Our own writes, each kept until lists must show it. A server may answer lists from a replica that lags, so every list is judged
 * on its own: it counts when it began after the write and shows it, or began more than `lagGraceMs` after it.
 */
export function createOwnWrites(lagGraceMs: number): OwnWrites {
  const writes = new Map<string, Write>();
  const isDue = (write: Write, list: ListCall) => list.order > write.order && list.startedAt - write.at >= lagGraceMs;

  return {
    note(id, written, order, at) {
      writes.set(id, { written, order, at, confirmed: false });
    },
    judge(id, listed, list) {
      const write = writes.get(id);
      if (!write || isDue(write, list)) return 'free';
      if (list.order < write.order) return 'stale';
      const shown = compare(write.written, listed);
      if (shown === 'no') return 'stale';
      // Somebody wrote after us; a later list that shows less than this is stale too.
      if (shown === 'later') write.written = listed;
      if (shown === 'later' || write.confirmed) return 'free';
      write.confirmed = true;
      return 'confirms';
    },
    prune(list) {
      for (const [id, write] of writes) if (isDue(write, list)) writes.delete(id);
    },
  };
}

/** Whether a list shows what was written, or, by its update time, something that came later. */
function compare(written: Entity | undefined, listed: Entity | undefined): 'yes' | 'no' | 'later' {
  if (!written || !listed) return written === listed ? 'yes' : 'no';
  if (written.updatedAt !== undefined && listed.updatedAt !== undefined) {
    if (listed.updatedAt < written.updatedAt) return 'no';
    if (listed.updatedAt > written.updatedAt) return 'later';
  }
  if (written.name !== undefined && listed.name !== undefined && written.name !== listed.name) return 'no';
  for (const [path, value] of listed.fields) {
    const ours = written.fields.get(path);
    if (ours === undefined || !isSteady(path) || written.masked.has(path) || listed.masked.has(path)) continue;
    if (canonicalJson(ours) !== canonicalJson(value)) return 'no';
  }
  return 'yes';
}
