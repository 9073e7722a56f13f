import type { SyncServerStatus } from '../../api/syncServer.ts';
import { keyOf, type Resource } from '../../engine/resource.ts';
import { refOf } from '../../engine/wakes.ts';
import type { KindContext } from '../context.ts';
import { readConnection } from './connection.ts';
import type { SessionsControl } from './createSessions.ts';

export interface OpenEarlyDeps {
  context: Pick<KindContext, 'values' | 'stores'>;
  sessions: SessionsControl;
  /** The passes have begun, or the process ends: sessions are no longer ours to open. */
  isTooLate(): boolean;
}

/**
 * Before the first pass: opens the session of each server that was accepted earlier, and asks for the lists of its workspaces, so that
 * they arrive while the caches fill. What cannot be opened is left to the passes, which say why. Never rejects.
 */
export async function openEarly(deps: OpenEarlyDeps): Promise<void> {
  const servers = deps.context.stores.SyncServer?.list() ?? [];
  await Promise.all(servers.map((server) => openOne(deps, server).catch(() => {})));
}

async function openOne({ context, sessions, isTooLate }: OpenEarlyDeps, server: Resource): Promise<void> {
  const status = (server.status ?? {}) as SyncServerStatus;
  if (status.identity === undefined) return;
  const { settings, learned } = await readConnection(context.values, server, status);
  if (isTooLate()) return;
  const session = sessions.open(keyOf(server), settings, learned);
  session.accept(status.identity);
  await session.workspaces.listed();
  for (const { status } of context.stores.SyncWorkspace?.byIndex('ref', refOf(server)) ?? []) {
    // One that is gone would be asked for again and again.
    if (status?.id !== undefined && session.workspaces.get(status.id)) session.workspace(status.id);
  }
}
