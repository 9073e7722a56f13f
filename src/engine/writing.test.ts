import { expect, test } from 'vitest';
import { Fenced } from './blocked.ts';
import type { GatheredPass } from './pass.ts';
import { fence, requireLease } from './writing.ts';

test('a write to Sync starts only while the lease outlasts it', () => {
  const holding = (leftMs: number) =>
    ({ deps: { mayWrite: (ms: number) => leftMs > ms } }) as Pick<GatheredPass, 'deps'>;
  expect(() => requireLease(holding(8_000))).toThrow(Fenced);
  expect(() => requireLease(holding(8_001))).not.toThrow();
});

test('a write to Sync does not start when another server answers by now', () => {
  const answering = (isStill: boolean) =>
    ({ deps: { mayWrite: () => true }, gathered: { scope: { isStill: () => isStill } } }) as unknown as GatheredPass;
  expect(() => fence(answering(false))).toThrow(Fenced);
  expect(() => fence(answering(true))).not.toThrow();
});
