import { expect, test } from 'vitest';
import { sleep, systemClock } from './clock.ts';

test('who sleeps for nothing, again and again, lets the loop turn each time', async () => {
  const clock = systemClock();
  const seen: string[] = [];
  const others = (async () => {
    for (let at = 0; at < 3; at++) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push('other');
    }
  })();
  for (let at = 0; at < 3; at++) {
    await sleep(clock, 0);
    seen.push('sleeper');
  }
  await others;
  expect(seen).toEqual(['other', 'sleeper', 'other', 'sleeper', 'other', 'sleeper']);
});

test('what is taken back never comes', async () => {
  const clock = systemClock();
  let came = false;
  clock.after(0, () => {
    came = true;
  })();
  await sleep(clock, 0);
  expect(came).toBe(false);
});
