import type { Action, ActionInput } from '../../engine/kind.ts';
import type { ServerSession } from '../session/sessions.ts';
import { remoteCall } from '../shared/remoteCall.ts';

interface Reset {
  token: string;
  reason: string;
  done: string;
  call(session: ServerSession, id: string): Promise<void>;
}

const RESETS: readonly Reset[] = [
  {
    token: 'reset-credentials-requested-at',
    reason: 'CredentialsReset',
    done: 'Sync was told to forget the OAuth credentials of the connection; sign in again there',
    call: (session, id) => session.client.connections.resetCredentials(id),
  },
  {
    token: 'reset-metadata-requested-at',
    reason: 'MetadataReset',
    done: 'Sync was told to forget the tables and columns of the connection',
    call: (session, id) => session.client.connections.resetMetadata(id),
  },
];

/** The resets that somebody has asked for (sync-api-v2.md section 4.2); none is ever repeated by itself. */
export function resetActions(session: ServerSession, { id, tokens }: ActionInput): Action[] {
  return RESETS.filter(({ token }) => tokens.has(token)).map(({ token, reason, done, call }) => ({
    name: token.replace('-requested-at', ''),
    token,
    once: true,
    async run() {
      const result = await remoteCall(session, () => call(session, id));
      if (result !== 'unsupported') return { ok: true, reason, message: done };
      return { ok: false, reason: 'Unsupported', message: `this server has no ${token.replace('-requested-at', '')}` };
    },
  }));
}
