import { expect, test } from 'vitest';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { createBackoff } from './backoff.ts';

test('doubles from one second to five minutes, less up to a quarter', () => {
  const backoff = createBackoff(createSeededRandom(1));
  for (const most of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
    const ms = backoff.next('a');
    expect(ms).toBeLessThanOrEqual(most * 1000);
    expect(ms).toBeGreaterThanOrEqual(most * 750);
  }
  expect(backoff.failures('a')).toBe(11);
});

test('stays at five minutes however often a key fails', () => {
  const backoff = createBackoff({ ...createSeededRandom(1), next: () => 0 });
  for (let i = 0; i < 2_000; i++) backoff.next('a');
  expect(backoff.next('a')).toBe(300_000);
});

test('keys do not know of each other, and success starts anew', () => {
  const backoff = createBackoff({ ...createSeededRandom(1), next: () => 0 });
  expect([backoff.next('a'), backoff.next('a'), backoff.next('b')]).toEqual([1_000, 2_000, 1_000]);
  backoff.reset('a');
  expect(backoff.failures('a')).toBe(0);
  expect([backoff.next('a'), backoff.next('b')]).toEqual([1_000, 2_000]);
});

test('two keys that fail together do not come back together', () => {
  const backoff = createBackoff(createSeededRandom(7));
  const waits = Array.from({ length: 50 }, (_, i) => backoff.next(`k${i}`));
  expect(new Set(waits).size).toBeGreaterThan(40);
});
