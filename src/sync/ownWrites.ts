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

/** What of an object lists can be compared with; its raw reply and its children would be most of its size. */
type Written = Pick<Entity, 'name' | 'updatedAt' | 'fields' | 'masked'>;

/** What a listed object says of our write to it: it shows it, or not yet, or, by its update time, something that came later. */
export type Sight = { shown: 'yes' | 'no' } | { shown: 'later'; object: Written };

export interface OwnWrites {
  /** Remembers what we wrote (an object as read back) or, with undefined, that we removed it. `at`: monotonic ms. */
  note(id: string, written: Entity | undefined, order: number, at: number): void;
  has(id: string): boolean;
  /** Compares a listed object with our write, so that the object need not be kept until its list is complete; undefined: there is none. */
  look(listed: Entity): Sight | undefined;
  /** Judges a listed object by what `look` saw, or its absence. */
  judge(id: string, listed: { sight: Sight | undefined } | undefined, list: ListCall): Verdict;
  /** Forgets writes that every list from this one on must show. */
  prune(list: ListCall): void;
}

interface Write {
  written: Written | undefined;
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
      writes.set(id, { written: written && comparable(written), order, at, confirmed: false });
    },
    has: (id) => writes.has(id),
    look(listed) {
      const write = writes.get(listed.id);
      return write && compare(write.written, listed);
    },
    judge(id, listed, list) {
      const write = writes.get(id);
      if (!write || isDue(write, list)) return 'free';
      // What was written during a list is younger than what was seen of it.
      if (list.order < write.order) return 'stale';
      const sight = listed ? listed.sight : absence(write);
      if (!sight || sight.shown === 'no') return 'stale';
      // Somebody wrote after us; a later list that shows less than this is stale too.
      if (sight.shown === 'later') write.written = sight.object;
      if (sight.shown === 'later' || write.confirmed) return 'free';
      write.confirmed = true;
      return 'confirms';
    },
    prune(list) {
      for (const [id, write] of writes) if (isDue(write, list)) writes.delete(id);
    },
  };
}

const comparable = ({ name, updatedAt, fields, masked }: Entity): Written => ({
  fields,
  masked,
  ...(name !== undefined && { name }),
  ...(updatedAt !== undefined && { updatedAt }),
});

const absence = ({ written }: Write): Sight => ({ shown: written ? 'no' : 'yes' });

function compare(written: Written | undefined, listed: Entity): Sight {
  if (!written) return { shown: 'no' };
  if (written.updatedAt !== undefined && listed.updatedAt !== undefined) {
    if (listed.updatedAt < written.updatedAt) return { shown: 'no' };
    if (listed.updatedAt > written.updatedAt) return { shown: 'later', object: comparable(listed) };
  }
  if (written.name !== undefined && listed.name !== undefined && written.name !== listed.name) return { shown: 'no' };
  for (const [path, value] of listed.fields) {
    const ours = written.fields.get(path);
    if (ours === undefined || !isSteady(path) || written.masked.has(path) || listed.masked.has(path)) continue;
    if (canonicalJson(ours) !== canonicalJson(value)) return { shown: 'no' };
  }
  return { shown: 'yes' };
}
