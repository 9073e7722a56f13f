import { expect, test } from 'vitest';
import { percentile, spread } from './statistics.ts';

test('a percentile is one of the values, whatever their order', () => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(percentile(values, 0.5)).toBe(50);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile(values, 1)).toBe(100);
  expect(percentile([7], 0.01)).toBe(7);
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});

test('a spread has the middle and the worst of a hundred', () => {
  expect(spread([5, 1, 3])).toEqual({ p50: 3, p99: 5 });
});
