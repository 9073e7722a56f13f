import type { Definition } from '../../api/definition.ts';
import { definitionOf, KINDS } from '../../api/registry.ts';
import { createMacs, type Macs } from '../../engine/macs.ts';
import { readOperatorKey } from '../../engine/operatorKey.ts';
import type { Resource } from '../../engine/resource.ts';
import { refOf } from '../../engine/wakes.ts';
import { serverKeyOf } from '../../kinds/place/references.ts';
import { KubeError } from '../../kube/errors.ts';
import type { KubeObject, ResourceType } from '../../kube/objects.ts';
import type { Random } from '../../ports/random.ts';
import type { Cluster } from '../cluster.ts';

/** Kinds that have a place in a plan; a SyncRun is no configuration. */
export const PLANNED: readonly Definition[] = KINDS.filter(({ kind }) => kind !== 'SyncRun');

/** The live objects of these namespaces (null: of all), by `SyncJob/team/nightly`. Rejects with KubeError. */
export async function loadLive(
  cluster: Cluster,
  namespaces: readonly (string | null)[],
): Promise<Map<string, Resource>> {
  const lists = await Promise.all(
    PLANNED.flatMap((definition) => namespaces.map((namespace) => cluster.list(definition, namespace))),
  );
  return new Map(lists.flat().map((resource) => [refOf(resource), resource]));
}

/** Adds the servers in other namespaces that these objects use, where there are any. Rejects with KubeError. */
export async function addServers(cluster: Cluster, resources: Map<string, Resource>): Promise<void> {
  const keys = [...resources.values()].flatMap(({ metadata, spec }) => {
    const { serverRef } = spec as { serverRef?: { name: string; namespace?: string } };
    return serverRef ? [serverKeyOf(serverRef, metadata.namespace)] : [];
  });
  for (const key of new Set(keys)) {
    if (resources.has(`SyncServer/${key}`)) continue;
    const [namespace, name] = key.split('/') as [string, string];
    const server = await cluster.find(definitionOf('SyncServer')!, name, namespace);
    if (server) resources.set(refOf(server), server);
  }
}

/**
 * The keyed hashes by which a changed secret is found. Without the operator's key, every recorded hash counts as one of a lost key,
 * so that no secret is said to have changed: `isBlind`.
 */
export async function loadMacs(
  { client }: Cluster,
  namespace: string,
  random: Random,
): Promise<{ macs: Macs; isBlind: boolean }> {
  try {
    return { macs: createMacs(await readOperatorKey(client, namespace)), isBlind: false };
  } catch (error) {
    if (!(error instanceof KubeError) || (error.status !== 403 && error.status !== 404)) throw error;
    const own = createMacs(random.bytes(32));
    return { macs: own, isBlind: true };
  }
}

const NAMESPACES: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

/** Labels of the namespaces of these objects, where a server admits namespaces by them and the person may read them. */
export async function loadLabels(
  { client }: Cluster,
  resources: Iterable<Resource>,
): Promise<(namespace: string) => Readonly<Record<string, string>> | undefined> {
  const all = [...resources];
  const labels = new Map<string, Readonly<Record<string, string>>>();
  if (all.some(({ kind, spec }) => kind === 'SyncServer' && JSON.stringify(spec.access ?? []).includes('"Selector"'))) {
    for (const name of new Set(all.map(({ metadata }) => metadata.namespace))) {
      const found = await client.get<KubeObject>(NAMESPACES, { name }).catch((error: unknown) => {
        if (error instanceof KubeError) return undefined;
        throw error;
      });
      if (found) labels.set(name, found.metadata.labels ?? {});
    }
  }
  return (namespace) => labels.get(namespace);
}
