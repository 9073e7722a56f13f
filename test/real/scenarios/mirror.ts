import type { KubeClient } from '../../../src/kube/client.ts';
import type { ResourceType } from '../../../src/kube/objects.ts';
import { createReflector } from '../../../src/kube/reflector.ts';
import { createStore } from '../../../src/kube/store.ts';
import { isOlder } from '../../../src/kube/versions.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { systemRandom } from '../../../src/ports/random.ts';
import type { KubeObject } from '../../cluster/types.ts';
import { createCountingMeter, createRecordingLogger } from '../../kube/setup.ts';

/** What the API server has of some kinds, at hand at once. */
export interface Mirror {
  get(kind: string, key: string): KubeObject | undefined;
  list(kind: string): KubeObject[];
  /** Whether it shows the object as a write left it. */
  shows(kind: string, object: KubeObject): boolean;
  has(kind: string): boolean;
  synced(): Promise<void>;
  stop(): void;
}

export function createMirror(client: KubeClient, types: readonly ResourceType[]): Mirror {
  const common = { client, clock: systemClock(), random: systemRandom(), meter: createCountingMeter() };
  const logger = createRecordingLogger();
  const parts = types.map((resource) => {
    const store = createStore(logger);
    const reflector = createReflector({ ...common, logger, resource, store });
    reflector.start();
    return { kind: resource.kind, store, reflector };
  });
  const storeOf = (kind: string) => {
    const part = parts.find((one) => one.kind === kind);
    if (!part) throw new Error(`${kind} is not mirrored`);
    return part.store;
  };
  return {
    get: (kind, key) => structuredClone(storeOf(kind).get(key)) as KubeObject | undefined,
    list: (kind) => structuredClone(storeOf(kind).list()) as KubeObject[],
    shows(kind, { metadata, spec }) {
      const { namespace, name, uid, resourceVersion, deletionTimestamp, finalizers = [] } = metadata;
      const found = storeOf(kind).get(namespace ? `${namespace}/${name}` : name);
      // A namespace has its finalizers in its spec.
      const held = finalizers.length > 0 || spec?.finalizers?.length > 0;
      const gone = deletionTimestamp !== undefined && !held;
      if (!found || found.metadata.uid !== uid) return gone;
      return !gone && !isOlder(found.metadata.resourceVersion!, resourceVersion);
    },
    has: (kind) => parts.some((one) => one.kind === kind),
    async synced() {
      await Promise.all(parts.map(({ reflector }) => reflector.whenSynced()));
    },
    stop() {
      for (const { reflector } of parts) reflector.stop();
    },
  };
}
