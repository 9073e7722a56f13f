import type { Definition } from './definition.ts';
import { SYNC_CONNECTION } from './syncConnection.ts';
import { SYNC_EVENT } from './syncEvent.ts';
import { SYNC_JOB } from './syncJob.ts';
import { SYNC_PIPELINE } from './syncPipeline.ts';
import { SYNC_RUN } from './syncRun.ts';
import { SYNC_SERVER } from './syncServer.ts';
import { SYNC_TRANSFORMATION } from './syncTransformation.ts';
import { SYNC_USER } from './syncUser.ts';
import { SYNC_WORKSPACE } from './syncWorkspace.ts';

/** Every custom resource, in the order in which they depend on each other; those not `installed` have no controller yet. */
export const KINDS: readonly Definition[] = [
  SYNC_SERVER,
  SYNC_WORKSPACE,
  SYNC_CONNECTION,
  SYNC_JOB,
  SYNC_TRANSFORMATION,
  SYNC_PIPELINE,
  SYNC_EVENT,
  SYNC_USER,
  SYNC_RUN,
];

/** kubectl's category of all kinds: `kubectl get sync`. */
export const CATEGORY = 'sync';

/** The definition of a kind by its name, as `SyncJob`; undefined when there is none. */
export function definitionOf(kind: string): Definition | undefined {
  return KINDS.find((definition) => definition.kind === kind);
}
