import type { Clock } from '../ports/clock.ts';

/** What a server is spared; `spec.limits` of a SyncServer. */
export interface Limits {
  requestsPerSecond: number;
  burst: number;
  /** Calls in flight, without the slow ones. */
  concurrency: number;
}

/** `user` goes before `deep`, that before `poll`. `slow` (tests, executes) has places of its own. */
export type Lane = 'slow' | 'user' | 'deep' | 'poll';

const ORDER: readonly Lane[] = ['slow', 'user', 'deep', 'poll'];
const AGED_MS = 30_000;

/** At most this many executes and tests are open at an origin: an execute may stay open until its run ends. */
export const SLOW_CALLS = 64;

export interface Limiter {
  /** Resolves to a release function when the call may go; to undefined when `withinMs` passed or `signal` aborted before. */
  acquire(lane: Lane, within: { withinMs?: number; signal?: AbortSignal }): Promise<(() => void) | undefined>;
  /** Replaces the limits; for what waits too. */
  configure(limits: Limits): void;
  /** Nobody goes for `ms`: the server said so. */
  pause(ms: number): void;
  /** How much of that is left, in ms. */
  pausedMs(): number;
  /** Takes the burst away, so that what waited out an outage returns at the rate. */
  drain(): void;
  waiting(): number;
}

interface Waiter {
  since: number;
  go(release: (() => void) | undefined): void;
}

/** A token bucket and a concurrency limit with lanes. `onWait` gets the seconds that a call waited. */
export function createLimiter(clock: Clock, limits: Limits, onWait: (seconds: number) => void): Limiter {
  const queues: Record<Lane, Waiter[]> = { slow: [], user: [], deep: [], poll: [] };
  let current = limits;
  let tokens = limits.burst;
  let filledAt = clock.monotonic();
  let pausedUntil = 0;
  let busy = 0;
  let slow = 0;
  let lastAged = false;
  let cancelTimer: (() => void) | undefined;

  const refill = () => {
    const now = clock.monotonic();
    const earned = ((now - Math.max(filledAt, Math.min(now, pausedUntil))) * current.requestsPerSecond) / 1000;
    tokens = Math.min(current.burst, tokens + Math.max(0, earned));
    filledAt = now;
  };
  const ready = () =>
    ORDER.filter(
      (lane) => queues[lane].length > 0 && (lane === 'slow' ? slow < SLOW_CALLS : busy < current.concurrency),
    );
  const next = (): Lane | undefined => {
    const open = ready();
    if (open[0] === 'slow') return 'slow';
    // Without this, a bulk change would starve the polls that tell whether it worked; it takes every other place at most.
    const aged = lastAged
      ? undefined
      : open.slice(1).find((lane) => clock.monotonic() - queues[lane][0]!.since >= AGED_MS);
    lastAged = aged !== undefined;
    return aged ?? open[0];
  };
  const wakeIn = (ms: number) => {
    cancelTimer?.();
    cancelTimer = clock.after(ms, () => {
      cancelTimer = undefined;
      pump();
    });
  };
  const pump = () => {
    refill();
    while (ready().length > 0) {
      const wait = Math.max(pausedUntil - clock.monotonic(), ((1 - tokens) / current.requestsPerSecond) * 1000);
      // Rounding must not leave a timer that fires a hair too early, again and again.
      if (wait > 1e-6) return wakeIn(Math.ceil(wait));
      tokens -= 1;
      const lane = next()!;
      start(lane, queues[lane].shift()!);
    }
  };
  const start = (lane: Lane, waiter: Waiter) => {
    if (lane === 'slow') slow++;
    else busy++;
    onWait((clock.monotonic() - waiter.since) / 1000);
    let released = false;
    waiter.go(() => {
      if (released) return;
      released = true;
      if (lane === 'slow') slow--;
      else busy--;
      pump();
    });
  };

  return {
    acquire: (lane, { withinMs, signal }) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve(undefined);
        const giveUp = () => {
          const at = queues[lane].indexOf(waiter);
          if (at >= 0) queues[lane].splice(at, 1);
          waiter.go(undefined);
        };
        const cancel = withinMs === undefined || withinMs === Infinity ? undefined : clock.after(withinMs, giveUp);
        const waiter: Waiter = {
          since: clock.monotonic(),
          go: (release) => {
            cancel?.();
            signal?.removeEventListener('abort', giveUp);
            resolve(release);
          },
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        queues[lane].push(waiter);
        pump();
      }),
    configure(changed) {
      refill();
      current = changed;
      tokens = Math.min(tokens, changed.burst);
      pump();
    },
    pause: (ms) => {
      refill();
      pausedUntil = Math.max(pausedUntil, clock.monotonic() + ms);
    },
    pausedMs: () => Math.max(0, pausedUntil - clock.monotonic()),
    drain: () => {
      refill();
      tokens = 0;
    },
    waiting: () => ORDER.reduce((sum, lane) => sum + queues[lane].length, 0),
  };
}
