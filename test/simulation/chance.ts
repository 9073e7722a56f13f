import type { Random } from '../../src/ports/random.ts';

/** Dice over a source of chance. */
export interface Dice {
  random: Random;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A whole number, from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(of: readonly T[]): T;
  /** Undefined when there is nothing to pick from. */
  pickAny<T>(of: readonly T[]): T | undefined;
  /** Some of them, in random order, at least `least`. */
  some<T>(of: readonly T[], least?: number): T[];
  /** One, by weight. */
  weighed<T>(of: readonly (readonly [weight: number, value: T])[]): T;
}

export function createDice(random: Random): Dice {
  const below = (n: number) => Math.floor(random.next() * n);
  const dice: Dice = {
    random,
    chance: (probability) => random.next() < probability,
    between: (least, most) => least + below(most - least + 1),
    pick: (of) => of[below(of.length)]!,
    pickAny: (of) => (of.length > 0 ? of[below(of.length)] : undefined),
    some(of, least = 0) {
      const left = [...of];
      const count = Math.min(of.length, dice.between(least, of.length));
      return Array.from({ length: count }, () => left.splice(below(left.length), 1)[0]!);
    },
    weighed(of) {
      let at = random.next() * of.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of of) {
        at -= weight;
        if (at < 0) return value;
      }
      return of.at(-1)![1];
    },
  };
  return dice;
}
