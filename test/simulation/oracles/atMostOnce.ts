import { itemsOf, nameOf } from '../../simulator/state.ts';
import type { Snap } from '../syncWrites.ts';
import { createTold } from '../told.ts';
import { KNOWN_MS, type Oracle } from './oracle.ts';

/** At most one remote object a resource, none twice after a restore, and none without an intent. */
export const atMostOnce: Oracle = ({ setting, lacking }, owners) => {
  const made = new Set<string>();
  const told = createTold(setting);
  const start = setting.installations.since;
  const twins = (snap: Snap) =>
    [...itemsOf(setting.simulator.state, snap.kind).values()].filter(
      (item) => item.id !== snap.id && item.parentId === snap.parentId && nameOf(item) === snap.name,
    );
  setting.onSyncWrite(({ at, by, created }) => {
    for (const snap of created) {
      const what = `${by} makes ${snap.kind} ${snap.name} (${snap.id})`;
      const uids = new Set(owners.makersOf(snap).map(({ metadata }) => metadata.uid));
      if (uids.size === 0) setting.violate('atMostOnce', `${what}, which no resource has written down before`);
      made.add(snap.id);
      // What was on its way as another installation took the place of the one that it is for.
      const { identity, since } = setting.installations;
      if (since !== start && told.of(by)?.identity !== identity) continue;
      const ours = twins(snap).filter(({ id }) => made.has(id));
      const wanters = new Set(owners.wantersOf(snap).map(({ metadata }) => metadata.uid));
      if (ours.length + 1 > wanters.size) {
        setting.violate('atMostOnce', `${what}, but has made ${ours.map(({ id }) => id)} for the same`);
      }
      // Whoever made it: what has been there for long is seen, and adopted or left alone.
      const old = twins(snap).filter(
        ({ id, updatedAt }) => at - updatedAt > KNOWN_MS && !((lacking.get(id) ?? 0) > at - 60_000),
      );
      if (old.length > 0)
        setting.violate('atMostOnce', `${what}, but ${old.map(({ id }) => id)} was there long before`);
    }
  });
};
