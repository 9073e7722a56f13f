import { COLLECTIONS } from '../../simulator/state.ts';
import { keyOf } from '../mirror.ts';
import { KNOWN_MS, type Oracle } from './oracle.ts';

const FINALIZER = 'sync.cdata.com/finalizer';

/** Nothing destroyed that policy keeps, and nothing kept that policy deletes: the finalizer goes when the object has gone. */
export const deletions: Oracle = (land, owners) => {
  const { setting } = land;
  const { policies, mirror, simulator } = setting;
  setting.onSyncWrite(({ by, removed, changed }) => {
    for (const snap of removed) {
      const resources = [...owners.ownersOf(snap.id), ...owners.givenUpBy(snap)];
      const may = resources.some(
        (one) => one.metadata.deletionTimestamp && !policies.settled(one, 'deletionPolicy', ['Retain'], KNOWN_MS),
      );
      if (!may)
        setting.violate('deletions', `${by} deletes ${snap.kind} ${snap.name} (${snap.id}), which is to be kept`);
    }
    for (const { before, after } of changed) {
      const left = new Set(after.children.map(({ id }) => id));
      if (before.children.every(({ id }) => left.has(id))) continue;
      const resources = owners.ownersOf(after.id);
      if (
        resources.length > 0 &&
        resources.every((one) => policies.settled(one, 'tasksPolicy', ['AtLeast'], KNOWN_MS))
      ) {
        setting.violate('deletions', `${by} removes a task of ${after.name}, whose tasksPolicy is AtLeast`);
      }
    }
  });
  mirror.onChange((before, after) => {
    if (!before || land.restoring || !before.metadata.deletionTimestamp) return;
    const released =
      before.metadata.finalizers?.includes(FINALIZER) && !after?.metadata.finalizers?.includes(FINALIZER);
    const { status } = before;
    const deletes =
      policies.settled(before, 'deletionPolicy', ['Delete'], KNOWN_MS) &&
      policies.settled(before, 'managementPolicy', ['Enforce'], KNOWN_MS);
    if (!released || status?.owned !== true || !deletes) return;
    const isThere = Object.values(COLLECTIONS).some((collection) => simulator.state[collection].has(status.id));
    if (isThere)
      setting.violate('deletions', `${keyOf(before)} goes, but ${status.id}, which it is to delete, is still there`);
  });
};
