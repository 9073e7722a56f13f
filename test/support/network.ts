import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from '../../src/ports/transport.ts';
import { CutConnection, type Handler, type ServerResponse } from './server.ts';

/** One request as the network saw it. */
export interface Exchange {
  at: number;
  origin: string;
  method: string;
  path: string;
  body?: string;
  status?: number;
  failure?: string;
}

export type Phase = (typeof PHASES)[number];
export const PHASES = ['leaving', 'arrived', 'replied'] as const;

export interface Network extends Transport {
  /** Puts a server at an origin; undefined takes it away (refused). */
  serve(origin: string, handler: Handler | undefined): void;
  /** All exchanges so far, in the order in which they were sent. */
  readonly exchanges: Exchange[];
  /** When it names something for a request, that is lost: 'before' the server sees it, or 'after' it acted; an error is thrown unsent. */
  fault:
    | ((request: HttpRequest & { origin: string }) => 'before' | 'after' | 'hang' | TransportError | undefined)
    | undefined;
  /** Told of each request: when it is about to leave, when the server has begun on it, when its reply is about to come. */
  watch: ((exchange: Exchange, phase: Phase) => void) | undefined;
  /** No further reply or error reaches this network's clients: a crash. */
  revoke(): void;
  /** What comes from now on reaches the clients only after `resume`: their process is paused. */
  pause(): void;
  resume(): void;
}

export interface NetworkOptions {
  clock: Clock;
  random: Random;
  /** Seeded one-way latency in ms, [min, max). */
  latencyMs?: [number, number];
  /** Keep exchanges; off for long or large runs. */
  record?: boolean;
}

/** A network without sockets: origins are functions, latency is seeded and on the given clock. */
export function createNetwork({ clock, random, latencyMs = [1, 5], record = true }: NetworkOptions): Network {
  const servers = new Map<string, Handler>();
  const exchanges: Exchange[] = [];
  let revoked = false;
  let paused: PromiseWithResolvers<void> | undefined;
  const never = new Promise<never>(() => {});
  const held = async () => {
    while (paused) await paused.promise;
    if (revoked) await never;
  };
  const lag = () => latencyMs[0] + Math.floor(random.next() * (latencyMs[1] - latencyMs[0]));
  const wait = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const abort = () => {
        cancel();
        reject(new TransportError('aborted', true, 'the request was cut off by its deadline'));
      };
      if (signal?.aborted) return reject(new TransportError('aborted', false, 'aborted before it was sent'));
      const cancel = clock.after(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });

  const network: Network = {
    exchanges,
    fault: undefined,
    watch: undefined,
    serve: (origin, handler) => (handler ? servers.set(origin, handler) : servers.delete(origin)),
    revoke: () => {
      revoked = true;
    },
    pause() {
      paused ??= Promise.withResolvers();
    },
    resume() {
      paused?.resolve();
      paused = undefined;
    },
    connect: ({ origin }) => ({
      close: async () => {},
      async request(request) {
        if (revoked) return never;
        const exchange: Exchange = { at: clock.now(), origin, method: request.method, path: request.path };
        if (request.body !== undefined) exchange.body = request.body;
        if (record) exchanges.push(exchange);
        network.watch?.(exchange, 'leaving');
        if (revoked) return never;
        try {
          const response = await send(origin, request, exchange);
          exchange.status = response.status;
          network.watch?.(exchange, 'replied');
          if (revoked || paused) await held();
          return response;
        } catch (error) {
          exchange.failure = error instanceof TransportError ? error.failure : String(error);
          if (revoked || paused) await held();
          throw error;
        }
      },
    }),
  };

  async function send(origin: string, request: HttpRequest, exchange: Exchange): Promise<HttpResponse> {
    const fault = network.fault?.({ ...request, origin });
    await wait(lag(), request.signal);
    const handler = servers.get(origin);
    if (!handler) throw new TransportError('refused', false, `connect ECONNREFUSED ${origin}`);
    if (fault instanceof TransportError) throw fault;
    if (fault === 'before') throw new TransportError('reset', true, 'socket hang up');
    const work = handler({
      method: request.method,
      path: request.path,
      headers: request.headers,
      body: request.body ?? '',
      signal: request.signal ?? new AbortController().signal,
    });
    network.watch?.(exchange, 'arrived');
    const response = await Promise.race([work, aborted(request.signal)]).catch((error: unknown) => {
      if (error instanceof CutConnection) throw new TransportError('reset', true, 'socket hang up');
      throw error;
    });
    if (fault === 'hang') await Promise.race([never, aborted(request.signal)]);
    await wait(lag(), request.signal);
    if (fault === 'after') throw new TransportError('reset', true, 'socket hang up');
    return { status: response.status, headers: response.headers ?? {}, body: stream(response, request.signal) };
  }

  async function* stream(response: ServerResponse, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const { body } = response;
    if (body === undefined) return;
    if (typeof body === 'string') {
      if (body !== '') yield new TextEncoder().encode(body);
      return;
    }
    const pieces = body[Symbol.asyncIterator]();
    const cut = aborted(signal);
    cut.catch(() => {});
    try {
      for (;;) {
        const piece = await Promise.race([pieces.next(), cut]);
        if (revoked || paused) await held();
        if (piece.done) return;
        yield piece.value;
      }
    } catch (error) {
      if (error instanceof CutConnection) throw new TransportError('reset', true, 'socket hang up');
      throw error;
    } finally {
      void pieces.return?.(undefined)?.catch(() => {});
    }
  }
  return network;
}

function aborted(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new TransportError('aborted', true, 'the request was cut off by its deadline'));
    if (signal?.aborted) fail();
    else signal?.addEventListener('abort', fail, { once: true });
  });
}
