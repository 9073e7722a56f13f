import { expect, test } from 'vitest';
import { createMiniApi, type MiniApi, refused } from '../../test/kube/miniApi.ts';
import { clientOn, createCountingMeter, createRecordingLogger, ORIGIN, settled } from '../../test/kube/setup.ts';
import { createNetwork, type Network } from '../../test/support/network.ts';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { createVirtualClock, type VirtualClock } from '../../test/support/virtualClock.ts';
import type { Clock } from '../ports/clock.ts';
import { createElector, type Elector } from './lease.ts';

const PATH = '/apis/coordination.k8s.io/v1/namespaces/ops/leases/operator';
const SKEW_MS = 7_200_000;

interface Process {
  elector: Elector;
  network: Network;
  /** Holds back all timers and replies of this process, as a stopped container or a suspended machine does. */
  pause(): void;
  resume(): void;
  leads: number;
  ended: number;
  meter: ReturnType<typeof createCountingMeter>;
}

function cluster(): { clock: VirtualClock; api: MiniApi; run(identity: string, skewMs?: number): Process } {
  const clock = createVirtualClock();
  const api = createMiniApi();
  let seed = 0;
  return {
    clock,
    api,
    run(identity, skewMs = 0) {
      const held: (() => void)[] = [];
      let paused = false;
      const when = (fn: () => void) => () => (paused ? void held.push(fn) : fn());
      const own: Clock = {
        now: () => clock.now() + skewMs,
        monotonic: () => clock.monotonic() + skewMs,
        after: (ms, fn) => clock.after(ms, when(fn)),
      };
      const random = createSeededRandom(++seed);
      const network = createNetwork({ clock: own, random });
      network.serve(ORIGIN, api.handler);
      const meter = createCountingMeter();
      const client = clientOn(network, own, meter);
      const logger = createRecordingLogger();
      const elector = createElector({
        client,
        clock: own,
        random,
        identity,
        namespace: 'ops',
        name: 'operator',
        meter,
        logger,
      });
      const process: Process = {
        elector,
        network,
        meter,
        leads: 0,
        ended: 0,
        pause: () => {
          paused = true;
        },
        resume: () => {
          paused = false;
          for (const fn of held.splice(0)) fn();
        },
      };
      elector.start({ onStarted: () => process.leads++, onStopped: () => process.ended++ });
      return process;
    },
  };
}

const specOf = (api: MiniApi) => (api.objects.get(PATH) as { spec?: Record<string, unknown> } | undefined)?.spec;

/** Advances in small steps and checks each time that at most one thinks that it leads. */
async function watched(clock: VirtualClock, processes: Process[], ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    await clock.advance(250);
    expect(processes.filter(({ elector }) => elector.isLeader()).length).toBeLessThanOrEqual(1);
  }
}

test('one takes the lease, keeps it, and writes it as client-go does', async () => {
  const { clock, api, run } = cluster();
  const a = run('a');
  const b = run('b');
  await watched(clock, [a, b], 120_000);
  expect([a, b].map(({ leads, ended }) => [leads, ended]).sort()).toEqual([
    [0, 0],
    [1, 0],
  ]);
  const leader = a.leads ? a : b;
  expect(leader.elector.remainingMs()).toBeGreaterThan(12_000);
  expect(specOf(api)).toMatchObject({
    holderIdentity: leader === a ? 'a' : 'b',
    leaseDurationSeconds: 15,
    acquireTime: expect.stringMatching(/^2026-01-01T00:00:00\.\d{6}Z$/),
    renewTime: expect.stringMatching(/^2026-01-01T00:0(1:5|2:0)\d\.\d{6}Z$/),
    leaseTransitions: 0,
  });
  expect(leader.meter.value('leader_election_master_status', { name: 'operator' })).toBe(1);
});

test('a release lets the other lead within seconds', async () => {
  const { clock, api, run } = cluster();
  const a = run('a');
  await clock.until(() => a.elector.isLeader(), 10_000);
  const b = run('b');
  await watched(clock, [a, b], 20_000);
  const released = a.elector.release();
  expect(a.elector.isLeader()).toBe(false);
  expect(a.elector.remainingMs()).toBe(0);
  await settled(clock, released);
  expect(specOf(api)).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  await clock.until(() => b.elector.isLeader(), 5_000);
  expect(specOf(api)).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  expect([a.leads, a.ended, b.leads]).toEqual([1, 1, 1]);
  expect(a.meter.value('leader_election_master_status', { name: 'operator' })).toBe(0);
});

test('the lease of a crashed leader is taken after it has run out, not before', async () => {
  const { clock, run } = cluster();
  const a = run('a');
  await clock.until(() => a.elector.isLeader(), 10_000);
  const b = run('b');
  await watched(clock, [a, b], 20_000);
  a.network.revoke();
  const crashed = clock.monotonic();
  await clock.until(() => b.elector.isLeader(), 60_000);
  expect(clock.monotonic() - crashed).toBeGreaterThanOrEqual(13_000);
  expect(clock.monotonic() - crashed).toBeLessThan(25_000);
});

test('a leader that cannot renew stops after 10 s, well before another may begin', async () => {
  const { clock, run } = cluster();
  const a = run('a');
  await clock.until(() => a.elector.isLeader(), 10_000);
  const b = run('b');
  await watched(clock, [a, b], 20_000);
  a.network.fault = () => 'before';
  const cut = clock.monotonic();
  await clock.until(() => a.ended === 1, 60_000);
  expect(clock.monotonic() - cut).toBeLessThanOrEqual(10_100);
  await watched(clock, [a, b], 30_000);
  expect([a.elector.isLeader(), b.elector.isLeader()]).toEqual([false, true]);
});

test('one failed renewal, a hanging one or a lost reply costs nothing', async () => {
  const { clock, run } = cluster();
  const a = run('a');
  await clock.until(() => a.elector.isLeader(), 10_000);
  for (const fault of ['before', 'after', 'hang'] as const) {
    let once = true;
    a.network.fault = () => {
      if (!once) return undefined;
      once = false;
      return fault;
    };
    await watched(clock, [a], 30_000);
    expect(once).toBe(false);
  }
  expect([a.leads, a.ended]).toEqual([1, 0]);
});

test.each([SKEW_MS, -SKEW_MS])('clocks %i ms apart change nothing', async (skewMs) => {
  const { clock, run } = cluster();
  const a = run('a');
  await clock.until(() => a.elector.isLeader(), 10_000);
  const b = run('b', skewMs);
  await watched(clock, [a, b], 120_000);
  expect([a.elector.isLeader(), b.leads]).toEqual([true, 0]);
  a.network.revoke();
  await clock.until(() => b.elector.isLeader(), 25_000);
});

test('a paused leader knows at once, when it goes on, that it leads no more', async () => {
  const { clock, run } = cluster();
  const a = run('a');
  await clock.until(() => a.elector.isLeader(), 10_000);
  const b = run('b', SKEW_MS);
  await watched(clock, [a, b], 20_000);
  a.pause();
  await watched(clock, [a, b], 60_000);
  expect(b.elector.isLeader()).toBe(true);
  expect(a.ended).toBe(0);
  a.resume();
  expect(a.elector.isLeader()).toBe(false);
  await watched(clock, [a, b], 60_000);
  expect([a.leads, a.ended, b.leads, b.ended]).toEqual([1, 1, 1, 0]);
});

test('over random pauses, cuts and restarts there are never two leaders, and always one again', async () => {
  for (let seed = 1; seed <= 15; seed++) {
    const { clock, run } = cluster();
    const chance = createSeededRandom(seed * 101);
    const all: Process[] = [];
    const start = () => all.push(run(`p${all.length}`, Math.floor((chance.next() - 0.5) * 2 * SKEW_MS)));
    start();
    start();
    for (let step = 0; step < 40; step++) {
      const victim = all[Math.floor(chance.next() * all.length)]!;
      const what = chance.next();
      if (what < 0.25) victim.pause();
      else if (what < 0.5) victim.resume();
      else if (what < 0.6)
        victim.network.fault = () => (['before', 'after', 'hang', undefined] as const)[Math.floor(chance.next() * 4)];
      else if (what < 0.8) victim.network.fault = undefined;
      else if (what < 0.9) void victim.elector.release();
      else start();
      await watched(clock, all, Math.floor(chance.next() * 20_000));
    }
    for (const process of all) {
      process.network.fault = undefined;
      process.resume();
    }
    start();
    await watched(clock, all, 60_000);
    expect(all.filter(({ elector }) => elector.isLeader())).toHaveLength(1);
  }
});

test('a lease that was given to another by hand ends leadership at once', async () => {
  const { clock, api, run } = cluster();
  const a = run('a');
  await clock.until(() => a.elector.isLeader(), 10_000);
  api.put(PATH, {
    ...api.objects.get(PATH)!,
    spec: { holderIdentity: 'x', leaseDurationSeconds: 15, renewTime: 'now' },
  });
  await clock.until(() => a.ended === 1, 5_000);
});

test('a lease that may not be written is logged once, and is tried again', async () => {
  const clock = createVirtualClock();
  const random = createSeededRandom(1);
  const network = createNetwork({ clock, random });
  const api = createMiniApi();
  network.serve(ORIGIN, api.handler);
  const logger = createRecordingLogger();
  const meter = createCountingMeter();
  const client = clientOn(network, clock, meter);
  const elector = createElector({
    client,
    clock,
    random,
    identity: 'a',
    namespace: 'ops',
    name: 'operator',
    meter,
    logger,
  });
  api.intercept = () => refused(403, 'Forbidden');
  elector.start({ onStarted() {}, onStopped() {} });
  await clock.advance(60_000);
  expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
  api.intercept = undefined;
  await clock.until(() => elector.isLeader(), 10_000);
});
