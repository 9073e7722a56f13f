import type { Clock } from '../ports/clock.ts';
import type { Json } from '../ports/json.ts';
import { type HttpResponse, TransportError } from '../ports/transport.ts';
import { BodyTooLarge, parseBody, parseList, readBody } from './body.ts';
import { decodeList } from './decode.ts';
import { type CallOutcome, SyncError } from './errors.ts';
import type { Lane } from './limits.ts';
import type { CallMetrics, Origin } from './origin.ts';
import { decodeRetryAfter } from './retryAfter.ts';
import type { Operation } from './routes.ts';
import type { Scrubber } from './scrub.ts';

/** One request as it goes out. */
export interface Shot {
  operation: Operation;
  method: string;
  /** Path and query, as sent. */
  path: string;
  body?: string;
  ifMatch?: string;
  lane: Lane;
  /** From sending to the end of the reply; Infinity: none. */
  deadlineMs: number;
  /** How long it may wait for its turn; absent or Infinity: as long as it takes. */
  sendWithinMs?: number;
  signal?: AbortSignal;
  /** A large list may come in pieces. */
  inPieces?: boolean;
}

/** One reply, read and parsed, not judged. */
export interface Exchange {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Undefined when the text is empty or not JSON. */
  json?: Json;
  /** The texts of the items of a large list that was asked for in pieces; `json` has none of them, and `text` is empty. To be gone through once. */
  items?: Iterable<string>;
  /** The body could not be read to its end. */
  fault?: 'tooLarge' | 'cutOff';
}

export interface ExchangeDeps {
  clock: Clock;
  origin: Origin;
  metrics: CallMetrics;
  scrubber: Scrubber;
  maxBodyBytes: number;
  authHeaders: Readonly<Record<string, string>>;
  /** Asks the server whether it is there, past limits and breaker; never rejects. */
  probe(): Promise<boolean>;
  /** True while only calls may be sent that tell which server this is. */
  isAnother(): boolean;
}

/** A server cannot make us wait longer than this at once. */
const MAX_PAUSE_MS = 60_000;
/** When to try again what was held back because of another server. */
const ANOTHER_MS = 30_000;

type Failure = Extract<CallOutcome, { kind: 'transport' }>['failure'];
const CONNECTION_FAILURES: ReadonlySet<string> = new Set(['refused', 'dns', 'tls', 'connectTimeout', 'proxy', 'reset']);

/** Waits its turn, sends, reads. A GET is repeated once when it was not sent or was reset. Throws SyncError (transport, circuitOpen). */
export async function exchange(deps: ExchangeDeps, shot: Shot): Promise<Exchange> {
  try {
    return await once(deps, shot);
  } catch (error) {
    if (!(error instanceof SyncError) || shot.method !== 'GET' || error.outcome.kind !== 'transport') throw error;
    const { failure, sent } = error.outcome;
    if (failure === 'timeout' || (sent && failure !== 'reset') || deps.origin.breaker.open) throw error;
    return once(deps, shot);
  }
}

async function once(deps: ExchangeDeps, shot: Shot): Promise<Exchange> {
  const late = () => {
    const retryAfterMs = deps.origin.limiter.pausedMs();
    if (retryAfterMs === 0) return transportError(shot, 'timeout', false, 'it was not sent in time');
    const { id, access } = shot.operation;
    return new SyncError(
      id,
      access,
      { kind: 'http', status: 429, retryAfterMs },
      `${id} was not sent: the server asks to wait`,
    );
  };
  const { clock } = deps;
  const sendBy = clock.monotonic() + (shot.sendWithinMs ?? Number.POSITIVE_INFINITY);
  if (clock.monotonic() >= sendBy) throw late();
  await passBreaker(deps, shot);
  const release = await deps.origin.limiter.acquire(shot.lane, { withinMs: shot.sendWithinMs, signal: shot.signal });
  if (!release) throw late();
  try {
    // The server may have gone while this waited.
    await passBreaker(deps, shot);
    // So may the server have been replaced, and what waited would go to a stranger.
    if (deps.isAnother() && !tellsServer(shot)) throw unsent(shot, 'another server answers now', ANOTHER_MS);
    // A process that was paused while it waited may have lost its right to write.
    if (clock.monotonic() >= sendBy) throw late();
    return await send(deps, shot);
  } finally {
    release();
  }
}

async function passBreaker({ origin, probe }: ExchangeDeps, shot: Shot): Promise<void> {
  const retryAfterMs = await origin.breaker.enter(probe);
  if (retryAfterMs === undefined) return;
  throw unsent(shot, 'the server does not answer', retryAfterMs, origin.breaker.failure);
}

function unsent({ operation }: Shot, why: string, retryAfterMs: number, failure?: SyncError): SyncError {
  const message = `${operation.id} was not sent: ${why}; next try in ${Math.ceil(retryAfterMs / 1000)} s`;
  return new SyncError(operation.id, operation.access, { kind: 'circuitOpen', retryAfterMs }, message, '', failure);
}

/** Its workspaces say which server it is, and so does the alias of the default one. */
function tellsServer({ operation, path }: Shot): boolean {
  return operation.id === 'workspaces.list' || (operation.id === 'workspaces.get' && /\/default\/?$/.test(path));
}

/** Sends at once, without limits, and tells the breaker and the metrics what came of it. */
export async function send(deps: ExchangeDeps, shot: Shot): Promise<Exchange> {
  const { clock, origin, metrics } = deps;
  const labels = { operation: shot.operation.id };
  const started = clock.monotonic();
  let code = 'aborted';
  try {
    const reply = await sendWithDeadline(deps, shot);
    code = String(reply.status);
    const retryAfterMs = decodeRetryAfter(reply.headers['retry-after'], clock);
    const isThrottled = reply.status === 429 || (reply.status === 503 && retryAfterMs !== undefined);
    if (isThrottled && retryAfterMs !== undefined) origin.limiter.pause(Math.min(MAX_PAUSE_MS, retryAfterMs));
    if (!isThrottled && reply.status >= 502 && reply.status <= 504)
      void origin.breaker.failed(gatewayError(shot, reply.status), deps.probe);
    else origin.breaker.answered();
    return reply;
  } catch (error) {
    if (error instanceof SyncError && error.outcome.kind === 'transport') {
      code = error.outcome.failure;
      if (CONNECTION_FAILURES.has(code)) void origin.breaker.failed(error, deps.probe);
    }
    throw error;
  } finally {
    metrics.requests.inc({ ...labels, code });
    metrics.duration.observe(labels, (clock.monotonic() - started) / 1000);
  }
}

async function sendWithDeadline(deps: ExchangeDeps, shot: Shot): Promise<Exchange> {
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  shot.signal?.addEventListener('abort', onAbort, { once: true });
  const cancel = shot.deadlineMs === Infinity ? undefined : deps.clock.after(Math.max(0, shot.deadlineMs), onAbort);
  try {
    const response = await deps.origin.connection.request({
      method: shot.method,
      path: shot.path,
      headers: headersOf(deps, shot),
      ...(shot.body !== undefined && { body: shot.body }),
      signal: stop.signal,
    });
    return await read(deps, response, stop, shot.inPieces === true);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    // An abort is our own doing: the deadline, or the caller who no longer waits.
    const failure: Failure = error.failure === 'aborted' ? 'timeout' : error.failure;
    const words = error.failure === 'aborted' ? 'no answer in time' : deps.scrubber.scrub(error.message);
    throw transportError(shot, failure, error.sent, words);
  } finally {
    cancel?.();
    shot.signal?.removeEventListener('abort', onAbort);
  }
}

async function read(
  { clock, maxBodyBytes }: ExchangeDeps,
  response: HttpResponse,
  stop: AbortController,
  inPieces: boolean,
): Promise<Exchange> {
  const { status, headers } = response;
  let text: string;
  try {
    text = await readBody(response, maxBodyBytes);
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      stop.abort();
      return { status, headers, text: '', fault: 'tooLarge' };
    }
    if (error instanceof TransportError && error.failure !== 'aborted')
      return { status, headers, text: '', fault: 'cutOff' };
    throw error;
  }
  if (text.trim() === '') return { status, headers, text };
  try {
    const list = inPieces ? await parseList(text, clock, isList) : undefined;
    if (list) return { status, headers, text: '', ...list };
    return { status, headers, text, json: await parseBody(text, clock) };
  } catch (error) {
    if (error instanceof SyntaxError) return { status, headers, text };
    throw error;
  }
}

const isList = (body: Json, items: Json[]) => decodeList(body)?.items === items;

function headersOf({ authHeaders }: ExchangeDeps, { body, ifMatch }: Shot): Record<string, string> {
  return {
    ...authHeaders,
    accept: 'application/json',
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
  };
}

function gatewayError({ operation, method, path }: Shot, status: number): SyncError {
  const message = `${operation.id} (${method} ${path.replace(/\?.*$/, '')}) was answered ${status}`;
  return new SyncError(operation.id, operation.access, { kind: 'http', status }, message);
}

function transportError({ operation, method, path }: Shot, failure: Failure, sent: boolean, words: string): SyncError {
  const message = `${operation.id} (${method} ${path.replace(/\?.*$/, '')}) failed: ${words}`;
  return new SyncError(operation.id, operation.access, { kind: 'transport', failure, sent }, message);
}
