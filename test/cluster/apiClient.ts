import type { Connection } from '../../src/ports/transport.ts';
import type { Loose } from './types.ts';

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Loose;
}

export interface WatchEvent {
  type: string;
  object: Loose;
}

/** A plain client for tests: one request, one answer, nothing interpreted. */
export interface ApiClient {
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  put(path: string, body: unknown): Promise<Reply>;
  merge(path: string, body: unknown): Promise<Reply>;
  del(path: string, body?: unknown): Promise<Reply>;
  /** The events of a watch, as they come. Leaving the loop closes it. */
  watch(path: string, headers?: Record<string, string>): AsyncGenerator<WatchEvent>;
}

export function createApiClient(connection: Connection, always: Record<string, string> = {}): ApiClient {
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await connection.request({
      method,
      path,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...always, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    let text = '';
    const decoder = new TextDecoder();
    for await (const piece of response.body) text += decoder.decode(piece, { stream: true });
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  return {
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body) => send('POST', path, body),
    put: (path, body) => send('PUT', path, body),
    merge: (path, body) => send('PATCH', path, body, { 'content-type': 'application/merge-patch+json' }),
    del: (path, body) => send('DELETE', path, body),
    async *watch(path, headers = {}) {
      const left = new AbortController();
      const request = { method: 'GET', path, headers: { accept: 'application/json', ...always, ...headers } };
      const response = await connection.request({ ...request, signal: left.signal });
      const decoder = new TextDecoder();
      let rest = '';
      try {
        for await (const piece of response.body) {
          const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
          rest = lines.pop()!;
          for (const line of lines) yield JSON.parse(line);
        }
      } finally {
        left.abort();
      }
    },
  };
}
