import { expect, test } from 'vitest';
import { OPEN_SEEDS } from './openSeeds.ts';
import { runSeed } from './seed.ts';

/** One test a seed but for those that are known to fail (openSeeds.ts), in a file of its own for each batch, so that batches run side by side. */
export function testSeeds(from: number, count: number): void {
  const open = new Set(OPEN_SEEDS.map(([seed]) => seed));
  const seeds = Array.from({ length: count }, (_, at) => from + at).filter((seed) => !open.has(seed));
  test.each(seeds)('seed %i', async (seed) => {
    const { violations } = await runSeed(seed);
    expect(violations, `again: npm run simulate -- --seed ${seed}`).toEqual([]);
  });
}
