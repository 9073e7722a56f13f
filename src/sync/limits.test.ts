import { expect, test } from 'vitest';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import { createBreaker } from './breaker.ts';
import { SyncError } from './errors.ts';
import { createLimiter, type Lane } from './limits.ts';

function setUp(limits = { requestsPerSecond: 10, burst: 1, concurrency: 1000 }) {
  const clock = createVirtualClock();
  const waits: number[] = [];
  const limiter = createLimiter(clock, limits, (seconds) => waits.push(seconds));
  const started: { name: string; at: number; release?: () => void }[] = [];
  const ask = (name: string, lane: Lane, within: { withinMs?: number; signal?: AbortSignal } = {}) => {
    void limiter.acquire(lane, within).then((release) => started.push({ name, at: clock.monotonic(), release }));
  };
  return { clock, limiter, started, ask, waits, names: () => started.map(({ name }) => name) };
}

test('a burst goes at once, the rest at the rate', async () => {
  const { clock, ask, started } = setUp({ requestsPerSecond: 10, burst: 3, concurrency: 100 });
  for (let i = 0; i < 6; i++) ask(String(i), 'poll');
  await clock.advance(1000);
  expect(started.map(({ at }) => at)).toEqual([0, 0, 0, 100, 200, 300]);
});

test('users go before deep reads, those before polls', async () => {
  const { clock, ask, names } = setUp();
  ask('first', 'poll');
  for (const lane of ['poll', 'deep', 'user', 'poll', 'deep', 'user'] as const) ask(lane, lane);
  await clock.advance(1000);
  expect(names()).toEqual(['first', 'user', 'user', 'deep', 'deep', 'poll', 'poll']);
});

test('a poll that waited 30 s goes before the users, so that a bulk change does not blind us', async () => {
  const { clock, ask, names } = setUp();
  ask('first', 'user');
  ask('poll', 'poll');
  for (let i = 0; i < 400; i++) ask('user', 'user');
  await clock.advance(29_000);
  expect(names()).not.toContain('poll');
  await clock.advance(2_000);
  expect(names()).toContain('poll');
});

test('slow calls have places of their own', async () => {
  const { clock, ask, names, started } = setUp({ requestsPerSecond: 1000, burst: 100, concurrency: 2 });
  for (const name of ['a', 'b', 'c']) ask(name, 'user');
  for (const name of ['x', 'y', 'z']) ask(name, 'slow');
  await clock.advance(100);
  expect(names().toSorted()).toEqual(['a', 'b', 'x', 'y', 'z']);
  started.find(({ name }) => name === 'a')!.release!();
  await clock.advance(100);
  expect(names()).toContain('c');
});

test('who waits too long or is cancelled takes no place', async () => {
  const { clock, ask, started, limiter } = setUp({ requestsPerSecond: 1, burst: 1, concurrency: 1 });
  const stop = new AbortController();
  ask('first', 'user');
  ask('late', 'user', { withinMs: 50 });
  ask('cancelled', 'user', { signal: stop.signal });
  stop.abort();
  await clock.advance(60);
  expect(started.map(({ name, release }) => [name, release !== undefined])).toEqual([
    ['first', true],
    ['cancelled', false],
    ['late', false],
  ]);
  expect(limiter.waiting()).toBe(0);
});

test('a pause holds everybody, and earns nothing', async () => {
  const { clock, ask, started, limiter } = setUp({ requestsPerSecond: 10, burst: 5, concurrency: 9 });
  limiter.drain();
  limiter.pause(2000);
  for (let i = 0; i < 3; i++) ask(String(i), 'user');
  await clock.advance(5000);
  expect(started.map(({ at }) => at)).toEqual([2100, 2200, 2300]);
});

test('lowered limits hold for what already waits', async () => {
  const { clock, ask, started, limiter } = setUp({ requestsPerSecond: 100, burst: 1, concurrency: 9 });
  for (let i = 0; i < 3; i++) ask(String(i), 'user');
  limiter.configure({ requestsPerSecond: 1, burst: 1, concurrency: 9 });
  await clock.advance(3000);
  expect(started.map(({ at }) => at)).toEqual([0, 1000, 2000]);
});

const failure = (operation: string) =>
  new SyncError(operation, 'read', { kind: 'transport', failure: 'refused', sent: false }, `${operation} failed`);

function breakerSetUp() {
  const clock = createVirtualClock();
  const changes: boolean[] = [];
  let probes = 0;
  let up = false;
  const breaker = createBreaker({ clock, random: createSeededRandom(1), onChange: (open) => changes.push(open) });
  const probe = async () => {
    probes++;
    return up;
  };
  return {
    clock,
    breaker,
    probe,
    changes,
    probes: () => probes,
    setUp: (value: boolean) => {
      up = value;
    },
  };
}

test('the breaker opens after three failures over two operations, when the probe fails too', async () => {
  const { breaker, probe, changes, probes } = breakerSetUp();
  for (let i = 0; i < 9; i++) await breaker.failed(failure('jobs.list'), probe);
  expect(breaker.open).toBe(false);
  await breaker.failed(failure('pipelines.list'), probe);
  expect(breaker.open).toBe(true);
  expect(breaker.failure?.message).toBe('pipelines.list failed');
  expect(changes).toEqual([true]);
  expect(probes()).toBe(1);
  expect(await breaker.enter(probe)).toBeGreaterThan(3000);
  expect(probes()).toBe(1);
});

test('a probe that is answered, and any other answer, keep the breaker closed', async () => {
  const { breaker, probe, changes, setUp } = breakerSetUp();
  setUp(true);
  for (const operation of ['a', 'b', 'c']) await breaker.failed(failure(operation), probe);
  expect(breaker.open).toBe(false);
  setUp(false);
  for (const operation of ['a', 'b']) await breaker.failed(failure(operation), probe);
  breaker.answered();
  for (const operation of ['a', 'b']) await breaker.failed(failure(operation), probe);
  expect(breaker.open).toBe(false);
  expect(changes).toEqual([]);
});

test('it half-opens with one probe for all who ask, waits longer each time, and closes', async () => {
  const { clock, breaker, probe, changes, probes, setUp } = breakerSetUp();
  for (const operation of ['a', 'b', 'a']) await breaker.failed(failure(operation), probe);
  const first = (await breaker.enter(probe))!;
  await clock.advance(first);
  const answers = await Promise.all([breaker.enter(probe), breaker.enter(probe), breaker.enter(probe)]);
  expect(probes()).toBe(2);
  expect(Math.min(...answers.map((ms) => ms!))).toBeGreaterThan(first);
  setUp(true);
  await clock.advance(60_000);
  expect(await Promise.all([breaker.enter(probe), breaker.enter(probe)])).toEqual([undefined, undefined]);
  expect(breaker.failure).toBeUndefined();
  expect(probes()).toBe(3);
  expect(changes).toEqual([true, false]);
});
