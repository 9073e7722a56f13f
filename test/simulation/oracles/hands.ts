import type { Oracle } from './oracle.ts';

/** Within this time after a write the object is read back. */
const READ_BACK_MS = 5_000;

/**
 * Whose object was edited by hand between a write of ours and the read that follows it: what the read shows may be taken for the
 * server's wording of the write, until the next one. No reply tells the two apart.
 */
export const hands: Oracle = ({ setting, grants, hurried }) => {
  const written = new Map<string, number>();
  grants.edited = (id) => {
    if (setting.clock.now() - (written.get(id) ?? Number.NEGATIVE_INFINITY) < READ_BACK_MS) hurried.add(id);
  };
  setting.onSyncWrite(({ at, created, changed }) => {
    for (const { id } of [...created, ...changed.map(({ after }) => after)]) {
      written.set(id, at);
      hurried.delete(id);
    }
  });
};
