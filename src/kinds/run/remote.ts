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
  const { cancel, entry, lastParts } = calls;
  return {
    async execute() {
      const run = await remoteCall(session, () => calls.execute(id, options));
      if (run !== 'unsupported') return run;
      const message = `this server has no call that starts a ${runnable.noun}, as far as is known (spec.routes can say otherwise)`;
      throw new RemoteError(message, { kind: 'unsupported' }, 'execute');
    },
    status: () => remoteCall(session, () => calls.status(id, options)),
    history: () => remoteCall(session, () => calls.history(id, options)),
    async parts(run: RemoteRun): Promise<readonly RemotePart[] | 'unsupported'> {
      if (entry && run.id !== undefined) {
        const full = await remoteCall(session, () => entry(id, run.id!, options));
        if (full !== 'unsupported' && full.tasks.length > 0) return full.tasks;
      }
      return lastParts ? remoteCall(session, () => lastParts(id, options)) : 'unsupported';
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
