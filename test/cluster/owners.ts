import type { Store } from './store.ts';
import type { ResourceType } from './types.ts';

export interface Place {
  type: ResourceType;
  key: string;
}

/** Which objects live, and which name others as their owners. */
export interface Owners {
  lives(uid: string): boolean;
  /** Whether anything names this uid as its owner, or did when it went away itself. */
  has(uid: string): boolean;
  dependents(uid: string): Place[];
  /** Owners that wait, in foreground deletion, for a dependent that is gone now. */
  waitingFor(uid: string): Place[];
}

export function trackOwners(store: Store): Owners {
  const living = new Map<string, Place>();
  const byOwner = new Map<string, Map<string, Place>>();
  /** Owners of what was deleted, until looked at. */
  const ownersOfGone = new Map<string, string[]>();

  store.onChange((type, { type: what, key, entry, prev }) => {
    const { uid, ownerReferences = [] } = entry.object.metadata;
    for (const owner of prev?.object.metadata.ownerReferences ?? []) {
      const all = byOwner.get(owner.uid);
      all?.delete(uid);
      if (all?.size === 0) byOwner.delete(owner.uid);
    }
    if (what === 'DELETED') {
      living.delete(uid);
      const waited = ownerReferences.filter((owner) => owner.blockOwnerDeletion && living.has(owner.uid));
      if (waited.length > 0)
        ownersOfGone.set(
          uid,
          waited.map((owner) => owner.uid),
        );
      return;
    }
    living.set(uid, { type, key });
    for (const owner of ownerReferences) {
      const all = byOwner.get(owner.uid) ?? new Map<string, Place>();
      byOwner.set(owner.uid, all.set(uid, { type, key }));
    }
  });

  return {
    lives: (uid) => living.has(uid),
    has: (uid) => byOwner.has(uid) || ownersOfGone.has(uid),
    dependents: (uid) => [...(byOwner.get(uid)?.values() ?? [])],
    waitingFor(uid) {
      const waiting = ownersOfGone.get(uid) ?? [];
      ownersOfGone.delete(uid);
      return waiting.map((owner) => living.get(owner)).filter((place) => place !== undefined);
    },
  };
}
