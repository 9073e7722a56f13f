import { expect, test } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { createBreath } from './breath.ts';

const microtasks = () => new Promise((resolve) => setImmediate(resolve));

test('many workers have one time together between two turns of the loop, not one each', async () => {
  let now = 0;
  let timers: (() => void)[] = [];
  const after: Clock['after'] = (_, fn) => {
    timers.push(fn);
    return () => {};
  };
  const breathe = createBreath({ now: () => now, monotonic: () => now, after });
  let left = 1_000;
  let working = 16;
  const worker = async () => {
    while (left-- > 0) {
      now++;
      await breathe();
    }
    working--;
  };
  for (let at = working; at > 0; at--) void worker();
  const turns: number[] = [];
  for (let before = 0; working > 0; before = now) {
    await microtasks();
    turns.push(now - before);
    const due = timers;
    timers = [];
    for (const fire of due) {
      fire();
      // As Node does: what one timer lets go on runs before the next.
      await microtasks();
    }
  }
  expect(Math.max(...turns)).toBeLessThan(60);
  expect(turns.length).toBeGreaterThan(20);
});
