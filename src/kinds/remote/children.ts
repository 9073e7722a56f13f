import type { RemoteChildren } from '../../engine/remote.ts';
import type { ChildrenApi } from '../../sync/apis/children.ts';
import { SyncError } from '../../sync/errors.ts';
import type { Entity } from '../../sync/models/entity.ts';
import type { RecentWrites } from '../session/sessions.ts';
import type { Calls } from './calls.ts';
import { baseOf, type Renames, toModel } from './convert.ts';

const LANE = { lane: 'user' } as const;

/** Ordered children of an object, written one call at a time. */
export function createRemoteChildren(
  api: ChildrenApi,
  calls: Calls,
  renames: Renames,
  writes: RecentWrites,
): RemoteChildren {
  const below = (parentId: string) => ({ ...LANE, known: () => calls.exists(parentId) });
  const at = (parentId: string, childId: string) => ({
    ...LANE,
    // The list may lag behind what was added a moment ago: it is there, but a 404 says nothing yet.
    known: async () => (await isThere(api, parentId, childId)) || (writes.msLeft(childId) > 0 ? undefined : false),
  });
  /** A list may leave fields out, which a PUT would clear. Undefined where the server cannot read a single one. */
  async function inFull(parentId: string, childId: string): Promise<Entity | undefined> {
    try {
      return await api.get?.(parentId, childId, at(parentId, childId));
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      const { outcome } = error;
      if (outcome.kind === 'unsupported' || (outcome.kind === 'http' && outcome.status === 404)) return undefined;
      return calls.run(Promise.reject(error));
    }
  }
  return {
    async add(parentId, fields, position) {
      const made = await calls.write(parentId, () =>
        api.add(parentId, toModel(fields, renames), position, below(parentId)),
      );
      if (made.id === undefined) return {};
      writes.note(made.id);
      return { id: made.id };
    },
    async update(parentId, base, changes) {
      const full = (await inFull(parentId, base.id)) ?? baseOf(base, false);
      await calls.write(parentId, () => api.update(parentId, full, toModel(changes, renames), at(parentId, base.id)));
    },
    move: (parentId, child, position) =>
      calls.write(parentId, () => api.move(parentId, child.id, position, at(parentId, child.id))),
    delete: (parentId, childId) => calls.write(parentId, () => api.delete(parentId, childId, at(parentId, childId))),
  };
}

async function isThere(api: ChildrenApi, parentId: string, childId: string): Promise<boolean> {
  try {
    return (await api.list(parentId, LANE)).some(({ id }) => id === childId);
  } catch {
    return false;
  }
}
