import type { Collection } from '../../sync/snapshot.ts';
import type { RecentWrites } from '../server/sessions.ts';

/**
 * Whether a list that begins now shows the object: only then may a 404 mean that the server lacks a route (design §6). Never
 * rejects. False for what we wrote a moment ago: it stands in the picture although lists may not show it yet.
 */
export async function isListed(collection: Collection, id: string, writes: RecentWrites): Promise<boolean> {
  if (writes.msLeft(id) > 0) return false;
  try {
    await collection.refresh();
  } catch {
    return false;
  }
  return collection.get(id) !== undefined && !collection.suspicious?.ids.has(id);
}
