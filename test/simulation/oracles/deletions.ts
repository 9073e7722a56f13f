import { COLLECTIONS, nameOf } from '../../simulator/state.ts';
import { remoteName } from '../kinds/places.ts';
import { keyOf } from '../mirror.ts';
import type { Snap } from '../syncWrites.ts';
import { KNOWN_MS, type Oracle } from './oracle.ts';

const FINALIZER = 'sync.cdata.com/finalizer';

/** Nothing destroyed that policy keeps, and nothing kept that policy deletes: the finalizer goes when the object has gone. */
export const deletions: Oracle = (land, owners) => {
  const { setting } = land;
  const { policies, mirror, simulator } = setting;
  /** The object that a resource has made under its name, by uid, as long as it was the only one to make it. */
  const made = new Map<string, Snap>();
  setting.onSyncWrite(({ by, removed, changed, created }) => {
    for (const snap of created) {
      const [maker, ...others] = new Set(owners.makersOf(snap).map(({ metadata }) => metadata.uid));
      if (maker !== undefined && others.length === 0) made.set(maker, snap);
    }
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
  const itemOf = (id: string) =>
    Object.values(COLLECTIONS)
      .map((collection) => simulator.state[collection].get(id))
      .find((item) => item !== undefined);
  mirror.onChange((before, after) => {
    if (!before || land.restoring || !before.metadata.deletionTimestamp) return;
    const released =
      before.metadata.finalizers?.includes(FINALIZER) && !after?.metadata.finalizers?.includes(FINALIZER);
    const { status } = before;
    const deletes =
      policies.settled(before, 'deletionPolicy', ['Delete'], KNOWN_MS) &&
      policies.settled(before, 'managementPolicy', ['Enforce'], KNOWN_MS);
    if (!released || !deletes) return;
    // The reply to its create may not have come.
    const makes = status?.owned !== true && status?.pending?.intent?.verb === 'create';
    const id = status?.owned === true ? status.id : makes ? made.get(before.metadata.uid)?.id : undefined;
    const item = id === undefined ? undefined : itemOf(id);
    if (!item || (makes && (nameOf(item) !== remoteName(before) || owners.ownersOf(id).length > 0))) return;
    setting.violate('deletions', `${keyOf(before)} goes, but ${id}, which it is to delete, is still there`);
  });
};
