import type { KubeObject } from '../../cluster/types.ts';
import { itemsOf } from '../../simulator/state.ts';
import { simKindOf } from '../kinds/all.ts';
import { keyOf } from '../mirror.ts';
import { fieldChanges, type Snap, snapOf } from '../syncWrites.ts';
import { KNOWN_MS, type Oracle } from './oracle.ts';

interface Adopted {
  resource: KubeObject;
  snap: Snap;
}

/** What is there already is taken only as adoptionPolicy allows: never, or with nothing to change. */
export const adoption: Oracle = (land, owners) => {
  const { setting, secrets } = land;
  const { policies, clock, simulator } = setting;
  const madeFor = new Map<string, Set<string>>();
  const firstOwner = new Map<string, string>();
  const handedOver = new Set<string>();
  const adopted = new Map<string, Adopted & { secrets: string }>();
  const secretsNow = () => [...secrets.values()].map(({ value }) => value).join();
  setting.onSyncWrite(({ created, changed, by }) => {
    for (const snap of created) {
      madeFor.set(snap.id, new Set(owners.makersOf(snap).map(({ metadata }) => metadata.uid)));
    }
    for (const { before, after } of changed) {
      const taken = adopted.get(before.id);
      adopted.delete(before.id);
      const now = taken && setting.mirror.resources.get(keyOf(taken.resource));
      if (!taken || now?.metadata.generation !== taken.resource.metadata.generation) continue;
      const untouched = before.fields === taken.snap.fields && before.children.length === taken.snap.children.length;
      if (!untouched || taken.secrets !== secretsNow() || now?.metadata.uid !== taken.resource.metadata.uid) continue;
      const what = fieldChanges(before.fields, after.fields).map(({ path }) => path);
      setting.violate('adoption', `${by} took ${before.name} as IfIdentical and changes it: ${what.join() || 'tasks'}`);
    }
  });
  setting.mirror.onChange((before, after) => {
    // What its server was replaced for is found by name later, as if somebody else had made it.
    const { id: old, serverIdentity } = before?.status ?? {};
    if (serverIdentity && !after?.status?.serverIdentity) madeFor.get(old)?.delete(before!.metadata.uid);
    // To whoever waits for it, whatever its adoptionPolicy; that may be suspended for long (design §4).
    if (before?.status?.owned && after?.metadata.deletionTimestamp && after.status?.owned === false)
      handedOver.add(old);
    if (!after?.status?.owned) return;
    // The key of the hashes was lost: what the secrets are now is the baseline (design §4).
    if (keyName(before?.status?.applied) !== keyName(after.status.applied)) {
      land.baselines.set(after.metadata.uid, clock.now());
    }
    // Another object in place of the one that is gone is taken as well.
    if (before?.status?.owned && before.status.id === after.status.id) return;
    const { id } = after.status;
    const { uid } = after.metadata;
    // Of two that were making it one has made it; the other may take it over from that one.
    const first = firstOwner.get(id) ?? uid;
    firstOwner.set(id, first);
    if (first === uid && madeFor.get(id)?.has(uid)) return;
    // What was there before keeps the secret that it has; nobody knows which.
    land.baselines.set(after.metadata.uid, clock.now());
    if (land.restoring || !before) return;
    const isHanded = handedOver.delete(id) || owners.ownersOf(id).some((one) => one.metadata.uid !== uid);
    const item = itemsOf(simulator.state, simKindOf(after.kind)!.remote).get(id);
    if (isHanded || !item || clock.now() - item.updatedAt < KNOWN_MS) return;
    // The only one of its name that came, or first showed, after a create without a clear reply: nothing tells it from what that made.
    const { intent } = before.status?.pending ?? {};
    const shownAt = item.createdAt + Number(simulator.dialect.lag);
    if (intent?.verb === 'create' && Date.parse(intent.at) <= shownAt) return;
    if (policies.settled(after, 'adoptionPolicy', ['Never'], KNOWN_MS)) {
      setting.violate('adoption', `${keyOf(after)} takes ${id}, but its adoptionPolicy is Never`);
    }
    // A Secret is read once a minute: a value that is newer may be taken for rotated.
    const areKnown = [...secrets.values()].every(({ since }) => clock.now() - since > KNOWN_MS);
    if (areKnown && policies.settled(after, 'adoptionPolicy', ['IfIdentical'], KNOWN_MS)) {
      adopted.set(id, { resource: after, snap: snapOf(item), secrets: secretsNow() });
    }
  });
};

/** The keyed hashes among those of a status begin with the name of their key. */
function keyName(applied: Record<string, string> = {}): string | undefined {
  const keyed = Object.values(applied).find((hash) => hash.includes('.'));
  return keyed?.slice(0, keyed.indexOf('.'));
}
