import { expect, test } from 'vitest';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import type { Clock } from '../ports/clock.ts';
import { silentLogger } from '../ports/logger.ts';
import { createBreath } from './breath.ts';
import { createController } from './controller.ts';
import { createQueue } from './queue.ts';

const microtasks = () => new Promise((resolve) => setImmediate(resolve));

test('a thousand passes that wait for nothing let timers and sockets have their turn', async () => {
  let now = 0;
  const timers: (() => void)[] = [];
  const after: Clock['after'] = (_, fn) => {
    timers.push(fn);
    return () => {};
  };
  const clock: Clock = { now: () => now, monotonic: () => now, after };
  const queue = createQueue({ clock, name: 'job' });
  for (let at = 0; at < 1_000; at++) queue.add(`job-${at}`, 'startup');
  let passes = 0;
  const controller = createController({
    name: 'job',
    queue,
    workers: 16,
    // Each takes a millisecond of the processor.
    reconcile: async () => {
      passes++;
      now++;
      return { outcome: 'done' };
    },
    clock,
    random: createSeededRandom(1),
    logger: silentLogger(),
    meter: { began() {}, ended() {} },
    breathe: createBreath(clock),
  });
  controller.start();
  const atOnce: number[] = [];
  for (let before = 0; passes < 1_000; before = passes) {
    await microtasks();
    atOnce.push(passes - before);
    for (const fire of timers.splice(0)) fire();
  }
  expect(Math.max(...atOnce)).toBeLessThan(60);
  await controller.stop();
});
