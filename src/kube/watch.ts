import type { Clock } from '../ports/clock.ts';
import { type Call, type Caller, toKubeError } from './calls.ts';
import { errorFromStatus, KubeError } from './errors.ts';
import { lines } from './lines.ts';
import type { KubeObject } from './objects.ts';

export interface WatchOptions {
  namespace?: string | undefined;
  labelSelector?: string;
  fieldSelector?: string;
  /** Where to resume: of a list, an event or a bookmark. */
  resourceVersion: string;
  /** The server ends the watch after this many seconds. */
  timeoutSeconds: number;
  /** Milliseconds without a byte after which the connection counts as dead. Bookmarks come about every minute. */
  idleMs: number;
  /** The server accepted the watch; nothing may come for a long time. */
  onOpen?: () => void;
  signal?: AbortSignal;
}

/** A BOOKMARK carries nothing but a resourceVersion. ERROR never gets here: it is thrown. */
export interface WatchEvent<T extends KubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}

/** The events of one watch request. Throws KubeError; ends quietly when the server ends the stream or the signal aborts. */
export async function* watchStream(
  caller: Caller,
  clock: Clock,
  call: Call,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<KubeObject>> {
  const { signal, idleMs } = options;
  const cut = new AbortController();
  const stop = () => cut.abort();
  if (signal?.aborted) return;
  signal?.addEventListener('abort', stop, { once: true });
  let idle = false;
  let cancel = () => {};
  const rewind = () => {
    cancel();
    cancel = clock.after(idleMs, () => {
      idle = true;
      cut.abort();
    });
  };
  try {
    const body = await caller.stream(call, cut);
    rewind();
    options.onOpen?.();
    for await (const line of lines(onPiece(body, rewind))) yield parseEvent(call.what, line);
  } catch (error) {
    if (signal?.aborted) return;
    if (idle) throw new KubeError(`${call.what}: silent for ${idleMs / 1000} s`, { status: 0, reason: 'IdleTimeout' });
    throw toKubeError(call, error, false);
  } finally {
    cancel();
    signal?.removeEventListener('abort', stop);
    cut.abort();
  }
}

async function* onPiece(body: AsyncIterable<Uint8Array>, fn: () => void): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    fn();
    yield piece;
  }
}

const TYPES: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

function parseEvent(what: string, line: string): WatchEvent<KubeObject> {
  const malformed = (why: string) => new KubeError(`${what}: ${why}`, { status: 0, reason: 'Malformed' });
  let event: { type?: string; object?: Partial<KubeObject> };
  try {
    event = JSON.parse(line);
  } catch {
    throw malformed('a line is not JSON');
  }
  if (event?.type === 'ERROR') throw errorFromStatus(what, event.object);
  if (!TYPES.has(event?.type ?? '') || typeof event.object?.metadata !== 'object')
    throw malformed('a line is no event');
  if (event.type !== 'BOOKMARK' && !event.object.metadata?.name) throw malformed('an event without a name');
  return event as WatchEvent<KubeObject>;
}
