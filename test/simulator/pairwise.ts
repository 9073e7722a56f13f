import { createSeededRandom } from '../support/seededRandom.ts';
import { DIALECT, type Dialect, dialectOf, IMPOSSIBLE, randomDialect, SWITCHES, type Switch } from './dialect.ts';

/** How far a set of dialects covers the pairs of supported values. */
export interface Coverage {
  dialects: number;
  switches: number;
  values: number;
  /** Pairs that can stand together. */
  pairs: number;
  covered: number;
  /** Pairs left out because they cannot stand together. */
  impossible: number;
}

interface Cell {
  key: Switch;
  value: string;
}

/** A dialect of supported values, the same for the same seed. */
export function dialectFromSeed(seed: number): Dialect {
  return randomDialect(createSeededRandom(seed));
}

/** Dialects that together hold every possible pair of supported values; greedy, always the same list. */
export function pairwise(): Dialect[] {
  const missing = new Set(allPairs());
  const dialects: Dialect[] = [];
  while (missing.size > 0) {
    const dialect = fill(firstOf(missing), missing);
    for (const pair of pairsOf(dialect)) missing.delete(pair);
    dialects.push(dialect);
  }
  return dialects;
}

/** Counts the pairs that `dialects` hold, against all that are possible. */
export function coverage(dialects: readonly Dialect[] = pairwise()): Coverage {
  const all = new Set(allPairs());
  const held = new Set(dialects.flatMap((dialect) => pairsOf(dialect)).filter((pair) => all.has(pair)));
  const values = SWITCHES.reduce((sum, key) => sum + DIALECT[key].values.length, 0);
  return {
    dialects: dialects.length,
    switches: SWITCHES.length,
    values,
    pairs: all.size,
    covered: held.size,
    impossible: IMPOSSIBLE.length,
  };
}

/** Extends one pair to a whole dialect, each switch taking the value that covers most of what is missing. */
function fill(start: [Cell, Cell], missing: ReadonlySet<string>): Dialect {
  const chosen = new Map<Switch, string>(start.map((cell) => [cell.key, cell.value]));
  for (const key of SWITCHES) {
    if (!chosen.has(key)) chosen.set(key, best(key, chosen, missing));
  }
  return dialectOf((key) => chosen.get(key)!);
}

function best(key: Switch, chosen: ReadonlyMap<Switch, string>, missing: ReadonlySet<string>): string {
  let winner: { value: string; gain: number } | undefined;
  for (const value of DIALECT[key].values) {
    const cells = [...chosen].map(([other, otherValue]) => ({ key: other, value: otherValue }));
    if (cells.some((cell) => impossible({ key, value }, cell))) continue;
    const gain = cells.filter((cell) => missing.has(pairKey({ key, value }, cell))).length;
    if (!winner || gain > winner.gain) winner = { value, gain };
  }
  return winner!.value;
}

function* eachPair(): Generator<[Cell, Cell]> {
  for (const [i, a] of SWITCHES.entries()) {
    for (const b of SWITCHES.slice(i + 1)) {
      for (const av of DIALECT[a].values) for (const bv of DIALECT[b].values) yield [cell(a, av), cell(b, bv)];
    }
  }
}

function allPairs(): string[] {
  return [...eachPair()].filter(([a, b]) => !impossible(a, b)).map(([a, b]) => pairKey(a, b));
}

function pairsOf(dialect: Dialect): string[] {
  return SWITCHES.flatMap((a, i) =>
    SWITCHES.slice(i + 1).map((b) => pairKey(cell(a, dialect[a]), cell(b, dialect[b]))),
  );
}

function firstOf(missing: ReadonlySet<string>): [Cell, Cell] {
  const [pair] = missing;
  const [a, b] = pair!.split(' ').map((text) => text.split('=') as [Switch, string]);
  return [cell(...a!), cell(...b!)];
}

function impossible(a: Cell, b: Cell): boolean {
  const is = (one: Cell, key: Switch, value: string) => one.key === key && one.value === value;
  return IMPOSSIBLE.some(
    ([key, value, other, otherValue]) =>
      (is(a, key, value) && is(b, other, otherValue)) || (is(b, key, value) && is(a, other, otherValue)),
  );
}

function cell(key: Switch, value: string): Cell {
  return { key, value };
}

function pairKey(a: Cell, b: Cell): string {
  const [first, second] = SWITCHES.indexOf(a.key) < SWITCHES.indexOf(b.key) ? [a, b] : [b, a];
  return `${first.key}=${first.value} ${second.key}=${second.value}`;
}
