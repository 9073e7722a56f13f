import { isConflict } from '../kube/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Random } from '../ports/random.ts';
import { createBackoff } from './backoff.ts';
import { Fenced } from './blocked.ts';
import type { PassResult } from './pass.ts';
import type { Priority, Queue, Work } from './queue.ts';

/** Works off a queue of keys with a fixed number of workers; a pass that fails is tried again by the key's back-off. */
export interface Controller {
  start(): void;
  /** No new pass begins; resolves when those under way have ended. */
  stop(): Promise<void>;
}

export interface PassMeter {
  began(): void;
  ended(pass: Measure & { tookMs: number }): void;
}

interface Measure {
  result: 'success' | 'error' | 'requeue' | 'requeue_after';
  terminal?: boolean;
  panicked?: boolean;
}

export interface ControllerOptions {
  name: string;
  queue: Queue;
  workers: number;
  /** `waitedMs`: how long ago the pass was asked for. */
  reconcile(key: string, waitedMs: number): Promise<PassResult>;
  clock: Clock;
  random: Random;
  logger: Logger;
  meter: PassMeter;
  /** Waited for after each pass: after a restart thousands of them find nothing to do and nothing to wait for. */
  breathe(): Promise<void>;
}

export function createController(options: ControllerOptions): Controller {
  const { queue, clock, logger, meter, name } = options;
  const backoff = createBackoff(options.random);
  let workers: Promise<void>[] = [];

  async function work(): Promise<void> {
    for (;;) {
      const item = await queue.get();
      if (!item) return;
      const began = clock.monotonic();
      meter.began();
      const result = await passOver(item);
      meter.ended({ ...result.measure, tookMs: clock.monotonic() - began });
      queue.done(item.key);
      schedule(item.key, result.pass);
      await options.breathe();
    }
  }

  async function passOver({ key, waitedMs }: Work): Promise<{ pass: PassResult; measure: Measure }> {
    try {
      const pass = await options.reconcile(key, waitedMs);
      const result = pass.outcome === 'retry' ? 'requeue' : pass.againMs === undefined ? 'success' : 'requeue_after';
      return { pass, measure: { result, terminal: pass.outcome === 'stalled' } };
    } catch (error) {
      // Somebody changed the object meanwhile, or the lease is gone: the pass is simply made again.
      const expected = isConflict(error) || error instanceof Fenced;
      if (!expected) logger.error({ controller: name, object: key, error: describe(error) }, 'the pass failed');
      return {
        pass: { outcome: 'retry' },
        measure: { result: expected ? 'requeue' : 'error', panicked: error instanceof TypeError },
      };
    }
  }

  function schedule(key: string, { outcome, againMs }: PassResult): void {
    const priority: Priority = outcome === 'retry' ? 'retry' : 'drift';
    if (outcome === 'retry') {
      const wait = backoff.next(key);
      queue.addAfter(key, againMs === undefined ? wait : Math.min(wait, againMs), priority);
      return;
    }
    // A look that is planned already stays: what it was planned for may have come up during this pass.
    backoff.reset(key);
    if (outcome === 'gone') queue.forget(key);
    if (againMs !== undefined) queue.addAfter(key, againMs, priority);
  }

  return {
    start() {
      workers = Array.from({ length: options.workers }, () => work());
    },
    async stop() {
      queue.close();
      await Promise.all(workers);
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
