import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { KubeClient } from './client.ts';
import { isNotFound, KubeError } from './errors.ts';
import { CONFIG_MAPS, type KubeObject, SECRETS } from './objects.ts';

/** What Secrets and ConfigMaps hold, by GET (the operator may not list them), read at most once a minute whoever asks. */
export interface ValueReader {
  /** Undefined: there is none. Rejects with KubeError (`Forbidden` …). Values are decoded as UTF-8. */
  secret(namespace: string, name: string): Promise<Values | undefined>;
  configMap(namespace: string, name: string): Promise<Values | undefined>;
  /** The last value that was read while it existed, however old: a deletion may still need a credential whose Secret is gone. */
  lastKnown(ref: ValueRef): Values | undefined;
  /** From now on `owner` is told when one of these changes, appears or vanishes; replaces its earlier refs. Empty: told no more. */
  watch(owner: string, refs: readonly ValueRef[]): void;
  /** Called with an owner and what changed. */
  onChange(handler: (owner: string, ref: ValueRef) => void): void;
  /** Ends the reading in turn. */
  stop(): void;
}

export interface ValueRef {
  kind: 'Secret' | 'ConfigMap';
  namespace: string;
  name: string;
}

export interface Values {
  data: Readonly<Record<string, string>>;
  resourceVersion: string;
}

interface Entry {
  ref: ValueRef;
  /** When the last read began; undefined: never. */
  readAt?: number;
  value?: Values | undefined;
  /** The last one that existed. */
  last?: Values;
  error?: unknown;
  /** Reads in a row that found nothing or failed. */
  misses: number;
  reading?: Promise<void> | undefined;
  owners: Set<string>;
}

interface Source extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  stringData?: Record<string, string>;
}

const AGE_MS = 60_000;
/** What is missing or refused is looked for sooner at first: it is often applied a moment later. */
const FIRST_MISS_MS = 5_000;
const ENTRIES_MOST = 10_000;

export interface ValueReaderOptions {
  client: KubeClient;
  clock: Clock;
  logger: Logger;
}

export function createValueReader({ client, clock, logger }: ValueReaderOptions): ValueReader {
  const entries = new Map<string, Entry>();
  const refsOf = new Map<string, string[]>();
  const handlers: ((owner: string, ref: ValueRef) => void)[] = [];
  let cancelTimer = () => {};
  let timerAt = Number.POSITIVE_INFINITY;
  let stopped = false;

  function entryOf(ref: ValueRef): Entry {
    const key = keyOf(ref);
    const found = entries.get(key);
    if (found) return found;
    forgetUnused();
    const entry: Entry = { ref, misses: 0, owners: new Set() };
    entries.set(key, entry);
    return entry;
  }

  function forgetUnused(): void {
    if (entries.size < ENTRIES_MOST) return;
    for (const [key, { owners, reading }] of entries) if (owners.size === 0 && !reading) entries.delete(key);
  }

  const maxAge = ({ misses }: Entry) => (misses === 0 ? AGE_MS : Math.min(AGE_MS, FIRST_MISS_MS * 2 ** (misses - 1)));
  const dueAt = (entry: Entry) => (entry.readAt ?? Number.NEGATIVE_INFINITY) + maxAge(entry);

  async function load(entry: Entry): Promise<void> {
    const { kind, namespace, name } = entry.ref;
    const first = entry.readAt === undefined;
    const before = entry.value?.resourceVersion;
    const wasRefused = entry.error instanceof KubeError && entry.error.status !== 0;
    entry.readAt = clock.monotonic();
    try {
      const resource = kind === 'Secret' ? SECRETS : CONFIG_MAPS;
      const object = await client.get<Source>(resource, { namespace, name });
      entry.value = valuesIn(kind, object);
      entry.last = entry.value;
      entry.error = undefined;
      entry.misses = 0;
    } catch (error) {
      entry.misses++;
      // A failed read changes nothing that is known, but whoever asks is told of it.
      entry.error = isNotFound(error) ? undefined : error;
      if (isNotFound(error)) entry.value = undefined;
    }
    if (first || entry.error !== undefined) return;
    if (entry.value?.resourceVersion !== before || wasRefused) tell(entry);
  }

  function tell({ owners, ref }: Entry): void {
    for (const owner of [...owners]) {
      for (const handler of handlers) {
        try {
          handler(owner, ref);
        } catch (error) {
          logger.error({ err: error, owner }, 'A handler of a changed value failed');
        }
      }
    }
  }

  /** Single flight: who asks while a read is under way gets its result. */
  function refresh(entry: Entry): Promise<void> {
    entry.reading ??= load(entry).finally(() => {
      entry.reading = undefined;
      if (entry.owners.size > 0) arm(dueAt(entry));
    });
    return entry.reading;
  }

  async function read(ref: ValueRef): Promise<Values | undefined> {
    const entry = entryOf(ref);
    if (entry.reading || clock.monotonic() >= dueAt(entry)) await refresh(entry);
    if (entry.error !== undefined) throw entry.error;
    return entry.value;
  }

  function arm(at: number): void {
    if (stopped || at >= timerAt) return;
    cancelTimer();
    timerAt = at;
    cancelTimer = clock.after(Math.max(0, at - clock.monotonic()), () => {
      timerAt = Number.POSITIVE_INFINITY;
      void poll();
    });
  }

  /** One after the other: a thousand references are no burst. */
  async function poll(): Promise<void> {
    let next = Number.POSITIVE_INFINITY;
    for (const entry of [...entries.values()]) {
      if (stopped) return;
      if (entry.owners.size === 0) continue;
      if (clock.monotonic() >= dueAt(entry)) await refresh(entry);
      next = Math.min(next, dueAt(entry));
    }
    if (next !== Number.POSITIVE_INFINITY) arm(next);
  }

  return {
    secret: (namespace, name) => read({ kind: 'Secret', namespace, name }),
    configMap: (namespace, name) => read({ kind: 'ConfigMap', namespace, name }),
    lastKnown: (ref) => entries.get(keyOf(ref))?.last,
    watch(owner, refs) {
      for (const key of refsOf.get(owner) ?? []) entries.get(key)?.owners.delete(owner);
      if (refs.length === 0) refsOf.delete(owner);
      else refsOf.set(owner, refs.map(keyOf));
      for (const ref of refs) {
        const entry = entryOf(ref);
        entry.owners.add(owner);
        arm(Math.max(clock.monotonic(), dueAt(entry)));
      }
    },
    onChange: (handler) => void handlers.push(handler),
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
}

const keyOf = ({ kind, namespace, name }: ValueRef) => `${kind}/${namespace}/${name}`;

/** What such an object holds: as it is stored, or as a manifest has it (`stringData`, and whatever YAML takes a value for). */
export function valuesIn(kind: ValueRef['kind'], object: Source): Values {
  const { data = {}, binaryData = {}, stringData = {}, metadata } = object;
  const [encoded, plain] = kind === 'Secret' ? [data, stringData] : [binaryData, data];
  const decoded: Record<string, string> = {};
  for (const [key, value] of Object.entries(encoded))
    decoded[key] = Buffer.from(String(value), 'base64').toString('utf8');
  for (const [key, value] of Object.entries(plain)) decoded[key] = String(value);
  return { data: decoded, resourceVersion: metadata.resourceVersion ?? '' };
}
