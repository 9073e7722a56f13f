import { expect, test } from 'vitest';
import { Fenced } from './blocked.ts';
import type { GatheredPass } from './pass.ts';
import { requireLease } from './writing.ts';

test('a write to Sync starts only while the lease outlasts it', () => {
  const holding = (leftMs: number) =>
    ({ deps: { mayWrite: (ms: number) => leftMs > ms } }) as Pick<GatheredPass, 'deps'>;
  expect(() => requireLease(holding(8_000))).toThrow(Fenced);
  expect(() => requireLease(holding(8_001))).not.toThrow();
});
