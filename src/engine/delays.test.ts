import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDelays } from './delays.ts';

test('comes out by due time, also after keys were moved up and dropped', () => {
  const put = fc.record({
    key: fc.integer({ min: 0, max: 12 }).map(String),
    at: fc.integer({ min: 0, max: 20 }),
    drop: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(put, { maxLength: 60 }), (puts) => {
      const delays = createDelays();
      const model = new Map<string, number>();
      for (const { key, at, drop } of puts) {
        if (drop) {
          delays.drop(key);
          model.delete(key);
        } else {
          delays.put(key, at, 0);
          model.set(key, Math.min(at, model.get(key) ?? at));
        }
        expect(delays.size).toBe(model.size);
        expect(delays.next()).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
      }
      const out: string[] = [];
      for (let next = delays.take(20); next; next = delays.take(20)) out.push(next.key);
      const times = out.map((key) => model.get(key)!);
      expect(times).toEqual([...model.values()].sort((a, b) => a - b));
    }),
  );
});

test('gives nothing before it is due, and equals in the order of adding', () => {
  const delays = createDelays();
  for (const key of ['c', 'a', 'b']) delays.put(key, 10, 2);
  delays.put('a', 30, 1);
  expect(delays.take(9)).toBeUndefined();
  expect([delays.take(10), delays.take(10), delays.take(10)]).toEqual([
    { key: 'c', rank: 2 },
    { key: 'a', rank: 1 },
    { key: 'b', rank: 2 },
  ]);
  expect(delays.take(10)).toBeUndefined();
});
