import { fileURLToPath } from 'node:url';
import { GROUP, VERSION } from '../../src/api/common.ts';
import { KINDS } from '../../src/api/registry.ts';
import { createKubeClient, type KubeClient } from '../../src/kube/client.ts';
import { isNotFound } from '../../src/kube/errors.ts';
import { loadConnection } from '../../src/kube/loadConnection.ts';
import type { KubeObject, ObjectRef, ResourceType } from '../../src/kube/objects.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemFiles } from '../../src/ports/files.ts';
import { silentMeter } from '../../src/ports/meter.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import { readCrds } from '../../test/cluster/readCrds.ts';
import type { Loose, Manifest } from '../../test/cluster/types.ts';

/** What the demo does as a user of Kubernetes, in one namespace; the same for the twin and for a real cluster. */
export interface Cluster {
  namespace: string;
  /** Makes or changes objects in the namespace: what the manifests say replaces spec and data. */
  apply(...manifests: readonly Manifest[]): Promise<void>;
  get(kind: string, name: string): Promise<Loose | undefined>;
  list(kind: string): Promise<Loose[]>;
  annotate(kind: string, name: string, annotations: Record<string, string>): Promise<void>;
  remove(kind: string, name: string): Promise<void>;
  /** Takes the namespace away, and the resource definitions that the demo had to install. */
  cleanUp(): Promise<void>;
  close(): Promise<void>;
}

const core = (plural: string, kind: string, namespaced = true): ResourceType => {
  return { group: '', version: 'v1', plural, kind, namespaced };
};
const NAMESPACES = core('namespaces', 'Namespace', false);
const CRDS: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};
const OURS = KINDS.map(({ kind, plural }): ResourceType => {
  return { group: GROUP, version: VERSION, plural, kind, namespaced: true };
});
const TYPES = new Map([...OURS, core('secrets', 'Secret'), core('events', 'Event')].map((type) => [type.kind, type]));

/** Opens the cluster of a kubeconfig, installs the resource definitions that it lacks, and makes the namespace. */
export async function openCluster(kubeconfig: string, namespace: string): Promise<Cluster> {
  const clock = systemClock();
  const connection = await loadConnection({ kubeconfig, files: systemFiles(), env: {}, clock });
  const client = createKubeClient({
    connection,
    transport: undiciTransport(),
    clock,
    meter: silentMeter(),
    userAgent: 'sync-operator-demo',
  });
  const installed = await installCrds(client);
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });

  const typeOf = (kind: string): ResourceType => {
    const type = TYPES.get(kind);
    if (!type) throw new Error(`the demo knows no kind ${kind}`);
    return type;
  };
  const refOf = (name: string): ObjectRef => ({ namespace, name });
  return {
    namespace,
    async apply(...manifests) {
      for (const manifest of manifests) {
        await applyOne(client, typeOf(manifest.kind), {
          ...manifest,
          metadata: { ...manifest.metadata, namespace } as KubeObject['metadata'],
        });
      }
    },
    get: (kind, name) => find(client, typeOf(kind), refOf(name)),
    list: async (kind) => (await client.list(typeOf(kind), { namespace })).items,
    async annotate(kind, name, annotations) {
      await client.patch(typeOf(kind), refOf(name), { type: 'merge', body: { metadata: { annotations } } });
    },
    remove: (kind, name) => client.delete(typeOf(kind), refOf(name)),
    async cleanUp() {
      await dropFinalizers(client, namespace);
      await client.delete(NAMESPACES, { name: namespace });
      for (const name of installed) await client.delete(CRDS, { name });
    },
    close: () => client.close(),
  };
}

/** What a step left behind when it failed must not keep the namespace: the controller and the Sync server go, too. */
async function dropFinalizers(client: KubeClient, namespace: string): Promise<void> {
  for (const type of OURS) {
    const { items } = await client.list(type, { namespace }).catch(() => ({ items: [] }));
    for (const { metadata } of items) {
      if (!metadata.finalizers) continue;
      const body = { metadata: { finalizers: null } };
      await client.patch(type, { namespace, name: metadata.name }, { type: 'merge', body });
    }
  }
}

async function find(client: KubeClient, type: ResourceType, ref: ObjectRef): Promise<Loose | undefined> {
  try {
    return await client.get(type, ref);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** A PUT of what is there with the manifest over it: unlike a merge patch, it also takes away what the manifest left out. */
async function applyOne(client: KubeClient, type: ResourceType, manifest: KubeObject): Promise<void> {
  const { name, namespace } = manifest.metadata;
  const ref = namespace === undefined ? { name } : { name, namespace };
  const before = await find(client, type, ref);
  if (before === undefined) await client.create(type, manifest);
  else await client.replace(type, { ...before, ...manifest, metadata: { ...before.metadata, ...manifest.metadata } });
}

/** Installs the definitions that are not there; returns their names. */
async function installCrds(client: KubeClient): Promise<string[]> {
  const missing: string[] = [];
  for (const crd of readCrds(fileURLToPath(new URL('../../crds', import.meta.url)))) {
    const name = crd.metadata.name!;
    if (await find(client, CRDS, { name })) continue;
    await client.create(CRDS, crd as KubeObject);
    missing.push(name);
  }
  for (const type of OURS) await served(client, type, missing);
  return missing;
}

/** A definition is served a moment after it was made. */
async function served(client: KubeClient, type: ResourceType, installed: readonly string[]): Promise<void> {
  if (!installed.includes(`${type.plural}.${type.group}`)) return;
  for (let tries = 0; ; tries++) {
    try {
      await client.list(type, { limit: 1 });
      return;
    } catch (error) {
      if (!isNotFound(error) || tries > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
