import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import { createDueQueue } from './dueQueue.ts';
import { createTurns } from './turns.ts';

function setUp(perMinute = 60, minAgeMs = 60_000) {
  const clock = createVirtualClock();
  const taken: { id: string; at: number; isSoon: boolean }[] = [];
  const hooks = { read: async (id: string) => turns.touched(id) };
  const turns = createTurns({
    clock,
    perMinute,
    minAgeMs,
    async onTurn(id, isSoon) {
      taken.push({ id, at: clock.monotonic(), isSoon });
      await hooks.read(id);
    },
  });
  turns.start();
  return { clock, turns, taken, hooks, ids: () => taken.map(({ id }) => id) };
}

test('turns are spread evenly over the minute, never-read ids first, then the oldest', async () => {
  const { clock, turns, taken, ids } = setUp(6, 1_000);
  const now = clock.now();
  turns.add('old', now - 90_000);
  turns.add('older', now - 100_000);
  turns.add('new');
  turns.add('newer');
  await clock.advance(60_000);
  expect(ids()).toEqual(['new', 'newer', 'older', 'old', 'new', 'newer', 'older']);
  expect(taken.map(({ at }) => at)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
});

test('as many turns a minute for ten thousand ids as for a hundred', async () => {
  const counts = [];
  for (const n of [100, 10_000]) {
    const { clock, turns, taken } = setUp(60);
    for (let i = 0; i < n; i++) turns.add(`${i}`);
    await clock.advance(600_000);
    counts.push(taken.length);
  }
  expect(counts).toEqual([601, 601]);
});

test('few ids are read no more often than the age asks for', async () => {
  const { clock, turns, taken } = setUp(60, 60_000);
  for (let i = 0; i < 5; i++) turns.add(`${i}`);
  await clock.advance(600_000);
  expect(taken.length).toBeGreaterThanOrEqual(50);
  expect(taken.length).toBeLessThanOrEqual(55);
});

test('what is asked for soon goes ahead of the line, but not for ever', async () => {
  const { clock, turns, taken } = setUp(60);
  for (let i = 0; i < 100; i++) turns.add(`line ${i}`);
  for (let i = 0; i < 100; i++) {
    turns.add(`soon ${i}`, clock.now());
    turns.soon(`soon ${i}`, 5_000);
  }
  await clock.advance(105_000);
  const after = taken.filter(({ at }) => at >= 5_000);
  expect(after.filter(({ isSoon }) => isSoon)).toHaveLength(76);
  expect(after.filter(({ isSoon }) => !isSoon).length).toBeGreaterThanOrEqual(25);
});

test('a request for a turn can be moved and taken back', async () => {
  const { clock, turns, taken } = setUp(60, 3_600_000);
  turns.add('a', clock.now());
  turns.add('b', clock.now());
  turns.soon('a', 1_000);
  turns.soon('a', 30_000);
  turns.soon('b', 10_000);
  turns.calm('b');
  await clock.advance(60_000);
  expect(taken).toEqual([{ id: 'a', at: 30_000, isSoon: true }]);
});

test('a failing read goes to the end of the line, and its age keeps growing', async () => {
  const { clock, turns, hooks, ids } = setUp(60, 10_000);
  hooks.read = async (id) => {
    if (id === 'bad') throw new Error('unreachable');
    turns.touched(id);
  };
  turns.add('bad');
  turns.add('good');
  await clock.advance(15_000);
  expect(ids()).toEqual(['bad', 'good', 'bad', 'good']);
  expect(turns.oldestAgeMs()).toBe(15_000);
  expect(turns.waiting).toBe(1);
});

test('reads that hang hold back the others rather than pile up', async () => {
  const { clock, turns, hooks, taken } = setUp(60);
  let free = () => {};
  hooks.read = () => new Promise((resolve) => (free = resolve));
  for (let i = 0; i < 50; i++) turns.add(`${i}`);
  await clock.advance(60_000);
  expect(taken).toHaveLength(4);
  free();
  await clock.advance(1_000);
  expect(taken).toHaveLength(5);
});

test('nothing is handed out for what was removed, after a stop, or in a pause', async () => {
  const { clock, turns, taken } = setUp(60);
  turns.pause(10_000);
  turns.add('a');
  turns.add('b');
  turns.remove('a');
  await clock.advance(9_999);
  expect(taken).toEqual([]);
  turns.stop();
  await clock.advance(60_000);
  expect(taken).toEqual([]);
  turns.start();
  await clock.advance(1);
  expect(taken.map(({ id }) => id)).toEqual(['b']);
});

test('when all are young no timer runs before one of them is due', async () => {
  const base = createVirtualClock();
  let timers = 0;
  const after = (ms: number, fn: () => void) => {
    timers++;
    return base.after(ms, fn);
  };
  const clock = { ...base, after };
  const turns = createTurns({ clock, perMinute: 60, minAgeMs: 3_600_000, onTurn: async () => {} });
  turns.start();
  for (let i = 0; i < 10; i++) turns.add(`${i}`, base.now());
  await base.advance(3_500_000);
  expect(timers).toBe(1);
});

test('the queue agrees with a sorted list', () => {
  const action = fc.tuple(
    fc.constantFrom('set', 'delete'),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 5 }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const queue = createDueQueue();
      const model = new Map<string, number>();
      for (const [what, id, key] of actions) {
        if (what === 'set') model.set(`${id}`, key);
        else model.delete(`${id}`);
        if (what === 'set') queue.set(`${id}`, key);
        else queue.delete(`${id}`);
        expect(queue.size).toBe(model.size);
        expect(queue.peek()?.key).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
      }
    }),
  );
});
