import type { Json } from '../ports/json.ts';
import type { Verdict } from './conditions.ts';
import type { IntentMemory } from './intentAge.ts';
import type { Accepted } from './resource.ts';

/** What the reconciler remembers of one object between passes. Losing it costs a read or a wait, never a wrong write. */
export interface Memory extends IntentMemory {
  /** Of the object's present life. */
  uid?: string;
  /** The generation of the spec whose size was found good. */
  sizedGeneration?: number;
  /** Digest of the list entry at the last deep read. */
  seenDigest?: string;
  /** When that read was, ms since the epoch. */
  deepReadAt?: number;
  /** When a pass was first asked for an object that has no id yet: a list must be younger before something is created. */
  lookedForSince?: number;
  /** Since when it waits for one reason; a wait turns into Stalled by its age. */
  waiting?: { reason: string; since: number };
  /** The last write and what it wanted, until a read shows it. */
  write?: Write;
  /** Path, or id of a child → what a read that came late showed in place of what was written: whose doing, only a repetition tells. */
  doubted?: Map<string, Accepted>;
  /** When drift was corrected, within the last hour. */
  corrections: number[];
  /** A deep read is due: the turn has come, or somebody asked. */
  deepDue: boolean;
  /** What was refused or came to nothing, as a digest of what was wanted; not sent again for an hour or until it differs. */
  refused?: { digest: string; at: number; reason: string; message: string };
  /** When this resource last wrote to the server, for reads that lag. */
  wroteAt?: number;
  /** When the remote object was deleted, ms since the epoch. */
  deletedAt?: number;
  /** Since when reads of it fail, ms since the epoch. */
  unseenSince?: number;
  /** What was refused because of a run that goes on: tried again when that has ended, or after an hour. */
  busy?: { at: number; verdict: Verdict };
  /** How often in a row a write that may not be repeated blindly got no clear reply. */
  unclear?: number;
}

export interface Write {
  at: number;
  /** When the object was last read since, and did not show it. */
  seenAt?: number;
  /** Nobody could look for so long that somebody may have put back what was there before. */
  blind?: boolean;
  /** The object is known by its name alone: somebody else may have made it. */
  byName?: boolean;
  fields: Map<string, WrittenField>;
  /** Child id → the hash of what was wanted and of what was shown before (absent for an add). */
  children: Map<string, { want: string; before?: string }>;
  /** The object's update time before the write. */
  updatedAt?: number;
}

export interface WrittenField {
  /** The hash of what was wanted. */
  want: string;
  /** What the server showed before the write. */
  before: Json | undefined;
  /** The object was made with it: whatever shows is what the server made of it. */
  made?: true;
}

export interface Memories {
  of(key: string): Memory;
  forget(key: string): void;
}

export function createMemories(): Memories {
  const memories = new Map<string, Memory>();
  return {
    of(key) {
      let memory = memories.get(key);
      if (!memory) {
        memory = { corrections: [], deepDue: false };
        memories.set(key, memory);
      }
      return memory;
    },
    forget: (key) => memories.delete(key),
  };
}

const HOUR = 3_600_000;

/** Drift corrected and returned three times in an hour: stop and say so. */
export function isContended(memory: Memory, now: number): boolean {
  memory.corrections = memory.corrections.filter((at) => now - at < HOUR);
  return memory.corrections.length >= 3;
}

/** How long it has waited for `reason`; another reason starts anew. Milliseconds. */
export function waitedFor(memory: Memory, reason: string, now: number): number {
  if (memory.waiting?.reason !== reason) memory.waiting = { reason, since: now };
  return now - memory.waiting.since;
}
