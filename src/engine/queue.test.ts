import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import { createQueue, type Priority, priorities, type Queue, type Work } from './queue.ts';

const make = () => {
  const clock = createVirtualClock();
  return { clock, queue: createQueue({ clock, name: 'test' }) };
};

/** Takes what waits now, without blocking. */
async function drain(queue: Queue): Promise<Work[]> {
  const all: Work[] = [];
  while (queue.length > 0) all.push((await queue.get())!);
  return all;
}

test('a key waits once, however often it is added', async () => {
  const { queue } = make();
  for (let i = 0; i < 3; i++) queue.add('a', 'drift');
  expect(queue.length).toBe(1);
  expect(await queue.get()).toMatchObject({ key: 'a', priority: 'drift' });
  expect(queue.length).toBe(0);
});

test('hands out the best priority first, and within one first come, first served', async () => {
  const { queue } = make();
  queue.add('s1', 'startup');
  queue.add('r', 'retry');
  queue.add('u1', 'user');
  queue.add('s2', 'startup');
  queue.add('d', 'delete');
  queue.add('u2', 'user');
  queue.add('o', 'drift');
  expect((await drain(queue)).map(({ key }) => key)).toEqual(['u1', 'u2', 'd', 'r', 'o', 's1', 's2']);
});

test('a waiting key rises to a better priority and never falls', async () => {
  const { queue } = make();
  queue.add('a', 'startup');
  queue.add('b', 'retry');
  queue.add('a', 'user');
  queue.add('a', 'drift');
  expect(await drain(queue)).toMatchObject([
    { key: 'a', priority: 'user' },
    { key: 'b', priority: 'retry' },
  ]);
});

test('a key added during its pass runs again afterwards, and not before', async () => {
  const { queue } = make();
  queue.add('a', 'user');
  await queue.get();
  queue.add('a', 'startup');
  queue.add('a', 'retry');
  expect(queue.length).toBe(0);
  queue.done('a');
  expect(await drain(queue)).toMatchObject([{ key: 'a', priority: 'retry' }]);
});

test('those who wait for work get it in the order in which they asked', async () => {
  const { queue, clock } = make();
  const got: string[] = [];
  void queue.get().then((work) => got.push(`first ${work?.key}`));
  void queue.get().then((work) => got.push(`second ${work?.key}`));
  queue.add('a', 'drift');
  queue.add('b', 'user');
  await clock.settle();
  expect(got).toEqual(['first a', 'second b']);
});

test('a delayed key comes when due; of several delays the earliest wins, with the best priority', async () => {
  const { queue, clock } = make();
  queue.addAfter('a', 5_000, 'retry');
  queue.addAfter('a', 1_000, 'drift');
  queue.addAfter('a', 9_000, 'drift');
  await clock.advance(999);
  expect(queue.length).toBe(0);
  await clock.advance(1);
  expect(await drain(queue)).toMatchObject([{ key: 'a', priority: 'retry' }]);
  queue.done('a');
  await clock.advance(60_000);
  expect(queue.length).toBe(0);
});

test('a delay of nothing is an add', () => {
  const { queue } = make();
  queue.addAfter('a', 0, 'user');
  expect(queue.length).toBe(1);
});

test('a delay that ends during the pass makes the key run again', async () => {
  const { queue, clock } = make();
  queue.addAfter('a', 100, 'drift');
  queue.add('a', 'user');
  await queue.get();
  await clock.advance(100);
  expect(queue.length).toBe(0);
  queue.done('a');
  expect(queue.length).toBe(1);
});

test('forget drops what is planned for later, but nothing that waits now', async () => {
  const { queue, clock } = make();
  queue.addAfter('a', 100, 'drift');
  queue.add('b', 'user');
  queue.forget('a');
  queue.forget('b');
  await clock.advance(1_000);
  expect((await drain(queue)).map(({ key }) => key)).toEqual(['b']);
});

test('one timer serves all delays', async () => {
  const clock = createVirtualClock();
  let live = 0;
  let most = 0;
  const counting = {
    ...clock,
    after(ms: number, fn: () => void) {
      most = Math.max(most, ++live);
      const cancel = clock.after(ms, () => {
        live--;
        fn();
      });
      return () => {
        live--;
        cancel();
      };
    },
  };
  const queue = createQueue({ clock: counting, name: 'test' });
  for (let i = 0; i < 100; i++) queue.addAfter(`k${i}`, 1_000 - i * 7.3, 'retry');
  await clock.advance(1_001);
  expect(queue.length).toBe(100);
  expect(most).toBe(1);
  expect(live).toBe(0);
});

test('a closed queue gives nothing, takes nothing and leaves no timer', async () => {
  const { queue, clock } = make();
  const waiting = queue.get();
  queue.addAfter('later', 10, 'user');
  queue.close();
  expect(await waiting).toBeUndefined();
  queue.add('a', 'user');
  await clock.advance(100);
  expect(queue.length).toBe(0);
  expect(await queue.get()).toBeUndefined();
});

test('done of a key that is not in work changes nothing', () => {
  const { queue } = make();
  queue.add('a', 'user');
  queue.done('a');
  queue.done('b');
  expect(queue.length).toBe(1);
});

test('many keys are taken in order, also while keys are added and raised', async () => {
  const { queue } = make();
  for (let i = 0; i < 20_000; i++) queue.add(`k${i}`, 'startup');
  for (let i = 0; i < 20_000; i += 2) queue.add(`k${i}`, 'user');
  const order = (await drain(queue)).map(({ key }) => Number(key.slice(1)));
  const evens = Array.from({ length: 10_000 }, (_, i) => 2 * i);
  expect(order).toEqual([...evens, ...evens.map((i) => i + 1)]);
});

type Op =
  | { op: 'add'; key: string; priority: Priority }
  | { op: 'after'; key: string; ms: number; priority: Priority }
  | { op: 'get' }
  | { op: 'done'; key: string }
  | { op: 'forget'; key: string }
  | { op: 'advance'; ms: number };

const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const anyPriority = fc.constantFrom(...priorities);
const anyOp: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constant('add' as const), key: keys, priority: anyPriority }),
  fc.record({
    op: fc.constant('after' as const),
    key: keys,
    ms: fc.integer({ min: 0, max: 50 }),
    priority: anyPriority,
  }),
  fc.record({ op: fc.constant('get' as const) }),
  fc.record({ op: fc.constant('done' as const), key: keys }),
  fc.record({ op: fc.constant('forget' as const), key: keys }),
  fc.record({ op: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 30 }) }),
);

/** The same queue, said as plainly as possible. */
function createModel() {
  let now = 0;
  let waiting: { key: string; rank: number; seq: number }[] = [];
  let seq = 0;
  const working = new Set<string>();
  const dirty = new Map<string, number>();
  let later: { key: string; at: number; rank: number; seq: number }[] = [];
  const add = (key: string, rank: number) => {
    if (working.has(key)) return void dirty.set(key, Math.min(rank, dirty.get(key) ?? rank));
    const known = waiting.find((entry) => entry.key === key);
    if (!known) waiting.push({ key, rank, seq: ++seq });
    else if (rank < known.rank) Object.assign(known, { rank, seq: ++seq });
  };
  return {
    add,
    after(key: string, ms: number, rank: number) {
      if (ms <= 0) return add(key, rank);
      const known = later.find((entry) => entry.key === key);
      if (!known) later.push({ key, at: now + ms, rank, seq: ++seq });
      else Object.assign(known, { at: Math.min(known.at, now + ms), rank: Math.min(known.rank, rank) });
    },
    get(): { key: string; rank: number } | undefined {
      const [next] = waiting.toSorted((a, b) => a.rank - b.rank || a.seq - b.seq);
      if (!next) return undefined;
      waiting = waiting.filter((entry) => entry !== next);
      working.add(next.key);
      return next;
    },
    done(key: string) {
      if (!working.delete(key)) return;
      const rank = dirty.get(key);
      dirty.delete(key);
      if (rank !== undefined) add(key, rank);
    },
    forget(key: string) {
      later = later.filter((entry) => entry.key !== key);
    },
    advance(ms: number) {
      now += ms;
      const due = later.filter((entry) => entry.at <= now).sort((a, b) => a.at - b.at || a.seq - b.seq);
      later = later.filter((entry) => entry.at > now);
      for (const entry of due) add(entry.key, entry.rank);
    },
    length: () => waiting.length,
  };
}

test('behaves as the model does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyOp, { maxLength: 60 }), async (ops) => {
      const { queue, clock } = make();
      const model = createModel();
      const rank = (priority: Priority) => priorities.indexOf(priority);
      for (const op of ops) {
        if (op.op === 'add') {
          queue.add(op.key, op.priority);
          model.add(op.key, rank(op.priority));
        } else if (op.op === 'after') {
          queue.addAfter(op.key, op.ms, op.priority);
          model.after(op.key, op.ms, rank(op.priority));
        } else if (op.op === 'get') {
          const want = model.get();
          const got = queue.length > 0 ? await queue.get() : undefined;
          expect(got && { key: got.key, priority: got.priority }).toEqual(
            want && { key: want.key, priority: priorities[want.rank] },
          );
        } else if (op.op === 'done') {
          queue.done(op.key);
          model.done(op.key);
        } else if (op.op === 'forget') {
          queue.forget(op.key);
          model.forget(op.key);
        } else {
          await clock.advance(op.ms);
          model.advance(op.ms);
        }
        expect(queue.length).toBe(model.length());
      }
    }),
    { numRuns: 300 },
  );
});
