import { expect, test } from 'vitest';
import { DIALECT, IMPOSSIBLE, referenceDialect, SWITCHES } from './dialect.ts';
import { coverage, dialectFromSeed, pairwise } from './pairwise.ts';

test('pairwise dialects hold every possible pair of supported values', () => {
  const numbers = coverage();
  console.info(
    `pairwise: ${numbers.covered} of ${numbers.pairs} pairs of ${numbers.values} values of ${numbers.switches} switches ` +
      `in ${numbers.dialects} dialects; ${numbers.impossible} pairs cannot stand together`,
  );
  expect(numbers.covered).toBe(numbers.pairs);
  expect(numbers.dialects).toBeLessThan(60);
  expect(coverage([referenceDialect]).covered).toBe((SWITCHES.length * (SWITCHES.length - 1)) / 2);
});

test('they are the same each time, all supported, and none holds an impossible pair', () => {
  const dialects = [...pairwise(), ...Array.from({ length: 200 }, (_, seed) => dialectFromSeed(seed))];
  expect(pairwise()).toEqual(pairwise());
  expect(dialectFromSeed(11)).toEqual(dialectFromSeed(11));
  for (const dialect of dialects) {
    for (const key of SWITCHES) expect(DIALECT[key].values).toContain(dialect[key]);
    for (const [a, av, b, bv] of IMPOSSIBLE) expect(dialect[a] === av && dialect[b] === bv).toBe(false);
  }
});
