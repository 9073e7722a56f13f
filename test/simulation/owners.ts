import type { KubeObject } from '../cluster/types.ts';
import { SIM_KINDS } from './kinds/all.ts';
import { parentIdOf, remoteName } from './kinds/places.ts';
import type { Land } from './land.ts';
import type { Snap } from './syncWrites.ts';

/** Which resources stand behind an object of Sync, now or a moment ago: a call that is under way outlives its resource. */
export interface Owners {
  /** Those whose status says that they own it. */
  ownersOf(id: string): KubeObject[];
  /** Pipelines that are being deleted and give up what is in them (`deleteContents`), this event with it. */
  givenUpBy(snap: Snap): KubeObject[];
  /** Those that wrote down that they are about to make an object of this kind, place and name. */
  makersOf(snap: Snap): KubeObject[];
  /** Those that want an object of this kind, place and name. */
  wantersOf(snap: Snap): KubeObject[];
}

const RECENT_MS = 60_000;

export function createOwners(land: Land): Owners {
  const { setting } = land;
  const { mirror, clock } = setting;
  let recent: { at: number; resource: KubeObject }[] = [];
  mirror.onChange((before, after) => {
    const isOther =
      before?.status?.id !== after?.status?.id ||
      before?.status?.owned !== after?.status?.owned ||
      before?.metadata.generation !== after?.metadata.generation;
    if (before && (!after || isOther)) {
      recent.push({ at: clock.now(), resource: before });
    }
  });
  const all = () => {
    // An update is not fenced (design §5): while a watch shows nothing newer, what it showed last is what is acted upon.
    recent = recent.filter(({ at }) => clock.now() - Math.max(at, setting.blindUntil) < RECENT_MS);
    return [...mirror.resources.values(), ...recent.map(({ resource }) => resource)];
  };
  const wants = (resource: KubeObject, { kind, name, parentId }: Snap) => {
    if (SIM_KINDS.find((one) => one.kind === resource.kind)?.remote !== kind || remoteName(resource) !== name)
      return false;
    if (parentId === undefined) return true;
    const parent = parentIdOf(land, resource);
    return parent === undefined || parent === parentId;
  };
  return {
    ownersOf: (id) => all().filter(({ status }) => status?.id === id && status.owned === true),
    givenUpBy: ({ kind, parentId }) =>
      all().filter(
        ({ metadata, spec, status }) =>
          kind === 'event' && status?.id === parentId && spec.deleteContents === true && metadata.deletionTimestamp,
      ),
    makersOf: (snap) => all().filter((one) => one.status?.pending?.intent?.verb === 'create' && wants(one, snap)),
    wantersOf: (snap) => all().filter((one) => wants(one, snap)),
  };
}
