import type { Kind } from '../simulator/fields.ts';
import type { Observe } from '../simulator/handler.ts';
import { COLLECTIONS, type Fields, type Item, nameOf, type State } from '../simulator/state.ts';

/** An object of Sync at one moment. */
export interface Snap {
  kind: Kind;
  id: string;
  parentId: string | undefined;
  name: string;
  fields: Fields;
  children: readonly { id: string; fields: Fields }[];
}

/** One operation of the API that changed state, and what it did: seen in Sync itself, whatever was answered. */
export interface SyncWrite {
  at: number;
  /** The process that sent it. */
  by: string;
  operation: string;
  /** The object that its URL names last, if it was there. */
  target: Snap | undefined;
  created: Snap[];
  removed: Snap[];
  changed: { before: Snap; after: Snap }[];
}

export const LIFE_HEADER = 'x-simulation-life';

/** Compares Sync before and after each operation; nothing else can happen in between. */
export function observeWrites(state: () => State, now: () => number, tell: (write: SyncWrite) => void): Observe {
  return (entry, request) => {
    const before = snapshot(state());
    const ids = entry.path.split('?')[0]!.split('/').map(decodeURIComponent);
    const target = ids.map((id) => before.get(id)).findLast((snap) => snap !== undefined);
    const { operation = '' } = entry;
    const call = { by: request.headers[LIFE_HEADER] ?? 'somebody', operation, target };
    if (operation.endsWith('.execute')) {
      // It may be held open until the run ends, while others do what they like: it is told of as soon as the run is there.
      const runs = state().runs.size;
      queueMicrotask(() => {
        if (state().runs.size > runs) tell({ ...call, at: now(), created: [], removed: [], changed: [] });
      });
      return () => {};
    }
    return () => {
      const after = snapshot(state());
      const write: SyncWrite = {
        ...call,
        at: now(),
        created: [...after.values()].filter(({ id }) => !before.has(id)),
        removed: [...before.values()].filter(({ id }) => !after.has(id)),
        changed: [...after.values()].flatMap((snap) => {
          const old = before.get(snap.id);
          return old && !same(old, snap) ? [{ before: old, after: snap }] : [];
        }),
      };
      tell(write);
    };
  };
}

/** Fields are replaced, never changed in place, so that a shallow copy keeps what was. */
function snapshot(state: State): Map<string, Snap> {
  const snaps = new Map<string, Snap>();
  for (const collection of Object.values(COLLECTIONS)) {
    for (const item of state[collection].values()) snaps.set(item.id, snapOf(item));
  }
  return snaps;
}

export function snapOf(item: Item): Snap {
  const { kind, id, parentId, fields, children } = item;
  return {
    kind,
    id,
    parentId,
    name: nameOf(item),
    fields,
    children: children.map((child) => ({ id: child.id, fields: child.fields })),
  };
}

function same(a: Snap, b: Snap): boolean {
  if (a.fields !== b.fields || a.children.length !== b.children.length) return false;
  return a.children.every((child, at) => child.id === b.children[at]!.id && child.fields === b.children[at]!.fields);
}

/** Fields that differ in meaning; a map by its keys, as `properties.Server`. */
export function fieldChanges(before: Fields, after: Fields): { path: string; from: unknown; to: unknown }[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].flatMap((path) => {
    const [from, to] = [before[path], after[path]];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    if (path !== 'properties') return [{ path, from, to }];
    return fieldChanges((from ?? {}) as Fields, (to ?? {}) as Fields).map((change) => ({
      ...change,
      path: `properties.${change.path}`,
    }));
  });
}
