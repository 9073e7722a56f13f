import type { Clock } from '../../../src/ports/clock.ts';
import type { WriteRecord } from '../../cluster/handler.ts';
import type { KubeObject } from '../../cluster/types.ts';
import { CutConnection, type Handler, type ServerRequest, type ServerResponse } from '../../support/server.ts';
import type { connect } from '../controlPlane.ts';
import type { Pace } from './pace.ts';

/** Hands requests on to a real API server. */
export interface Proxy {
  handler: Handler;
  writes: WriteRecord[];
  close(): void;
}

export interface ProxyOptions {
  clock: Clock;
  pace: Pace;
  api: ReturnType<typeof connect>;
  /** Called with what a write has left. */
  shown(object: KubeObject): void;
}

/** The server's bookmarks come in its own time; on virtual time a line break says that a watch is alive. */
const ALIVE_MS = 30_000;

export function createProxy({ clock, pace, api: { connection, headers }, shown }: ProxyOptions): Proxy {
  const writes: WriteRecord[] = [];
  const closing = new AbortController();

  async function handle(request: ServerRequest): Promise<ServerResponse> {
    const done = pace.begin();
    try {
      const { method, path, body } = request;
      const response = await connection.request({
        method,
        path,
        headers: { ...request.headers, ...headers },
        ...(body === '' ? {} : { body }),
        signal: AbortSignal.any([request.signal, closing.signal]),
      });
      const { status } = response;
      const type = { 'content-type': response.headers['content-type'] ?? 'application/json' };
      if (path.includes('watch=true') && status === 200) {
        return { status, headers: type, body: alive(response.body, clock) };
      }
      const text = await readAll(response.body);
      // What the chart does not grant is refused: then its rules lack something.
      if (isRefusal(status, text)) pace.fail(new Error(`${method} ${path} was refused to the operator: ${text}`));
      if (method !== 'GET') note(request, status, text);
      return { status, headers: type, body: text };
    } catch (error) {
      throw new CutConnection(String(error));
    } finally {
      done();
    }
  }

  function note({ method, path }: ServerRequest, status: number, text: string): void {
    const url = new URL(path, 'http://cluster');
    const [, group = '', , namespace, resource = '', name, subresource] =
      /^\/apis?(?:\/([^/]+\.[^/]+))?\/(\w+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
        url.pathname,
      ) ?? [];
    const request = { verb: method.toLowerCase(), group, resource, namespace, name, subresource };
    const outcome = {
      at: clock.now(),
      status,
      dryRun: url.searchParams.has('dryRun'),
      revision: 0,
      changed: status < 300,
    };
    writes.push({ ...request, ...outcome } as unknown as WriteRecord);
    const object = status < 300 ? (JSON.parse(text) as KubeObject) : undefined;
    if (object?.metadata?.uid) shown(object);
  }

  return {
    writes,
    close: () => closing.abort(),
    handler: handle,
  };
}

/** A namespace that is going takes in nothing new, and says so as if it were a matter of rights. */
function isRefusal(status: number, text: string): boolean {
  return status === 401 || (status === 403 && !text.includes('NamespaceTerminating'));
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

async function* alive(body: AsyncIterable<Uint8Array>, clock: Clock): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  let next = pieces.next();
  next.catch(() => {});
  try {
    for (;;) {
      let cancel = () => {};
      const tick = new Promise<'tick'>((resolve) => {
        cancel = clock.after(ALIVE_MS, () => resolve('tick'));
      });
      const got = await Promise.race([next, tick]);
      cancel();
      if (got === 'tick') {
        yield new TextEncoder().encode('\n');
        continue;
      }
      if (got.done) return;
      yield got.value;
      next = pieces.next();
      next.catch(() => {});
    }
  } catch (error) {
    throw new CutConnection(String(error));
  } finally {
    await pieces.return?.(undefined);
  }
}
