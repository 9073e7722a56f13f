import type { Clock } from '../../src/ports/clock.ts';
import { configMaps, namespaces, secrets, serviceAccounts } from './builtin/core.ts';
import { customResourceDefinitions, typeOfCrd } from './builtin/crds.ts';
import { coreEvents, newEvents } from './builtin/events.ts';
import { leases } from './builtin/leases.ts';
import type { Store } from './store.ts';
import { type KubeObject, qualified, type ResourceType } from './types.ts';

export interface Registry {
  /** Grows with every change of what is served. */
  readonly revision: number;
  all(): ResourceType[];
  byPlural(group: string, plural: string): ResourceType | undefined;
  /** By apiVersion and kind, as in a manifest. */
  byKind(apiVersion: string, kind: string): ResourceType | undefined;
  /** By kind, plural, singular, short name or `plural.group`, as on a command line. */
  find(word: string): ResourceType | undefined;
  readonly namespaces: ResourceType;
  readonly crds: ResourceType;
  readonly events: ResourceType;
}

/** What is served: the built-in kinds, and what the stored CRDs define. */
export function createRegistry(clock: Clock, store: Store): Registry {
  const fixed = {
    namespaces: namespaces(),
    crds: customResourceDefinitions(clock),
    events: coreEvents(),
  };
  const types = new Map<string, ResourceType>();
  let revision = 0;
  const set = (type: ResourceType) => {
    types.set(qualified(type), type);
    revision += 1;
  };
  for (const type of [fixed.namespaces, configMaps(), secrets(), serviceAccounts(), fixed.events]) set(type);
  for (const type of [newEvents(), leases(), fixed.crds]) set(type);

  store.onChange((changed, { type: what, entry, prev }) => {
    if (changed !== fixed.crds) return;
    if (what === 'DELETED') {
      types.delete(entry.object.metadata.name);
      revision += 1;
    } else if (prev?.object.metadata.generation !== entry.object.metadata.generation) set(typeOfCrd(entry.object));
  });

  const matches = (type: ResourceType, word: string) =>
    [type.kind, type.plural, type.singular, qualified(type), ...type.shortNames].includes(word);

  return {
    ...fixed,
    get revision() {
      return revision;
    },
    all: () => [...types.values()],
    byPlural: (group, plural) => types.get(qualified({ group, plural })),
    byKind(apiVersion, kind) {
      const [group, version] = split(apiVersion);
      return [...types.values()].find(
        (type) => type.group === group && type.kind === kind && type.versions.has(version),
      );
    },
    find: (word) => [...types.values()].find((type) => matches(type, word)),
  };
}

/** `apps/v1` as group and version; `v1` is of the core group. */
export function split(apiVersion: string): [group: string, version: string] {
  const [first = '', second] = apiVersion.split('/');
  return second === undefined ? ['', first] : [first, second];
}

/** Where events.k8s.io events are stored: as core ones. */
export function storedAs(registry: Registry, type: ResourceType): ResourceType {
  return type.group === 'events.k8s.io' ? registry.events : type;
}

/** A stored object as one version shows it. */
export function shown(type: ResourceType, version: string, object: KubeObject): KubeObject {
  return type.versions.get(version)?.fromStored?.(object) ?? object;
}
