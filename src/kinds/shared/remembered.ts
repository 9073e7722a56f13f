import type { Resource } from '../../engine/resource.ts';
import type { KindContext } from '../context.ts';
import { ownerOf } from './values.ts';

/** What a kind remembers of one resource between passes; losing it costs a read or a test. */
export interface Remembered {
  /** Ends the readings of its remote object in turn. */
  unfollow?: () => void;
}

/** Memories by resource, each made at the first question and forgotten, with what it follows, when the resource is gone. */
export function createMemory<T extends Remembered>(
  { stores, values }: KindContext,
  kind: string,
  make: () => T,
): (resource: Resource) => T {
  const memories = new Map<string, T>();
  stores[kind]?.subscribe(({ before, after }) => {
    if (!before || before.metadata.uid === after?.metadata.uid) return;
    values.watch(ownerOf(before), []);
    const id = before.status?.id;
    // Another resource may have taken the object over.
    const taken = id !== undefined && stores[kind]!.byIndex('remoteId', id).length > 0;
    if (!taken) memories.get(before.metadata.uid)?.unfollow?.();
    memories.delete(before.metadata.uid);
  });
  return ({ metadata: { uid } }) => {
    let memory = memories.get(uid);
    if (!memory) {
      memory = make();
      memories.set(uid, memory);
    }
    return memory;
  };
}
