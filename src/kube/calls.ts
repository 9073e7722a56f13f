import { type Clock, sleep } from '../ports/clock.ts';
import type { Counter } from '../ports/meter.ts';
import { type Connection, type HttpResponse, TransportError } from '../ports/transport.ts';
import type { KubeConnection } from './connection.ts';
import { errorFromReply, KubeError } from './errors.ts';

/** One call to the API server, below resources and verbs: credentials, deadline, bounded retries, metric, named errors. */
export interface Caller {
  /** Resolves with the parsed body; rejects with KubeError only. */
  json(call: Call): Promise<unknown>;
  /** Resolves once the headers of a 2xx are there; the deadline ends then. `cut` ends the body, too. */
  stream(call: Call, cut: AbortController): Promise<AsyncIterable<Uint8Array>>;
}

export interface Call {
  /** For errors: verb, resource and object. */
  what: string;
  method: string;
  path: string;
  body?: string;
  contentType?: string;
  /** May be repeated when the server asks for it. */
  read?: boolean;
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

export interface CallerOptions {
  connection: KubeConnection;
  pool: Connection;
  clock: Clock;
  requests: Counter;
  userAgent: string;
}

const MOST_TRIES = 4;
const LONGEST_WAIT_MS = 30_000;

export function createCaller({ connection, pool, clock, requests, userAgent }: CallerOptions): Caller {
  const host = new URL(connection.endpoint.origin).host;

  async function send(call: Call, signal: AbortSignal): Promise<HttpResponse> {
    const headers: Record<string, string> = {
      ...(await unlessAborted(connection.headers(), signal)),
      accept: 'application/json',
      'user-agent': userAgent,
    };
    if (call.body !== undefined) headers['content-type'] = call.contentType ?? 'application/json';
    const count = (code: string) => requests.inc({ code, method: call.method, host });
    const path = connection.basePath + call.path;
    try {
      const response = await pool.request({ method: call.method, path, headers, ...bodyOf(call), signal });
      count(String(response.status));
      return response;
    } catch (error) {
      count('<error>');
      throw error;
    }
  }

  /** One try. The deadline covers `use`; `cut` stays usable afterwards. */
  async function attempt<T>(call: Call, cut: AbortController, use: (response: HttpResponse) => Promise<T>): Promise<T> {
    let late = false;
    const abort = () => cut.abort();
    const cancel = clock.after(call.deadlineMs, () => {
      late = true;
      cut.abort();
    });
    if (call.signal?.aborted) cut.abort();
    call.signal?.addEventListener('abort', abort, { once: true });
    try {
      const response = await send(call, cut.signal);
      if (response.status < 200 || response.status > 299) {
        throw errorFromReply(call.what, response.status, await text(response), response.headers['retry-after']);
      }
      return await use(response);
    } catch (error) {
      throw toKubeError(call, error, late);
    } finally {
      cancel();
      call.signal?.removeEventListener('abort', abort);
    }
  }

  return {
    async json(call) {
      for (let tries = 1; ; tries++) {
        try {
          return await attempt(call, new AbortController(), async (response) => parse(call, await text(response)));
        } catch (error) {
          const wait = call.read && tries < MOST_TRIES ? retryDelay(error) : undefined;
          if (wait === undefined || wait > LONGEST_WAIT_MS) throw error;
          await sleep(clock, wait, call.signal);
          if (call.signal?.aborted) throw error;
        }
      }
    },
    async stream(call, cut) {
      const response = await attempt(call, cut, async (opened) => opened);
      return response.body;
    },
  };
}

const bodyOf = ({ body }: Call) => (body === undefined ? {} : { body });

/** A credential plugin may hang; the call's deadline has to hold nevertheless. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new TransportError('aborted', false, 'no credentials in time'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Only what the server asked to repeat, and a kept-alive connection that it closed under a read. */
function retryDelay(error: unknown): number | undefined {
  if (!(error instanceof KubeError)) return undefined;
  if (error.status === 429 || error.status === 503) return error.retryAfterMs;
  return error.failure === 'reset' ? 0 : undefined;
}

/** Names the call in what went wrong below it. `late`: its deadline cut it off. */
export function toKubeError(call: Call, error: unknown, late: boolean): KubeError {
  if (error instanceof KubeError) return error;
  if (error instanceof TransportError) {
    const timeout = late && error.failure === 'aborted';
    const why = timeout ? `no answer within ${call.deadlineMs / 1000} s` : `${error.failure}: ${error.message}`;
    return new KubeError(`${call.what}: ${timeout ? '' : 'cannot reach the API server: '}${why}`, {
      status: 0,
      reason: timeout ? 'Timeout' : 'Unreachable',
      failure: timeout ? 'timeout' : error.failure,
      sent: error.sent,
      cause: error,
    });
  }
  // Credentials could not be had (an exec plugin failed, a file is gone): nothing was sent.
  const message = error instanceof Error ? error.message : String(error);
  return new KubeError(`${call.what}: no credentials: ${message.slice(0, 300)}`, {
    status: 0,
    reason: 'NoCredentials',
    sent: false,
  });
}

async function text(response: HttpResponse): Promise<string> {
  const decoder = new TextDecoder();
  let result = '';
  for await (const piece of response.body) result += decoder.decode(piece, { stream: true });
  return result + decoder.decode();
}

function parse(call: Call, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new KubeError(`${call.what}: the reply is not JSON`, { status: 0, reason: 'Malformed' });
  }
}
