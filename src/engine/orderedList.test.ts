import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DesiredItem, type ListPolicy, type ListStep, type ObservedItem, planList } from './orderedList.ts';

type Input = Parameters<typeof planList<DesiredItem, ObservedItem>>[0];

/** What a server does with the steps, one after another. */
function apply({ desired, observed }: Input, steps: readonly ListStep[]): ObservedItem[] {
  const list = observed.map((item) => ({ ...item }));
  const take = (id: string) => {
    const at = list.findIndex((item) => item.id === id);
    expect(at, `item ${id} is there`).toBeGreaterThanOrEqual(0);
    return list.splice(at, 1)[0]!;
  };
  const insert = (item: ObservedItem, position: number) => {
    expect(position).toBeGreaterThanOrEqual(0);
    expect(position).toBeLessThanOrEqual(list.length);
    list.splice(position, 0, item);
  };
  for (const step of steps) {
    if (step.op === 'add')
      insert({ id: `new ${step.desired}`, naturalKey: desired[step.desired]!.naturalKey }, step.position);
    else if (step.op === 'move') insert(take(step.id ?? `new ${step.desired}`), step.position);
    else if (step.op === 'delete') take(step.id);
    else list.find((item) => item.id === step.id)!.naturalKey = desired[step.desired]!.naturalKey;
  }
  return list;
}

const spec = (names: string): DesiredItem[] => [...names].map((naturalKey) => ({ naturalKey }));
const server = (names: string): ObservedItem[] =>
  [...names].map((naturalKey, i) => ({ id: `${i}${naturalKey}`, naturalKey }));
const plan = (desired: string, observed: string, policy: ListPolicy = 'Exact') =>
  planList({ desired: spec(desired), observed: server(observed), remembered: [], policy });

test('nothing to do for a list that is as wanted', () => {
  expect(plan('abc', 'abc').steps).toEqual([]);
  expect(plan('', '').steps).toEqual([]);
});

test('one item moved in the spec is one move, whichever way', () => {
  expect(plan('bcda', 'abcd').steps).toEqual([{ op: 'move', desired: 3, id: '0a', position: 3 }]);
  expect(plan('dabc', 'abcd').steps).toEqual([{ op: 'move', desired: 0, id: '3d', position: 0 }]);
});

test('a changed item is an update in place, not a delete and an add', () => {
  expect(plan('axc', 'abc').steps).toEqual([{ op: 'update', desired: 1, id: '1b' }]);
});

test('adds are appended and then moved to where the spec has them, deletes come last', () => {
  expect(plan('xaby', 'ab').steps).toEqual([
    { op: 'add', desired: 0, position: 2 },
    { op: 'add', desired: 3, position: 3 },
    { op: 'move', desired: 0, position: 0 },
  ]);
  expect(plan('', 'ab').steps).toEqual([
    { op: 'delete', id: '0a' },
    { op: 'delete', id: '1b' },
  ]);
});

test('where many come before few, the few move', () => {
  expect(plan('axyzb', 'ab').steps).toEqual([
    { op: 'add', desired: 1, position: 2 },
    { op: 'add', desired: 2, position: 3 },
    { op: 'add', desired: 3, position: 4 },
    { op: 'move', desired: 4, id: '1b', position: 4 },
  ]);
});

test('while the list is not known in full, nothing goes and nothing becomes another item', () => {
  expect(plan('b', 'abc', 'AddOnly').steps).toEqual([]);
  expect(plan('xb', 'abc', 'AddOnly').steps).toEqual([
    { op: 'add', desired: 0, position: 3 },
    { op: 'move', desired: 0, position: 1 },
  ]);
});

test('what is new at the end is appended, also behind the items of others', () => {
  const { steps } = planList({ desired: spec('ab'), observed: server('ax'), remembered: [], policy: 'AtLeast' });
  expect(steps).toEqual([{ op: 'add', desired: 1, position: 2 }]);
});

test('while an item waits to be deleted, moves count it', () => {
  expect(plan('ba', 'xab').steps).toEqual([
    { op: 'move', desired: 0, id: '2b', position: 1 },
    { op: 'delete', id: '0x' },
  ]);
});

test('equal items are told apart by what was remembered', () => {
  const input: Input = {
    desired: [
      { key: 'full', naturalKey: 'orders' },
      { key: 'delta', naturalKey: 'orders' },
    ],
    observed: [
      { id: '7', naturalKey: 'orders' },
      { id: '8', naturalKey: 'orders' },
    ],
    remembered: [
      { id: '8', key: 'full' },
      { id: '7', key: 'delta' },
    ],
    policy: 'Exact',
  };
  expect(planList(input).pairs.map(({ index, observed }) => [index, observed.id])).toEqual([
    [0, '8'],
    [1, '7'],
  ]);
  expect(planList(input).steps).toHaveLength(1);
});

test('a remembered item is kept through a rename on either side', () => {
  const remembered = [{ id: '1', key: 'k' }];
  const observed = [{ id: '1', naturalKey: 'renamed' }];
  const desired = [{ key: 'k', naturalKey: 'mine' }];
  expect(planList({ desired, observed, remembered, policy: 'Exact' }).steps).toEqual([
    { op: 'update', desired: 0, id: '1' },
  ]);
});

test('what was remembered but is gone is added again', () => {
  const remembered = [{ id: '1', key: 'k' }];
  const { steps } = planList({ desired: [{ key: 'k', naturalKey: 'a' }], observed: [], remembered, policy: 'Exact' });
  expect(steps).toEqual([{ op: 'add', desired: 0, position: 0 }]);
});

test('AtLeast leaves the items of others alone, and does not turn them into ours', () => {
  expect(plan('ab', 'xbya', 'AtLeast').steps).toEqual([{ op: 'move', desired: 0, id: '3a', position: 1 }]);
  expect(plan('a', 'xy', 'AtLeast').steps).toEqual([{ op: 'add', desired: 0, position: 2 }]);
});

test('AtLeast turns an item that was ours into what the spec says now', () => {
  const { steps } = planList({
    desired: [{ key: 'new', naturalKey: 'b' }],
    observed: server('xa'),
    remembered: [{ id: '1a', key: 'old' }],
    policy: 'AtLeast',
  });
  expect(steps).toEqual([{ op: 'update', desired: 0, id: '1a' }]);
});

const anyPolicy = fc.constantFrom<ListPolicy>('Exact', 'AtLeast', 'AddOnly');
/** Few names, so that they repeat; ids remembered under right, wrong and unknown keys. */
const anyInput = (most: number): fc.Arbitrary<Input> =>
  fc
    .record({
      desired: fc.array(
        fc.record({
          naturalKey: fc.constantFrom(...'abcde'),
          key: fc.option(fc.constantFrom(...'klmn'), { nil: undefined }),
        }),
        { maxLength: most },
      ),
      names: fc.array(fc.constantFrom(...'abcdexy'), { maxLength: most }),
      keys: fc.array(
        fc.record({ id: fc.integer({ min: 0, max: most }).map(String), key: fc.constantFrom(...'klmn') }),
        { maxLength: most },
      ),
      policy: anyPolicy,
    })
    .map(({ desired, names, keys, policy }) => ({
      desired,
      observed: names.map((naturalKey, i) => ({ id: String(i), naturalKey })),
      remembered: keys,
      policy,
    }));

const idsOf = (list: readonly ObservedItem[]) => list.map(({ id }) => id);

test('carried out, the steps give the desired list', () => {
  fc.assert(
    fc.property(anyInput(12), (input) => {
      const { pairs, steps } = planList(input);
      const after = apply(input, steps);
      const ours = new Map(pairs.map((pair) => [pair.index, pair.observed.id]));
      const wanted = input.desired.map((_, index) => ours.get(index) ?? `new ${index}`);
      const managed = after.filter(({ id }) => wanted.includes(id));
      expect(idsOf(managed)).toEqual(wanted);
      expect(managed.map(({ naturalKey }) => naturalKey)).toEqual(input.desired.map(({ naturalKey }) => naturalKey));
      const foreign = idsOf(input.observed).filter((id) => !wanted.includes(id));
      expect(idsOf(after).filter((id) => !wanted.includes(id))).toEqual(input.policy === 'Exact' ? [] : foreign);
    }),
    { numRuns: 2_000 },
  );
});

test('AtLeast never deletes, and never moves or updates what is not ours', () => {
  fc.assert(
    fc.property(anyInput(8), (any) => {
      const input: Input = { ...any, policy: 'AtLeast' };
      const { pairs, steps } = planList(input);
      const touched = steps.filter((step) => step.op !== 'add');
      const kept = pairs.map((pair) => pair.observed.id);
      for (const step of touched) {
        expect(step.op).not.toBe('delete');
        if (step.id !== undefined) expect(kept).toContain(step.id);
      }
      const remembered = input.remembered.map(({ id }) => id);
      for (const step of touched) if (step.op === 'update') expect(remembered).toContain(step.id);
    }),
  );
});

test('nothing that could be kept is deleted and added', () => {
  fc.assert(
    fc.property(anyInput(12), (any) => {
      const { steps } = planList({ ...any, policy: 'Exact' });
      const count = (op: string) => steps.filter((step) => step.op === op).length;
      expect(count('delete')).toBe(Math.max(0, any.observed.length - any.desired.length));
      expect(count('add')).toBe(Math.max(0, any.desired.length - any.observed.length));
    }),
  );
});

test('while deletes wait for approval, planning again after the rest asks for the deletes only', () => {
  fc.assert(
    fc.property(anyInput(10), (any) => {
      const input: Input = { ...any, policy: 'Exact' };
      const { pairs, steps } = planList(input);
      const observed = apply(
        input,
        steps.filter((step) => step.op !== 'delete'),
      );
      const ids = new Map(pairs.map((pair) => [pair.index, pair.observed.id]));
      const desired = input.desired.map((item, index) => ({ ...item, key: String(index) }));
      const remembered = desired.map((item, index) => ({ id: ids.get(index) ?? `new ${index}`, key: item.key }));
      const again = planList({ ...input, desired, observed, remembered });
      expect(again.steps).toEqual(steps.filter((step) => step.op === 'delete'));
    }),
  );
});

/** The fewest moves that sort a list of distinct numbers, by trying every sequence of moves. */
function fewestMoves(start: readonly number[]): number {
  const goal = start.toSorted((a, b) => a - b).join();
  let layer = [[...start]];
  const seen = new Set([start.join()]);
  for (let moves = 0; ; moves++) {
    if (layer.some((list) => list.join() === goal)) return moves;
    const next: number[][] = [];
    for (const list of layer) {
      for (let from = 0; from < list.length; from++) {
        for (let to = 0; to < list.length; to++) {
          const moved = list.toSpliced(from, 1).toSpliced(to, 0, list[from]!);
          if (seen.has(moved.join())) continue;
          seen.add(moved.join());
          next.push(moved);
        }
      }
    }
    layer = next;
  }
}

test('moves are as few as trying everything finds', () => {
  fc.assert(
    fc.property(anyInput(6), (input) => {
      const { pairs, steps } = planList(input);
      const kept = input.observed.flatMap(({ id }) =>
        pairs.filter((pair) => pair.observed.id === id).map(({ index }) => index),
      );
      // A server knows one place for what is new: the end.
      const added = [...input.desired.keys()].filter((index) => !kept.includes(index));
      expect(steps.filter((step) => step.op === 'add')).toHaveLength(added.length);
      expect(steps.filter((step) => step.op === 'move')).toHaveLength(fewestMoves([...kept, ...added]));
    }),
    { numRuns: 300 },
  );
});

test('two thousand tasks turned around are planned in one go', () => {
  const names = Array.from({ length: 2_000 }, (_, i) => `t${i}`);
  const input: Input = {
    desired: names.map((naturalKey) => ({ naturalKey })),
    observed: names.toReversed().map((naturalKey, i) => ({ id: String(i), naturalKey })),
    remembered: [],
    policy: 'Exact',
  };
  const { steps } = planList(input);
  expect(steps).toHaveLength(1_999);
  expect(apply(input, steps).map(({ naturalKey }) => naturalKey)).toEqual(names);
});

test('of items that are alike, the one that stands there becomes another', () => {
  expect(plan('ea', 'aa').steps).toEqual([{ op: 'update', desired: 0, id: '0a' }]);
});

test('while updates and deletes wait, moves come to an end', () => {
  const go = (input: Input) => {
    const steps = planList(input).steps.filter(({ op }) => op === 'add' || op === 'move');
    // What is added under the same name in a later round is another item.
    const observed = apply(input, steps).map(({ id, naturalKey }) => ({ id: id.replace('new', 'added'), naturalKey }));
    return { moves: steps.filter(({ op }) => op === 'move').length, next: { ...input, observed } };
  };
  fc.assert(
    fc.property(anyInput(7), (input) => {
      let { moves, next } = go(input);
      for (let round = 0; moves > 0 && round < 8; round++) ({ moves, next } = go(next));
      expect(moves).toBe(0);
    }),
    { numRuns: 2_000 },
  );
});
