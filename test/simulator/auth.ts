import type { ServerRequest } from '../support/server.ts';
import type { State } from './state.ts';

/** Does the request carry a token, by header or as the password of basic auth (sync-api-v2.md section 1)? */
export function isAuthorised(state: State, headers: ServerRequest['headers']): boolean {
  const token = headers['x-cdata-authtoken'] ?? basicPassword(headers.authorization);
  return token !== undefined && state.tokens.has(token);
}

function basicPassword(header: string | undefined): string | undefined {
  const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}
