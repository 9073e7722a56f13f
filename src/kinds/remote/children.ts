import type { RemoteChildren } from '../../engine/remote.ts';
import type { ChildrenApi } from '../../sync/apis/children.ts';
import type { Calls } from './calls.ts';
import { baseOf, type Renames, toModel } from './convert.ts';

const LANE = { lane: 'user' } as const;

/** Ordered children of an object, written one call at a time. */
export function createRemoteChildren(api: ChildrenApi, calls: Calls, renames: Renames): RemoteChildren {
  const below = (parentId: string) => ({ ...LANE, known: () => calls.exists(parentId) });
  const at = (parentId: string, childId: string) => ({ ...LANE, known: () => isThere(api, parentId, childId) });
  return {
    async add(parentId, fields, position) {
      const made = await calls.write(parentId, () =>
        api.add(parentId, toModel(fields, renames), position, below(parentId)),
      );
      return made.id === undefined ? {} : { id: made.id };
    },
    update: (parentId, base, changes) =>
      calls.write(parentId, () => {
        return api.update(parentId, baseOf(base, false), toModel(changes, renames), at(parentId, base.id));
      }),
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
