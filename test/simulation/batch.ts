import { expect, test } from 'vitest';
import { runSeed } from './seed.ts';

/** One test a seed, in a file of its own for each batch, so that batches run side by side. */
export function testSeeds(from: number, count: number): void {
  test.each(Array.from({ length: count }, (_, at) => from + at))('seed %i', async (seed) => {
    const { violations } = await runSeed(seed);
    expect(violations, `again: npm run simulate -- --seed ${seed}`).toEqual([]);
  });
}
