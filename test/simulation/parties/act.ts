import type { Dice } from '../chance.ts';
import type { Land } from '../land.ts';

/** Something that somebody does; says what, or undefined when there is nothing to do it to. */
export type Act = (land: Land) => string | undefined;

export type WeighedActs = readonly (readonly [weight: number, act: Act])[];

/** Tries acts until one can be done. */
export function actOnce(acts: WeighedActs, land: Land, dice: Dice): string | undefined {
  for (let tries = 0; tries < 4; tries++) {
    const what = dice.weighed(acts)(land);
    if (what !== undefined) return what;
  }
  return undefined;
}
