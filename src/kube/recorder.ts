import { type Clock, sleep } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Meter } from '../ports/meter.ts';
import type { Random } from '../ports/random.ts';
import type { KubeClient } from './client.ts';
import { isNotFound, KubeError } from './errors.ts';
import { createEventBudget } from './eventBudget.ts';
import { EVENTS, type KubeObject } from './objects.ts';

/** Kubernetes events (core/v1, which `kubectl describe` shows). Best effort: nothing here throws, blocks or piles up. */
export interface Recorder {
  /** `reason` in CamelCase; the message is cut at 1,024 characters. Texts from servers must be scrubbed before. */
  record(object: EventTarget, type: 'Normal' | 'Warning', reason: string, message: string): void;
  /** Sends what waits, for at most `limitMs`; resolves always. */
  flush(limitMs: number): Promise<void>;
}

export interface EventTarget {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string };
}

export interface RecorderOptions {
  client: KubeClient;
  clock: Clock;
  random: Random;
  meter: Meter;
  logger: Logger;
  /** Shown by kubectl in the column From. */
  component: string;
}

interface Entry {
  key: string;
  target: EventTarget;
  type: string;
  reason: string;
  message: string;
  first: number;
  last: number;
  count: number;
  /** The event's name once it is stored. */
  name?: string;
  queued: boolean;
}

interface Event extends KubeObject {
  involvedObject: object;
}

const QUEUE_MOST = 1_000;
const KNOWN_MOST = 4_096;
/** The same event within this time only counts up; the API server keeps events for an hour. */
const WINDOW_MS = 600_000;
const MESSAGE_MOST = 1_024;
const TRIES = 3;
const RETRY_MS = 10_000;

export function createRecorder({ client, clock, random, meter, logger, component }: RecorderOptions): Recorder {
  const results = meter.counter('cdata_sync_events_total', 'Kubernetes events by what became of them', ['result']);
  const count = (result: 'sent' | 'limited' | 'dropped' | 'refused') => results.inc({ result });
  const budget = createEventBudget(clock);
  /** What was told lately, oldest first. */
  const known = new Map<string, Entry>();
  const queue: Entry[] = [];
  const refusals = new Set<string>();
  let draining: Promise<void> | undefined;
  let hurry = new AbortController();

  function entryOf(target: EventTarget, type: string, reason: string, message: string): Entry {
    const { namespace = '', name, uid = '' } = target.metadata;
    const key = [target.kind, namespace, name, uid, type, reason, message].join('\n');
    const now = clock.now();
    const before = known.get(key);
    known.delete(key);
    const fresh = before && clock.monotonic() - before.last < WINDOW_MS ? before : undefined;
    const entry: Entry = fresh ?? {
      key,
      target,
      type,
      reason,
      message,
      first: now,
      last: 0,
      count: 0,
      queued: false,
    };
    entry.last = clock.monotonic();
    entry.count++;
    known.set(key, entry);
    if (known.size > KNOWN_MOST) known.delete(known.keys().next().value!);
    return entry;
  }

  async function send(entry: Entry): Promise<void> {
    if (entry.name !== undefined) {
      const ref = { namespace: namespaceOf(entry), name: entry.name };
      const body = { count: entry.count, lastTimestamp: seconds(clock.now()) };
      try {
        await client.patch(EVENTS, ref, { type: 'merge', body });
        return;
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    const event = toEvent(entry, random, component, clock.now());
    await client.create(EVENTS, event);
    entry.name = event.metadata.name;
  }

  async function deliver(entry: Entry): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await send(entry);
        return count('sent');
      } catch (error) {
        const again = error instanceof KubeError && (error.status === 0 || error.status === 429 || error.status >= 500);
        if (again && tries < TRIES && !hurry.signal.aborted) {
          await sleep(clock, RETRY_MS, hurry.signal);
          continue;
        }
        count('refused');
        const reason = error instanceof KubeError ? error.reason : 'Internal';
        if (!refusals.has(reason))
          logger.warn({ err: error }, 'Kubernetes events are refused; further ones are only counted');
        refusals.add(reason);
        return;
      }
    }
  }

  async function drain(): Promise<void> {
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      entry.queued = false;
      await deliver(entry);
    }
    draining = undefined;
  }

  return {
    record(target, type, reason, message) {
      const entry = entryOf(target, type, reason, clip(message));
      // One that waits already goes out with the new count.
      if (entry.queued) return;
      if (!budget.take(`${target.kind}\n${target.metadata.namespace}\n${target.metadata.name}`))
        return count('limited');
      if (queue.length >= QUEUE_MOST) return count('dropped');
      entry.queued = true;
      queue.push(entry);
      draining ??= drain();
    },
    async flush(limitMs) {
      if (!draining) return;
      hurry.abort();
      await Promise.race([draining, sleep(clock, limitMs)]);
      hurry = new AbortController();
    },
  };
}

const namespaceOf = ({ target }: Entry) => target.metadata.namespace ?? 'default';

function toEvent(entry: Entry, random: Random, component: string, now: number): Event {
  const { apiVersion, kind, metadata } = entry.target;
  const { name, namespace, uid, resourceVersion } = metadata;
  // Names are at most 253 characters long and must be new each time.
  const unique = `${name.slice(0, 230)}.${random.uuid().replaceAll('-', '').slice(0, 16)}`;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: unique, namespace: namespaceOf(entry) },
    involvedObject: { apiVersion, kind, name, namespace, uid, resourceVersion },
    type: entry.type,
    reason: entry.reason,
    message: entry.message,
    count: entry.count,
    firstTimestamp: seconds(entry.first),
    lastTimestamp: seconds(now),
    source: { component },
    reportingComponent: component,
    reportingInstance: component,
  } as Event;
}

/** Kubernetes' Time. */
const seconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

function clip(message: string): string {
  if (message.length <= MESSAGE_MOST) return message;
  // Not between the halves of a character outside the basic plane.
  const end = /[\ud800-\udbff]/.test(message[MESSAGE_MOST - 2]!) ? MESSAGE_MOST - 2 : MESSAGE_MOST - 1;
  return `${message.slice(0, end)}…`;
}
