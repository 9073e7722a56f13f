import { GROUP, VERSION } from '../api/common.ts';
import type { Definition } from '../api/definition.ts';
import type { Resource } from '../engine/resource.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, ResourceType } from '../kube/objects.ts';
import { createReflector, type Reflector } from '../kube/reflector.ts';
import { createStore, type Store } from '../kube/store.ts';
import type { Ports } from '../ports/ports.ts';

/** What is known of the cluster: one store a kind, and the namespaces where they may be read. */
export interface Caches {
  stores: Readonly<Record<string, Store<Resource>>>;
  namespaces: Store<KubeObject>;
  start(): void;
  stop(): void;
  /** Resolves when all caches are filled, or those of one kind. */
  whenSynced(kind?: string): Promise<void>;
  /** Names of what is not synced or lags behind a failed watch. */
  missing(): string[];
}

const NAMESPACES: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

export function typeOf({ plural, kind }: Pick<Definition, 'plural' | 'kind'>): ResourceType {
  return { group: GROUP, version: VERSION, plural, kind, namespaced: true };
}

/** `only`: the namespaces to watch; absent: all, with their labels. */
export function createCaches(
  client: KubeClient,
  definitions: readonly Definition[],
  only: readonly string[] | undefined,
  { clock, random, logger, meter }: Ports,
): Caches {
  const stores: Record<string, Store<Resource>> = {};
  const reflectors: { kind: string; name: string; reflector: Reflector }[] = [];
  const common = { client, clock, random, logger, meter };
  for (const definition of definitions) {
    const store = createStore<Resource>(logger);
    stores[definition.kind] = store;
    for (const namespace of only ?? [undefined]) {
      const reflector = createReflector({ ...common, resource: typeOf(definition), namespace, store });
      const name = `${definition.plural}${namespace ? ` in ${namespace}` : ''}`;
      reflectors.push({ kind: definition.kind, name, reflector });
    }
  }
  const namespaces = createStore<KubeObject>(logger);
  // Labels and terminations of namespaces are a help, not a need: their lack never holds up anything.
  const names = only ? undefined : createReflector({ ...common, resource: NAMESPACES, store: namespaces });
  return {
    stores,
    namespaces,
    start() {
      for (const { reflector } of reflectors) reflector.start();
      names?.start();
    },
    stop() {
      for (const { reflector } of reflectors) reflector.stop();
      names?.stop();
    },
    async whenSynced(only) {
      const wanted = reflectors.filter(({ kind }) => only === undefined || kind === only);
      await Promise.all(wanted.map(({ reflector }) => reflector.whenSynced()));
    },
    missing: () => reflectors.filter(({ reflector }) => !reflector.synced()).map(({ name }) => `cache of ${name}`),
  };
}
