import { expect, test } from 'vitest';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import { decodeRunState } from './decode.ts';
import type { RunRecord } from './models/records.ts';
import { createRunTracker, type RunTrackerOptions } from './runs.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

function run(id: string | undefined, rawStatus: string, startedAt?: number, over: Partial<RunRecord> = {}): RunRecord {
  return {
    ...(id !== undefined && { id }),
    ...(startedAt !== undefined && { startedAt }),
    ...(id !== undefined && startedAt !== undefined && !/run/i.test(rawStatus) && { endedAt: startedAt + MINUTE }),
    state: decodeRunState(rawStatus),
    rawStatus,
    words: '',
    tasks: [],
    ...over,
  };
}

const unsupported = () => Object.assign(new Error('no such route'), { outcome: { kind: 'unsupported' } });

function setUp(over: Partial<RunTrackerOptions> = {}, perMinute = 60) {
  const clock = createVirtualClock(START);
  const server = {
    status: (_id: string): RunRecord => run(undefined, 'Idle'),
    history: (_id: string): RunRecord[] => [],
  };
  const reads: { what: string; id: string; at: number }[] = [];
  const read = async <T>(what: string, id: string, answer: (id: string) => T): Promise<T> => {
    reads.push({ what, id, at: clock.monotonic() });
    await new Promise<void>((resolve) => clock.after(20, resolve));
    return answer(id);
  };
  const woken: string[] = [];
  const tracker = createRunTracker({
    status: (id) => read('status', id, (one) => server.status(one)),
    history: (id) => read('history', id, (one) => server.history(one)),
    stateOf: decodeRunState,
    clock,
    random: createSeededRandom(1),
    limits: { runReadsPerMinute: perMinute },
    onChange: (id) => woken.push(id),
    zone: 'UTC',
    ...over,
  });
  tracker.start();
  const since = (at: number) => reads.filter((one) => one.at >= at).map(({ what }) => what);
  return { clock, server, reads, tracker, woken, since };
}

test('a history read in turn tells the last run, whoever started it, and only news wake', async () => {
  const s = setUp();
  s.tracker.follow('a');
  await s.clock.advance(5 * MINUTE);
  expect(s.tracker.view('a')).toMatchObject({ running: undefined });
  expect(s.woken).toEqual([]);
  s.server.history = () => [run('1', 'Successful', START + 5 * MINUTE)];
  await s.clock.advance(2 * MINUTE);
  expect(s.tracker.view('a')?.lastRun).toMatchObject({ id: '1', state: 'succeeded' });
  expect(s.tracker.view('a')?.lastSuccess?.id).toBe('1');
  s.server.history = () => [run('2', '3 of 4 Tasks Failed', START + 7 * MINUTE), run('1', 'Successful', START)];
  await s.clock.advance(2 * MINUTE);
  expect(s.tracker.view('a')?.lastRun).toMatchObject({ id: '2', state: 'failed' });
  expect(s.tracker.view('a')?.lastSuccess?.id).toBe('1');
  await s.clock.advance(20 * MINUTE);
  expect(s.woken).toEqual(['a', 'a']);
  expect(s.reads.every(({ what }) => what === 'history')).toBe(true);
});

test('what idles is read once a minute, and no status call is made for it', async () => {
  const s = setUp();
  s.tracker.follow('a', { cron: '0 0 1 1 *', enabled: false });
  await s.clock.advance(60 * MINUTE);
  expect(s.reads.length).toBeLessThanOrEqual(61);
  expect(s.since(0)).not.toContain('status');
});

test('a due job is asked for its status, followed from 5 s to 60 s apart, and its history read at the end', async () => {
  const s = setUp();
  s.tracker.follow('a', { cron: '10 0 * * *' });
  await s.clock.advance(5 * MINUTE);
  expect(s.tracker.view('a')?.nextRun).toBe(START + 10 * MINUTE);
  const due = 10 * MINUTE;
  const active = run('7', 'Running', START + due);
  s.server.status = () => (s.clock.monotonic() < 20 * MINUTE ? active : run('7', 'Successful', START + due));
  await s.clock.advance(17 * MINUTE);
  const status = s.reads.filter(({ what, at }) => what === 'status' && at >= due).map(({ at }) => at - due);
  const gaps = status.slice(1).map((at, i) => Math.round((at - status[i]!) / SECOND));
  expect(status[0]).toBeLessThan(5 * SECOND);
  expect(gaps[0]).toBeLessThanOrEqual(6);
  expect(gaps[1]).toBeGreaterThanOrEqual(8);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(68);
  expect(status.length).toBeLessThan(18);
  expect(s.tracker.view('a')).toMatchObject({ running: false, lastRun: { id: '7', state: 'succeeded' } });
  expect(s.tracker.view('a')?.nextRun).toBe(START + 24 * 60 * MINUTE + due);
  expect(s.woken).toHaveLength(2);
});

test('a run that was over before anybody asked is found in the history', async () => {
  const s = setUp();
  s.tracker.follow('a', { cron: '10 0 * * *' });
  await s.clock.advance(9.99 * MINUTE);
  s.server.history = () => [run('7', 'Successful', START + 10 * MINUTE)];
  s.server.status = () => run(undefined, 'Successful');
  const at = s.clock.monotonic();
  await s.clock.advance(15 * SECOND);
  expect(s.tracker.view('a')?.lastRun?.id).toBe('7');
  await s.clock.advance(20 * MINUTE);
  expect(s.since(at).filter((what) => what === 'status').length).toBeLessThanOrEqual(1);
});

test('a due run that never comes is looked for ten minutes, ever more seldom', async () => {
  const s = setUp();
  s.tracker.follow('a', { cron: '10 0 * * *' });
  await s.clock.advance(10 * MINUTE);
  const at = s.clock.monotonic();
  await s.clock.advance(50 * MINUTE);
  expect(s.since(at).filter((what) => what === 'status').length).toBeLessThan(20);
  const end = s.clock.monotonic();
  await s.clock.advance(60 * MINUTE);
  expect(s.since(end)).not.toContain('status');
});

test('a run that we started is looked for at once, even where no schedule is known', async () => {
  const s = setUp();
  s.tracker.follow('a');
  await s.clock.advance(MINUTE);
  s.server.status = () => run('9', 'Running', START + MINUTE);
  s.tracker.expectRun('a');
  await s.clock.advance(6 * SECOND);
  expect(s.tracker.view('a')).toMatchObject({ running: true, current: { id: '9' } });
});

test('a status word in lists makes status calls unnecessary; its end is looked up in the history', async () => {
  const s = setUp();
  s.tracker.follow('a', { cron: '*/5 * * * *' });
  let word = 'Successful';
  for (let i = 0; i < 30; i++) {
    if (i === 12) word = 'In progress';
    if (i === 15) word = 'Failed';
    if (i === 15) s.server.history = () => [run('3', 'Failed', START + 12 * MINUTE)];
    s.tracker.sawStatus('a', word, s.clock.now());
    if (i === 13) expect(s.tracker.view('a')?.running).toBe(true);
    await s.clock.advance(5 * SECOND);
    if (i === 15) expect(s.tracker.view('a')).toMatchObject({ running: false, lastRun: { id: '3', state: 'failed' } });
    await s.clock.advance(55 * SECOND);
  }
  expect(s.since(0)).not.toContain('status');
});

test('a list that began before our last read is not believed', async () => {
  const s = setUp();
  s.tracker.follow('a');
  await s.clock.advance(MINUTE);
  s.tracker.sawStatus('a', 'Running', START - 1);
  expect(s.tracker.view('a')?.running).toBeUndefined();
});

for (const [what, arrange] of [
  ['newest first', (runs: RunRecord[]) => runs.toReversed()],
  ['oldest first', (runs: RunRecord[]) => runs],
  ['in any order', (runs: RunRecord[]) => [runs[1]!, runs[2]!, runs[0]!]],
] as const) {
  test(`a history ${what} tells the same last run`, async () => {
    const s = setUp();
    const runs = [
      run('1', 'Failed', START - 30 * MINUTE),
      run('2', 'Successful', START - 20 * MINUTE),
      run('3', 'Canceled', START - 10 * MINUTE),
    ];
    s.server.history = () => arrange(runs);
    s.tracker.follow('a');
    await s.clock.advance(SECOND);
    expect(s.tracker.view('a')).toMatchObject({ lastRun: { id: '3' }, lastSuccess: { id: '2' } });
  });
}

test('the order of a history without times is learned from a run that is added', async () => {
  const s = setUp();
  const runs = [run('x', 'Failed'), run('y', 'Successful')];
  s.server.history = () => [...runs];
  s.tracker.follow('a');
  await s.clock.advance(SECOND);
  expect(s.tracker.view('a')?.lastRun).toBeUndefined();
  runs.push(run('z', 'Canceled'));
  await s.clock.advance(2 * MINUTE);
  expect(s.tracker.view('a')?.lastRun?.id).toBe('z');
  s.tracker.follow('b');
  await s.clock.advance(2 * SECOND);
  expect(s.tracker.view('b')?.lastRun?.id).toBe('z');
});

test('a run that has ended does not run again, whatever a late status says', async () => {
  const s = setUp();
  s.server.history = () => [run('1', 'Successful', START)];
  s.server.status = () => run('1', 'Running', START);
  s.tracker.follow('a');
  await s.clock.advance(SECOND);
  s.tracker.expectRun('a');
  await s.clock.advance(2 * MINUTE);
  expect(s.since(0)).toContain('status');
  expect(s.tracker.view('a')).toMatchObject({ running: false, lastRun: { id: '1', state: 'succeeded' } });
  expect(s.tracker.view('a')?.current).toBeUndefined();
});

test('a history that lags behind the status does not bring back the run before', async () => {
  const s = setUp();
  s.server.history = () => [run('1', 'Failed', START - MINUTE)];
  s.server.status = () => run('2', 'Successful', START);
  s.tracker.follow('a');
  await s.clock.advance(SECOND);
  s.tracker.expectRun('a');
  await s.clock.advance(10 * MINUTE);
  expect(s.tracker.view('a')).toMatchObject({ lastRun: { id: '2' }, lastSuccess: { id: '2' } });
  expect(s.woken).toHaveLength(2);
});

test('a state that nobody knows stays unknown, with its word', async () => {
  const s = setUp();
  s.server.history = () => [run('1', 'Quiesced', START)];
  s.tracker.follow('a');
  await s.clock.advance(SECOND);
  expect(s.tracker.view('a')).toMatchObject({ lastRun: { state: 'unknown', rawStatus: 'Quiesced' } });
  expect(s.tracker.view('a')?.lastSuccess).toBeUndefined();
});

test('without a status route the history tells what runs and what ended', async () => {
  const s = setUp();
  let calls = 0;
  s.server.status = () => {
    calls++;
    throw unsupported();
  };
  s.tracker.follow('a', { cron: '*/10 * * * *' });
  s.server.history = () => {
    const slot = Math.floor((s.clock.now() - START) / (10 * MINUTE));
    const begun = START + slot * 10 * MINUTE;
    return [run(`${slot}`, s.clock.now() - begun < 3 * MINUTE ? 'Running' : 'Successful', begun)];
  };
  await s.clock.advance(62 * MINUTE);
  expect(s.tracker.view('a')).toMatchObject({ running: true, current: { id: '6' }, lastRun: { id: '5' } });
  await s.clock.advance(4 * MINUTE);
  expect(s.tracker.view('a')).toMatchObject({ running: false, lastRun: { id: '6', state: 'succeeded' } });
  expect(calls).toBeLessThanOrEqual(2);
});

test('without a history the status tells the last run', async () => {
  const s = setUp();
  let calls = 0;
  s.server.history = () => {
    calls++;
    throw unsupported();
  };
  s.server.status = () => run(undefined, s.clock.monotonic() < 5 * MINUTE ? 'Running' : '2 of 3 Tasks Failed');
  s.tracker.follow('a');
  await s.clock.advance(4 * MINUTE);
  expect(s.tracker.view('a')?.running).toBe(true);
  await s.clock.advance(4 * MINUTE);
  expect(s.tracker.view('a')).toMatchObject({ running: false, lastRun: { state: 'failed' } });
  expect(calls).toBe(1);
});

test('without both routes nothing is asked, but once an hour', async () => {
  const s = setUp();
  s.server.status = s.server.history = () => {
    throw unsupported();
  };
  for (let i = 0; i < 100; i++) s.tracker.follow(`${i}`, { cron: '*/5 * * * *' });
  await s.clock.advance(5 * 60 * MINUTE);
  expect(s.reads.length).toBeLessThan(60);
});

test('tasks of the last run are read once where records do not carry them', async () => {
  let calls = 0;
  const s = setUp({
    taskRuns: async () => {
      calls++;
      return [{ name: 'Account', state: 'failed', rawStatus: 'Failed', words: '' }];
    },
  });
  s.server.history = () => [run('1', 'Failed', START)];
  s.tracker.follow('a');
  await s.clock.advance(10 * MINUTE);
  expect(calls).toBe(1);
  expect(s.tracker.view('a')?.taskRuns).toMatchObject([{ name: 'Account' }]);
});

test('reads that fail change nothing and are tried again at the same rate', async () => {
  const s = setUp();
  s.server.history = () => [run('1', 'Successful', START)];
  for (let i = 0; i < 10; i++) s.tracker.follow(`${i}`, { cron: '*/5 * * * *' });
  await s.clock.advance(3 * MINUTE);
  s.server.status = s.server.history = () => {
    throw Object.assign(new Error('down'), { outcome: { kind: 'transport' } });
  };
  const woken = s.woken.length;
  await s.clock.advance(20 * MINUTE);
  expect(s.woken).toHaveLength(woken);
  expect(s.tracker.view('3')?.lastRun?.id).toBe('1');
  expect(s.tracker.view('3')!.readAt!).toBeLessThan(START + 4 * MINUTE);
  expect(s.tracker.worstLatencyMs()).toBeGreaterThan(19 * MINUTE);
  s.server.history = () => [run('2', 'Successful', START + MINUTE)];
  await s.clock.advance(3 * MINUTE);
  expect(s.tracker.view('3')?.lastRun?.id).toBe('2');
  expect(s.tracker.worstLatencyMs()).toBeLessThan(3 * MINUTE);
});

test('what is followed no longer is not read, and what was under way wakes nobody', async () => {
  const s = setUp();
  s.server.history = () => [run('1', 'Successful', START)];
  s.tracker.follow('a');
  await s.clock.advance(10);
  s.tracker.unfollow('a');
  await s.clock.advance(10 * MINUTE);
  expect(s.reads).toHaveLength(1);
  expect(s.woken).toEqual([]);
  expect(s.tracker.view('a')).toBeUndefined();
});

test('ten thousand jobs cost no more reads a minute than a thousand, whether all are due at once or none', async () => {
  for (const cron of [undefined, '*/5 * * * *']) {
    const perMinute: number[] = [];
    for (const n of [1_000, 10_000]) {
      const s = setUp();
      for (let i = 0; i < n; i++) s.tracker.follow(`${i}`, cron ? { cron } : {});
      s.server.status = () => run(undefined, 'Running');
      await s.clock.advance(30 * MINUTE);
      perMinute.push(s.reads.length / 30);
      const inLine = new Set(s.reads.filter(({ what }) => what === 'history').map(({ id }) => id));
      expect(inLine.size).toBeGreaterThan(400);
    }
    expect(perMinute[0]).toBeCloseTo(60, 0);
    expect(perMinute[1]).toBe(perMinute[0]);
  }
});
