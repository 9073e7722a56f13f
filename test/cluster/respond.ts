import type { ServerResponse } from '../support/server.ts';

/** A JSON answer; `body` is the text itself or a value to encode. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): ServerResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}
