import type { Clock } from '../../src/ports/clock.ts';
import { CutConnection } from '../support/server.ts';
import type { OpenWatch } from './faults.ts';
import type { Change, Table } from './store.ts';
import type { KubeObject } from './types.ts';

const BOOKMARK_EVERY_MS = 60_000;

export interface WatchOptions {
  clock: Clock;
  table: Table;
  /** What has already happened and is to be sent first. */
  first: Uint8Array[];
  /** Changes after the starting revision that history holds. */
  missed: Change[];
  /** Lines of one change for this watch; none when it does not concern it. */
  line: (change: Change) => Uint8Array | undefined;
  /** A bookmark at the current revision; undefined when bookmarks are not wanted. */
  bookmark: (() => Uint8Array | undefined) | undefined;
  timeoutMs: number;
  signal: AbortSignal;
  request: OpenWatch['request'];
  /** Revision at which the view is frozen. */
  heldAt: number | undefined;
  opened: (watch: OpenWatch) => () => void;
}

/** A watch's body: what happened, then what happens, until its time is over, the client leaves or a fault ends it. */
export function openWatch(options: WatchOptions): AsyncIterable<Uint8Array> {
  const { clock, table, signal } = options;
  let queue: Uint8Array[] = [...options.first];
  let held: Change[] = [];
  let heldAt = options.heldAt;
  let ended: 'clean' | 'cut' | undefined;
  let wake: (() => void) | undefined;

  const ready = () => {
    wake?.();
    wake = undefined;
  };
  const accept = (change: Change) => {
    if (heldAt !== undefined && change.rv > heldAt) return void held.push(change);
    const line = options.line(change);
    if (!line) return;
    queue.push(line);
    ready();
  };
  const close = (how: 'clean' | 'cut') => {
    if (ended) return;
    ended = how;
    table.watchers.delete(accept);
    signal.removeEventListener('abort', onAbort);
    cancelTimeout();
    cancelBookmark();
    forget();
    ready();
  };
  const onAbort = () => close('clean');
  const remind = () => {
    const line = heldAt === undefined ? options.bookmark?.() : undefined;
    if (line) {
      queue.push(line);
      ready();
    }
    cancelBookmark = clock.after(BOOKMARK_EVERY_MS, remind);
  };

  const forget = options.opened({
    request: options.request,
    end: () => close('clean'),
    cut: () => close('cut'),
    hold(revision) {
      heldAt = revision;
      const waiting = held;
      held = [];
      for (const change of waiting) accept(change);
    },
  });
  const cancelTimeout = clock.after(options.timeoutMs, () => close('clean'));
  let cancelBookmark = options.bookmark ? clock.after(BOOKMARK_EVERY_MS, remind) : () => {};
  table.watchers.add(accept);
  signal.addEventListener('abort', onAbort, { once: true });
  for (const change of options.missed) accept(change);
  if (signal.aborted) close('clean');

  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    while (queue.length === 0 && !ended) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (ended === 'cut') throw new CutConnection('the watch was cut');
    if (queue.length === 0) return { done: true, value: undefined };
    const value = queue.length === 1 ? queue[0]! : Buffer.concat(queue);
    queue = [];
    return { done: false, value };
  };
  return {
    [Symbol.asyncIterator]: () => ({
      next,
      return: async () => {
        close('clean');
        return { done: true, value: undefined };
      },
    }),
  };
}

/** What a change is to a watch with selectors: an object that starts to match is added, one that stops is deleted. */
export function seenAs(
  change: Change,
  match: ((object: KubeObject) => boolean) | undefined,
): Change['type'] | undefined {
  if (!match) return change.type;
  const before = change.prev !== undefined && match(change.prev.object);
  if (change.type === 'DELETED') return before ? 'DELETED' : undefined;
  const after = match(change.entry.object);
  if (before) return after ? 'MODIFIED' : 'DELETED';
  return after ? 'ADDED' : undefined;
}

const encoder = new TextEncoder();

/** One line of a watch stream. */
export function watchLine(type: string, objectJson: string): Uint8Array {
  return encoder.encode(`{"type":"${type}","object":${objectJson}}\n`);
}
