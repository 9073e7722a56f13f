import type { Clock } from '../ports/clock.ts';
import type { Meter } from '../ports/meter.ts';
import { createDelays } from './delays.ts';
import { measureQueue } from './queueMetrics.ts';

/** Why a key is there, the most urgent first. */
export const priorities = ['user', 'delete', 'retry', 'drift', 'startup'] as const;
export type Priority = (typeof priorities)[number];

/** Keys to be worked on. A key is in it once, is worked on by one worker at a time, and is never lost. */
export interface Queue {
  /** Asks for a pass over the key as soon as possible. A key that waits keeps the best priority it was given. */
  add(key: string, priority: Priority): void;
  /** Asks for a pass after `ms` milliseconds. Of several such asks for a key the earliest wins, with the best priority. */
  addAfter(key: string, ms: number, priority: Priority): void;
  /** The next key: best priority first, then first come, first served. Undefined once the queue is closed. */
  get(): Promise<Work | undefined>;
  /** The pass over a key has ended. If it was added meanwhile, it waits again from here on. */
  done(key: string): void;
  /** Drops what is planned for later for this key. What waits now, or was added during a pass, still runs. */
  forget(key: string): void;
  /** Keys that wait now: neither those in work nor those planned for later. */
  readonly length: number;
  /** No more work is handed out, whoever waits gets undefined, and adds are ignored. */
  close(): void;
}

export interface Work {
  key: string;
  priority: Priority;
  /** Milliseconds since it was added. */
  waitedMs: number;
}

export interface QueueOptions {
  clock: Clock;
  meter?: Meter;
  /** The label `name` of the queue's metrics: the controller. */
  name: string;
}

/** A key that was added while it was in work. */
interface Again {
  rank: number;
  addedAt: number;
}

export function createQueue({ clock, meter, name }: QueueOptions): Queue {
  // One insertion-ordered map a priority, key → when it was added; an object a key would cost twice the memory.
  const lanes = priorities.map(() => new Map<string, number>());
  // A live iterator a lane: a fresh one would step over every key deleted before it.
  const heads: (MapIterator<[string, number]> | undefined)[] = priorities.map(() => undefined);
  const working = new Map<string, number>();
  const again = new Map<string, Again>();
  const delays = createDelays();
  const takers: ((work: Work | undefined) => void)[] = [];
  const metrics = measureQueue({ clock, meter, name, depth: () => length, working });
  let length = 0;
  let closed = false;
  let timer: { at: number; cancel: () => void } | undefined;

  function add(key: string, rank: number): void {
    if (closed) return;
    if (working.has(key)) {
      addAgain(key, rank);
      return;
    }
    const lane = lanes.findIndex((keys) => keys.has(key));
    if (lane !== -1) {
      if (rank < lane) promote(key, lane, rank);
      return;
    }
    metrics.added(rank === RETRY);
    enqueue(key, rank, clock.monotonic());
  }

  function addAgain(key: string, rank: number): void {
    const known = again.get(key);
    if (known) known.rank = Math.min(known.rank, rank);
    else {
      metrics.added(rank === RETRY);
      again.set(key, { rank, addedAt: clock.monotonic() });
    }
  }

  function promote(key: string, from: number, to: number): void {
    const addedAt = lanes[from]!.get(key)!;
    lanes[from]!.delete(key);
    lanes[to]!.set(key, addedAt);
  }

  function enqueue(key: string, rank: number, addedAt: number): void {
    // A taker waits only while every lane is empty, so the key need not go through one.
    const taker = takers.shift();
    if (taker) {
      taker(start(key, rank, addedAt));
    } else {
      lanes[rank]!.set(key, addedAt);
      length++;
    }
  }

  function first(rank: number): [string, number] {
    const next = heads[rank]?.next();
    if (next && !next.done) return next.value;
    // It had come to its end, and says so for good: what was added since needs a new one.
    const head = lanes[rank]!.entries();
    heads[rank] = head;
    return head.next().value!;
  }

  function take(): Work | undefined {
    for (let rank = 0; rank < lanes.length; rank++) {
      const lane = lanes[rank]!;
      if (lane.size === 0) continue;
      const [key, addedAt] = first(rank);
      lane.delete(key);
      length--;
      return start(key, rank, addedAt);
    }
    return undefined;
  }

  function start(key: string, rank: number, addedAt: number): Work {
    const now = clock.monotonic();
    working.set(key, now);
    const waitedMs = now - addedAt;
    metrics.started(waitedMs);
    return { key, priority: priorities[rank]!, waitedMs };
  }

  function arm(): void {
    const at = delays.next();
    if (at === undefined || (timer && timer.at <= at)) return;
    timer?.cancel();
    // Whole milliseconds, so that a fraction lost to rounding cannot make a timer that never reaches its time.
    const ms = Math.max(1, Math.ceil(at - clock.monotonic()));
    timer = { at, cancel: clock.after(ms, fire) };
  }

  function fire(): void {
    timer = undefined;
    const now = clock.monotonic();
    for (let due = delays.take(now); due; due = delays.take(now)) add(due.key, due.rank);
    arm();
  }

  return {
    add: (key, priority) => add(key, priorities.indexOf(priority)),
    addAfter(key, ms, priority) {
      const rank = priorities.indexOf(priority);
      if (!(ms > 0)) return add(key, rank);
      if (closed) return;
      delays.put(key, clock.monotonic() + ms, rank);
      arm();
    },
    get() {
      if (closed) return Promise.resolve(undefined);
      const work = take();
      return work ? Promise.resolve(work) : new Promise((resolve) => takers.push(resolve));
    },
    done(key) {
      const since = working.get(key);
      if (since === undefined) return;
      working.delete(key);
      metrics.finished(clock.monotonic() - since);
      const next = again.get(key);
      if (!next) return;
      again.delete(key);
      if (!closed) enqueue(key, next.rank, next.addedAt);
    },
    forget: (key) => delays.drop(key),
    get length() {
      return length;
    },
    close() {
      closed = true;
      timer?.cancel();
      timer = undefined;
      delays.clear();
      for (const lane of lanes) lane.clear();
      again.clear();
      length = 0;
      for (const taker of takers.splice(0)) taker(undefined);
    },
  };
}

const RETRY = priorities.indexOf('retry');
