import { fieldChanges, type Snap } from '../syncWrites.ts';
import type { Oracle } from './oracle.ts';

/** Within this time after a write the object is read back. */
const READ_BACK_MS = 5_000;

/**
 * What was edited by hand between a write of ours and the read that follows it: what the read shows may be taken for the server's
 * wording of the write, until we write that field again. No reply tells the two apart.
 */
export const hands: Oracle = ({ setting, grants, hurried }) => {
  const written = new Map<string, number>();
  grants.edited = (before, after) => {
    const { id } = after;
    if (setting.clock.now() - (written.get(id) ?? Number.NEGATIVE_INFINITY) >= READ_BACK_MS) return;
    hurried.set(id, new Set([...(hurried.get(id) ?? []), ...pathsBetween(before, after)]));
  };
  setting.onSyncWrite(({ at, created, changed }) => {
    for (const { id } of created) written.set(id, at);
    for (const { before, after } of changed) {
      const { id } = after;
      written.set(id, at);
      const again = pathsBetween(before, after);
      const left = [...(hurried.get(id) ?? [])].filter((path) => !again.has(path));
      if (left.length > 0) hurried.set(id, new Set(left));
      else hurried.delete(id);
    }
  });
};

/** Fields that differ, of the object and of its children, and which of these there are. */
function pathsBetween(before: Snap, after: Snap): Set<string> {
  const idsOf = ({ children }: Snap) => children.map(({ id }) => id).join();
  const old = new Map(before.children.map((child) => [child.id, child.fields]));
  const inside = after.children.flatMap(({ id, fields }) =>
    fieldChanges(old.get(id) ?? {}, fields).map(({ path }) => `${id} ${path}`),
  );
  const lists = idsOf(before) === idsOf(after) ? [] : ['children'];
  return new Set([...fieldChanges(before.fields, after.fields).map(({ path }) => path), ...inside, ...lists]);
}
