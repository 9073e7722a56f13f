import type { Collection } from '../../sync/snapshot.ts';
import type { RecentWrites } from './sessions.ts';

/**
 * Whether a list that begins now shows the object: only then may a 404 that comes later mean that the server lacks a route (design
 * §6). Never rejects. What we wrote a moment ago stands in the picture although lists may not show it yet.
 */
export async function isListed(collection: Collection, id: string, writes: RecentWrites): Promise<boolean> {
  try {
    await collection.refresh();
  } catch {
    return false;
  }
  if (collection.get(id) === undefined || collection.suspicious?.ids.has(id)) return false;
  return writes.msLeft(id) === 0 || writes.wasListed(id);
}
