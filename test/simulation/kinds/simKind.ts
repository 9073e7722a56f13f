import type { KubeObject, Loose, Manifest } from '../../cluster/types.ts';
import type { Kind } from '../../simulator/fields.ts';
import type { Item } from '../../simulator/state.ts';
import type { Land } from '../land.ts';

/** What the simulation needs to know of a kind: one file each. */
export interface SimKind {
  /** `SyncJob` */
  kind: string;
  /** What it is in Sync. */
  remote: Kind;
  /** A manifest that is new; undefined when it cannot be made now, as its references are not there. */
  make(land: Land): Manifest | undefined;
  /** Changes something in a spec, and says what. */
  edit(spec: Loose, land: Land): string;
  /** Changes something of the object in the console, and says what. */
  tamper(item: Item, land: Land): string;
  /** Makes the object of a manifest by hand: as it says, or otherwise. Undefined when what it refers to is not there. */
  byHand(manifest: Manifest, alike: boolean, land: Land): Item | undefined;
  /** What of the spec the object does not show, as paths; empty when it is as the spec says. */
  differences(resource: KubeObject, item: Item, land: Land): string[];
}

/** One field of a kind: its path in the spec, the simulator's, and values to choose from. */
export type FieldChoice = readonly [ours: string, theirs: string, values: readonly (string | number | boolean)[]];

export function valueAt(spec: Loose, path: string): Loose {
  return path.split('.').reduce((at: Loose, key) => at?.[key], spec);
}

/** Undefined takes it out. */
export function setAt(spec: Loose, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = spec;
  for (const key of keys) {
    at[key] ??= {};
    at = at[key];
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
}

/** Sets one of the fields to another value, or takes it out of the spec. */
export function editField(spec: Loose, choices: readonly FieldChoice[], { dice }: Land): string {
  const [path, , values] = dice.pick(choices);
  const now = valueAt(spec, path);
  if (now !== undefined && dice.chance(0.2)) {
    setAt(spec, path, undefined);
    return `${path} is left out`;
  }
  const value = dice.pick(values.filter((one) => one !== now));
  setAt(spec, path, value);
  return `${path}: ${String(value)}`;
}

/** Some fields of a new spec. */
export function chooseFields(choices: readonly FieldChoice[], { dice }: Land): [path: string, value: unknown][] {
  return dice.some(choices).flatMap(([path, , values]) => (dice.chance(0.5) ? [[path, dice.pick(values)]] : []));
}

/** Paths whose value in Sync is not what the spec says. */
export function differingFields(spec: Loose, item: Item, choices: readonly FieldChoice[]): string[] {
  return choices.flatMap(([ours, theirs]) => {
    const want = valueAt(spec, ours);
    return want === undefined || alike(want, item.fields[theirs]) ? [] : [ours];
  });
}

/** The same but for spaces and the type of a scalar. */
export function alike(want: unknown, have: unknown): boolean {
  const text = (value: unknown) =>
    String(value ?? '')
      .trim()
      .replace(/\s+/g, ' ');
  return text(want) === text(have);
}
