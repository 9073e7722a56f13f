import { fieldChanges, type Snap } from '../syncWrites.ts';
import type { Oracle } from './oracle.ts';

/** Within this time after a write the object is read back. */
const READ_BACK_MS = 5_000;
/** A server that lags may show what was there before a write for so long, by its SyncServer: `lagGrace`. */
const GRACE_MS = 60_000;

/**
 * What was edited by hand between a write of ours and the read that shows it: what is read then may be taken for the server's
 * wording of the write, or for a refusal where it is as before the write, until we write that field again. No reply tells them apart.
 */
export const hands: Oracle = ({ setting, grants, hurried }) => {
  const written = new Map<string, { at: number; before?: Snap }>();
  const doubtful = (before: Snap, after: Snap): Iterable<string> => {
    const last = written.get(after.id);
    const age = setting.clock.now() - (last?.at ?? Number.NEGATIVE_INFINITY);
    const edited = pathsBetween(before, after);
    if (age < READ_BACK_MS) return edited;
    if (age >= GRACE_MS || !last?.before || setting.simulator.dialect.lag === '0') return [];
    const otherwise = pathsBetween(last.before, after);
    return [...edited].filter((path) => !otherwise.has(path));
  };
  grants.edited = (before, after) => {
    const paths = [...doubtful(before, after)];
    if (paths.length > 0) hurried.set(after.id, new Set([...(hurried.get(after.id) ?? []), ...paths]));
  };
  setting.onSyncWrite(({ at, created, changed }) => {
    for (const { id } of created) written.set(id, { at });
    for (const { before, after } of changed) {
      const { id } = after;
      written.set(id, { at, before });
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
