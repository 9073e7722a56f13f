import { SyncError } from '../../sync/errors.ts';
import { toRemoteError } from '../remote/convert.ts';
import type { ServerSession } from '../session/sessions.ts';

/**
 * One call of a hook in the engine's terms: rejects with RemoteError only, and resolves to `unsupported` where the server has no
 * such operation. The server's session is told of failures.
 */
export async function remoteCall<T>(session: ServerSession, call: () => Promise<T>): Promise<T | 'unsupported'> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    if (error.outcome.kind === 'unsupported') return 'unsupported';
    session.failed(error);
    throw toRemoteError(error);
  }
}
