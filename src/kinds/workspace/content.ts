import type { Entity } from '../../sync/models/entity.ts';
import type { KindContext } from '../context.ts';
import type { ServerSession } from '../session/sessions.ts';
import { remoteCall } from '../shared/remoteCall.ts';

/**
 * What a workspace still holds that deleting it would destroy and that no resource of ours deletes anyway, as `job "Nightly"`; read
 * freshly. What the server cannot list is named too, since nobody can tell that it is empty. Rejects with RemoteError only.
 */
export async function contentOf(context: KindContext, session: ServerSession, id: string): Promise<string[]> {
  const { connections, jobs, transformations, pipelines } = session.client;
  const parts = [
    ['connection', 'SyncConnection', connections],
    ['job', 'SyncJob', jobs],
    ['transformation', 'SyncTransformation', transformations],
    ['pipeline', 'SyncPipeline', pipelines],
  ] as const;
  const found: string[] = [];
  for (const [noun, kind, api] of parts) {
    const entities: Entity[] | 'unsupported' = await remoteCall(session, () => api.list(id, { lane: 'user' }));
    if (entities === 'unsupported') found.push(`${noun}s, which this server does not list`);
    else
      for (const entity of entities)
        if (!isOurs(context, session, kind, entity.id)) found.push(`${noun} "${entity.name ?? entity.id}"`);
  }
  return found;
}

/** Whether a resource owns the object and removes it when it is deleted itself. */
function isOurs({ stores }: KindContext, session: ServerSession, kind: string, id: string): boolean {
  const owners = stores[kind]?.byIndex('remoteId', id) ?? [];
  return owners.some(
    ({ status }) =>
      status?.owned === true &&
      status.policies?.deletionPolicy === 'Delete' &&
      (session.identity === undefined || status.serverIdentity === session.identity),
  );
}
