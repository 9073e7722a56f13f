import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

export interface PollLoop {
  /** Runs at once, then after every interval. */
  start(): void;
  /** Cuts off what is under way; nothing runs by itself after this. */
  stop(): void;
  /**
   * Waits for a run that starts after this call; all who call while one is under way share the next. Rejects with that run's error.
   * While the last run has failed the loop keeps its own pace: then this rejects at once with that failure.
   */
  refresh(): Promise<void>;
  /** Waits for the run that is under way, or for the next as `refresh` does. */
  join(): Promise<void>;
  /** Why the last run failed; undefined when it did not. */
  readonly failure: Failure | undefined;
}

export interface Failure {
  error: unknown;
}

export interface PollLoopOptions {
  /** One run; what it resolves after `signal` has aborted is dropped. */
  run(signal: AbortSignal): Promise<void>;
  /** Called after every run, whatever came of it. */
  onSettled?: () => void;
  clock: Clock;
  random: Random;
  /** From the end of one run to the start of the next, give or take a tenth. Infinity: after one that succeeded, on request only. */
  intervalMs: number;
}

const FIRST_BACKOFF_MS = 1_000;
const MOST_BACKOFF_MS = 300_000;

/** Runs something again and again, one at a time; after failures from 1 s on, doubling up to the interval. */
export function createPollLoop({ run, onSettled, clock, random, intervalMs }: PollLoopOptions): PollLoop {
  let live = false;
  let failures = 0;
  let failure: Failure | undefined;
  let running: AbortController | undefined;
  let current: PromiseWithResolvers<void> | undefined;
  let queued: PromiseWithResolvers<void> | undefined;
  let cancelTimer: (() => void) | undefined;

  const schedule = () => {
    if (!live) return;
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MOST_BACKOFF_MS, intervalMs);
    const base = failures === 0 ? intervalMs : backoff;
    if (base === Number.POSITIVE_INFINITY) return;
    cancelTimer = clock.after(Math.ceil(base * (0.9 + 0.2 * random.next())), () => void attempt());
  };

  async function attempt(): Promise<void> {
    cancelTimer?.();
    const waiting = queued ?? deferred();
    queued = undefined;
    current = waiting;
    const mine = new AbortController();
    running = mine;
    try {
      await run(mine.signal);
      mine.signal.throwIfAborted();
      failures = 0;
      failure = undefined;
      settle(mine);
      waiting.resolve();
    } catch (error) {
      if (!mine.signal.aborted) {
        failures = Math.min(failures + 1, 30);
        failure = { error };
      }
      settle(mine);
      waiting.reject(error);
    }
  }

  function settle(mine: AbortController): void {
    if (running !== mine) return;
    running = undefined;
    onSettled?.();
    if (queued && !failure) return void attempt();
    queued?.reject(failure?.error);
    queued = undefined;
    schedule();
  }

  const loop: PollLoop = {
    get failure() {
      return failure;
    },
    start() {
      if (live) return;
      live = true;
      if (!running) void attempt();
    },
    stop() {
      live = false;
      cancelTimer?.();
      const stopped = new Error('the list was stopped');
      queued?.reject(stopped);
      queued = undefined;
      running?.abort(stopped);
      running = undefined;
    },
    refresh() {
      if (failure && !running) return Promise.reject(failure.error);
      queued ??= deferred();
      const waiting = queued;
      if (!running) void attempt();
      return waiting.promise;
    },
    join: () => (running && current ? current.promise : loop.refresh()),
  };
  return loop;
}

/** A promise whose rejection is nobody's accident when no one waits any more. */
function deferred(): PromiseWithResolvers<void> {
  const made = Promise.withResolvers<void>();
  made.promise.catch(() => {});
  return made;
}
