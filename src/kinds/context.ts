import type { Resource } from '../engine/resource.ts';
import type { ValueReader } from '../kube/secretReader.ts';
import type { Store } from '../kube/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { JsonObject } from '../ports/json.ts';
import type { Logger } from '../ports/logger.ts';
import type { Random } from '../ports/random.ts';
import type { Sessions } from './session/sessions.ts';

/** What the kinds share: the cached resources, the live servers, and values from Secrets and ConfigMaps. */
export interface KindContext {
  clock: Clock;
  random: Random;
  logger: Logger;
  /** One store a kind, by its name: `SyncJob`. Indexes: `remoteId` (status.id), `remoteName` (spec.name), `ref` (Kind.references); of SyncRuns also `runTarget` and `runId`. */
  stores: Readonly<Record<string, Store<Resource>>>;
  sessions: Sessions;
  values: ValueReader;
  /** Labels of a namespace, where the operator may read namespaces. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  /** Makes a SyncRun, unless one of its name is there. Rejects with KubeError. */
  createRun(manifest: JsonObject): Promise<void>;
}
