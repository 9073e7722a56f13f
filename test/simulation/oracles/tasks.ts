import { naturalOf } from '../kinds/job.ts';
import { referencesOf } from '../kinds/places.ts';
import type { Oracle } from './oracle.ts';

/** No task or step is added more often than the manifest names it: a table once, an object once for each resource that stands for it. */
export const tasks: Oracle = ({ setting }) => {
  const { mirror } = setting;
  const wanted = (parentId: string, natural: string): number => {
    const counts = mirror.byRemoteId(parentId).map((one) => {
      const targets = referencesOf(one).map(([kind, name]) => mirror.get(kind, one.metadata.namespace!, name));
      return targets.filter((target) => target?.status?.id === natural).length;
    });
    return Math.max(1, ...counts);
  };
  const added = new Set<string>();
  setting.onSyncWrite(({ by, changed }) => {
    for (const { before, after } of changed) {
      const known = new Set(before.children.map(({ id }) => id));
      for (const child of after.children) {
        if (known.has(child.id)) continue;
        const natural = naturalOf(child.fields);
        const twins = before.children.filter((one) => added.has(one.id) && naturalOf(one.fields) === natural);
        if (twins.length >= wanted(after.id, natural))
          setting.violate('tasks', `${by} adds ${natural} to ${after.name} a second time`);
        added.add(child.id);
      }
    }
  });
};
