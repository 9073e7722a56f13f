import { RemoteError } from '../../engine/remote.ts';
import type { RemotePart, RemoteRun, RunRemote } from '../../engine/run/model.ts';
import type { CallOptions } from '../../sync/session.ts';
import { isListed } from '../session/listed.ts';
import type { ServerSession, WorkspaceSession } from '../session/sessions.ts';
import { remoteCall } from '../shared/remoteCall.ts';
import type { Runnable } from './targets.ts';

/** The calls about one object that can run, in the engine's terms. */
export function remoteOf(
  runnable: Runnable,
  id: string,
  session: ServerSession,
  workspace: WorkspaceSession | undefined,
): RunRemote {
  const calls = runnable.calls(session.client);
  const collection = workspace && runnable.collection(workspace);
  const tracker = workspace && runnable.tracker(workspace);
  const options: CallOptions = collection ? { known: () => isListed(collection, id, session.writes) } : {};
  const reading: CallOptions = { ...options, lane: 'poll' };
  const { cancel, entry, lastParts } = calls;
  return {
    async execute() {
      const run = await remoteCall(session, () => calls.execute(id, options));
      if (run !== 'unsupported') return run;
      const message = `this server has no call that starts a ${runnable.noun}, as far as is known (spec.routes can say otherwise)`;
      throw new RemoteError(message, { kind: 'unsupported' }, 'execute');
    },
    status: () => remoteCall(session, () => calls.status(id, reading)).catch(orUnsupported),
    history: () => remoteCall(session, () => calls.history(id, reading)),
    async parts(run: RemoteRun): Promise<readonly RemotePart[] | 'unsupported'> {
      if (entry && run.id !== undefined) {
        const full = await remoteCall(session, () => entry(id, run.id!, reading));
        if (full !== 'unsupported' && full.tasks.length > 0) return full.tasks;
      }
      // While it runs, tasks that were not reached yet would still show the run before.
      return lastParts && run.state !== 'running' ? remoteCall(session, () => lastParts(id, reading)) : 'unsupported';
    },
    ...(cancel && {
      async cancel() {
        const done = await remoteCall(session, () => cancel(id, options));
        return done === 'unsupported' ? done : 'sent';
      },
    }),
    changed: () => tracker?.expectRun(id),
  };
}

/** A server without this call may say so in these words when the object is gone, too: the history can still tell which it is. */
function orUnsupported(error: unknown): 'unsupported' {
  const { outcome } = error instanceof RemoteError ? error : {};
  if (outcome?.kind === 'http' && (outcome.status === 405 || outcome.status === 501)) return 'unsupported';
  throw error;
}
