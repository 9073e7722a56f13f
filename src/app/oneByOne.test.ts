import { expect, test } from 'vitest';
import { oneByOne } from './oneByOne.ts';

test('of those who wait for the same, one goes on in each turn of the loop', async () => {
  const turns: (() => void)[] = [];
  const after = (_ms: number, turn: () => void) => {
    turns.push(turn);
    return () => {};
  };
  const inTurn = oneByOne({ now: () => 0, monotonic: () => 0, after });
  const synced = Promise.withResolvers<void>();
  const done: number[] = [];
  for (const who of [1, 2, 3]) void inTurn(synced.promise).then(() => done.push(who));
  synced.resolve();
  const seen: number[][] = [];
  for (let turn = 0; turn < 3; turn++) {
    await new Promise(setImmediate);
    expect(turns).toHaveLength(1);
    turns.pop()!();
    await new Promise(setImmediate);
    seen.push([...done]);
  }
  expect(seen).toEqual([[1], [1, 2], [1, 2, 3]]);
});
