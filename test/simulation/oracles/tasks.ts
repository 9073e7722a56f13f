import { naturalOf } from '../kinds/job.ts';
import type { Oracle } from './oracle.ts';

/** No task of a list is added twice: the manifests of the simulation name each table once. */
export const tasks: Oracle = ({ setting }) => {
  const added = new Set<string>();
  setting.onSyncWrite(({ by, changed }) => {
    for (const { before, after } of changed) {
      const known = new Set(before.children.map(({ id }) => id));
      for (const child of after.children) {
        if (known.has(child.id)) continue;
        const natural = naturalOf(child.fields);
        const twin = before.children.find((one) => added.has(one.id) && naturalOf(one.fields) === natural);
        if (twin) setting.violate('tasks', `${by} adds ${natural} to ${after.name} a second time`);
        added.add(child.id);
      }
    }
  });
};
