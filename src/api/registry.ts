import type { Definition } from './definition.ts';
import { SYNC_CONNECTION } from './syncConnection.ts';
import { SYNC_JOB } from './syncJob.ts';
import { SYNC_SERVER } from './syncServer.ts';
import { SYNC_WORKSPACE } from './syncWorkspace.ts';

/** Every custom resource, in the order in which they depend on each other. */
export const KINDS: readonly Definition[] = [SYNC_SERVER, SYNC_WORKSPACE, SYNC_CONNECTION, SYNC_JOB];

/** kubectl's category of all kinds: `kubectl get sync`. */
export const CATEGORY = 'sync';

/** The definition of a kind by its name, as `SyncJob`; undefined when there is none. */
export function definitionOf(kind: string): Definition | undefined {
  return KINDS.find((definition) => definition.kind === kind);
}
