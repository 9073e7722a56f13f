import { expect, test } from 'vitest';
import { KEPT_SEEDS } from './keptSeeds.ts';
import { runSeed } from './seed.ts';

test.each(KEPT_SEEDS)('seed %i: %s', async (seed) => {
  const { violations } = await runSeed(seed);
  expect(violations, `again: npm run simulate -- --seed ${seed}`).toEqual([]);
});
