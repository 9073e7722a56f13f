import { type Clock, sleep } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Meter } from '../ports/meter.ts';
import type { Random } from '../ports/random.ts';
import type { KubeClient } from './client.ts';
import { isExpired, isTooLarge, KubeError } from './errors.ts';
import { type KubeObject, objectKey, type ResourceType, resourceName } from './objects.ts';
import type { Store } from './store.ts';
import { isOlder } from './versions.ts';
import type { WatchEvent } from './watch.ts';

/** Keeps a store equal to what the API server has of one type, in one namespace or in all. */
export interface Reflector {
  start(): void;
  stop(): void;
  /** True once a complete list is in the store; stays true. */
  synced(): boolean;
  whenSynced(): Promise<void>;
  /** False from a failed list or watch until one works again: the store may be behind. */
  healthy(): boolean;
  /** Why it is not healthy. */
  lastError(): KubeError | undefined;
}

export interface ReflectorOptions<T extends KubeObject> {
  client: KubeClient;
  resource: ResourceType;
  /** Absent: all namespaces. */
  namespace?: string | undefined;
  store: Store<T>;
  clock: Clock;
  random: Random;
  logger: Logger;
  meter: Meter;
}

const PAGE = 500;
/** Bookmarks come about every 60 s; a connection that says nothing for longer is dead. */
const IDLE_MS = 70_000;
/** A watch that lived this long was a good one: the next failure starts from a short wait again. */
const GOOD_WATCH_MS = 10_000;
/** A list may follow the one before at once when that is this long ago. */
const LIST_GAP_MS = 10_000;
const MALFORMED_MOST = 3;

export function createReflector<T extends KubeObject>(options: ReflectorOptions<T>): Reflector {
  const { client, resource, namespace, store, clock, random, meter } = options;
  const labels = { resource: resourceName(resource) };
  const logger = options.logger.child({ ...labels, ...(namespace === undefined ? {} : { namespace }) });
  const names = ['resource'];
  const lists = meter.counter('reflector_lists_total', 'Complete or broken lists begun', names);
  const watches = meter.counter('reflector_watches_total', 'Watches begun', names);
  const failures = meter.counter('reflector_failures_total', 'Lists and watches that failed', [...names, 'reason']);
  const feed = store.feed(namespace);
  const stopping = new AbortController();
  const { signal } = stopping;
  const firstSync = Promise.withResolvers<void>();

  let started = false;
  let synced = false;
  let error: KubeError | undefined;
  let logged = '';
  /** Where to resume; undefined: list first. */
  let version: string | undefined;
  let failed = 0;
  let malformed = 0;
  let listedAt = Number.NEGATIVE_INFINITY;

  async function list(): Promise<void> {
    lists.inc(labels);
    listedAt = clock.monotonic();
    const keys = new Set<string>();
    let from: string | undefined;
    let listVersion: string | undefined;
    // A list shows at least what was known before it began; one that does not comes from a server whose history went back.
    const newest = feed.newest();
    let always = false;
    do {
      const page = await client.list<T>(resource, { namespace, limit: PAGE, continue: from, signal });
      if (signal.aborted) return;
      if (from === undefined) {
        listVersion = page.metadata.resourceVersion;
        always = isOlder(listVersion, newest);
        if (always) logger.warn({ listVersion, newest }, 'The API server went back in time: taking its list as it is');
      }
      for (const item of page.items) {
        keys.add(objectKey(item.metadata));
        put(item, always);
      }
      from = page.metadata.continue || undefined;
      // A page is parsed in one go; timers and other work come in between.
      if (from !== undefined) await sleep(clock, 0, signal);
    } while (from !== undefined);
    feed.retain(keys, listVersion, always);
    advance(listVersion);
    error = undefined;
    synced = true;
    firstSync.resolve();
  }

  function advance(to: string | undefined): void {
    version = to;
    if (to !== undefined) feed.progress(to);
  }

  function take({ type, object }: WatchEvent<T>): void {
    if (type === 'BOOKMARK' && isOlder(object.metadata.resourceVersion, version)) {
      throw new KubeError('the API server went back in time', { status: 410, reason: 'Expired' });
    }
    if (type === 'DELETED') guarded(() => feed.drop(object));
    else if (type !== 'BOOKMARK') put(object, false);
    malformed = 0;
    advance(object.metadata.resourceVersion ?? version);
  }

  const put = (object: T, always: boolean) => guarded(() => feed.put(object, always));

  /** One object that cannot be made smaller or indexed must not stop all others. */
  function guarded(fn: () => void): void {
    try {
      fn();
    } catch (reason) {
      logger.error({ err: reason }, 'An object could not be taken in');
    }
  }

  async function watch(): Promise<void> {
    watches.inc(labels);
    const stream = client.watch<T>(resource, {
      namespace,
      resourceVersion: version!,
      timeoutSeconds: 300 + Math.floor(random.next() * 301),
      idleMs: IDLE_MS,
      signal,
      onOpen: () => {
        error = undefined;
      },
    });
    for await (const event of stream) take(event);
  }

  function onFailure(reason: unknown): void {
    const seen =
      reason instanceof KubeError ? reason : new KubeError(String(reason), { status: 0, reason: 'Internal' });
    failures.inc({ ...labels, reason: seen.reason });
    if (seen.reason === 'Malformed') malformed++;
    // The same broken line would come again and again; a list has the object in another envelope.
    if (isExpired(seen) || isTooLarge(seen) || malformed >= MALFORMED_MOST) version = undefined;
    if (seen.message !== logged)
      logger.warn({ err: seen, reason: seen.reason }, 'Watching failed; it will be tried again');
    logged = seen.message;
    error = seen;
  }

  /** 1 s doubling to 30 s, half of it by chance. */
  function backoffMs(): number {
    const most = Math.min(30_000, 1_000 * 2 ** Math.min(failed - 1, 5));
    return most / 2 + (random.next() * most) / 2;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const began = clock.monotonic();
      try {
        if (version === undefined) await list();
        if (!signal.aborted) await watch();
      } catch (reason) {
        if (!signal.aborted) onFailure(reason);
      }
      // However it ended: what lasted is followed by the next at once, what was short by ever longer waits, so that no server,
      // proxy or compaction can make this a storm of lists.
      const lasted = clock.monotonic() - began >= GOOD_WATCH_MS;
      if (lasted && error === undefined) logged = '';
      failed = lasted ? 0 : failed + 1;
      // Whoever says that a version is too old is there and well, as after a restart: what is known is old already.
      const isDue = version === undefined && clock.monotonic() - listedAt >= LIST_GAP_MS;
      if (failed > 0 && !isDue) await sleep(clock, backoffMs(), signal);
    }
  }

  return {
    start() {
      if (started) return;
      started = true;
      void run();
    },
    stop: () => stopping.abort(),
    synced: () => synced,
    whenSynced: () => firstSync.promise,
    healthy: () => error === undefined,
    lastError: () => error,
  };
}
