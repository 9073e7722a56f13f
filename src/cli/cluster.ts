import type { Definition } from '../api/definition.ts';
import { typeOf } from '../app/caches.ts';
import type { Resource } from '../engine/resource.ts';
import { annotationOf, type TokenName } from '../engine/tokens.ts';
import { createKubeClient, type KubeClient } from '../kube/client.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { isNotFound } from '../kube/errors.ts';
import { loadConnection } from '../kube/loadConnection.ts';
import { silentMeter } from '../ports/meter.ts';
import type { Context } from './command.ts';
import { CliError } from './failure.ts';

/** The Kubernetes cluster that the kubeconfig names, as the person may use it. All methods reject with KubeError or CliError. */
export interface Cluster {
  client: KubeClient;
  namespace: string;
  get(definition: Definition, name: string, namespace?: string): Promise<Resource>;
  /** Undefined when there is none. */
  find(definition: Definition, name: string, namespace?: string): Promise<Resource | undefined>;
  /** All pages. `namespace`: the one in use unless told; null: all. */
  list(definition: Definition, namespace?: string | null): Promise<Resource[]>;
  /** Changes what `body` names of the object, as `kubectl patch --type merge`. */
  patch(definition: Definition, name: string, body: object, namespace?: string): Promise<Resource>;
  close(): Promise<void>;
}

const PAGE = 500;
/** Who is said to have written a field; kubectl's plugins name themselves so. */
export const FIELD_MANAGER = 'kubectl-sync';

export interface ClusterOptions extends Pick<Context, 'transport' | 'clock' | 'env'> {
  files: Context['disk'];
  kubeconfig?: string | undefined;
  context?: string | undefined;
  namespace?: string | undefined;
}

/** Finds the cluster as kubectl does. Throws CliError when there is no kubeconfig, or none that can be used. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const connection: KubeConnection = await loadConnection(options).catch((error: unknown) => {
    throw new CliError(`no cluster: ${(error as Error).message}; give --kubeconfig or --context, or set KUBECONFIG`);
  });
  const { transport, clock } = options;
  const client = createKubeClient({ connection, transport, clock, meter: silentMeter(), userAgent: FIELD_MANAGER });
  const home = options.namespace ?? connection.namespace ?? 'default';
  const get = (definition: Definition, name: string, namespace = home) =>
    client.get<Resource>(typeOf(definition), { namespace, name });
  const find: Cluster['find'] = async (definition, name, namespace) => {
    try {
      return await get(definition, name, namespace);
    } catch (error) {
      // Without a name in its details the answer is about the type: its CRD is missing.
      if (isNotFound(error) && error.details?.name !== undefined) return undefined;
      throw error;
    }
  };
  return {
    client,
    namespace: home,
    find,
    async get(definition, name, namespace = home) {
      const found = await find(definition, name, namespace);
      if (!found) throw new CliError(`there is no ${definition.kind} ${name} in namespace ${namespace}`);
      return found;
    },
    async list(definition, namespace = home) {
      const items: Resource[] = [];
      let next: string | undefined;
      do {
        const page = await client.list<Resource>(typeOf(definition), {
          namespace: namespace ?? undefined,
          limit: PAGE,
          continue: next,
        });
        items.push(...page.items);
        next = page.metadata.continue || undefined;
      } while (next !== undefined);
      return items;
    },
    patch: (definition, name, body, namespace = home) =>
      client.patch<Resource>(
        typeOf(definition),
        { namespace, name },
        { type: 'merge', body },
        { fieldManager: FIELD_MANAGER },
      ),
    close: () => client.close(),
  };
}

/** Sets the annotation that asks the controller for one thing once. */
export function request(
  cluster: Cluster,
  definition: Definition,
  { metadata: { name, namespace } }: Pick<Resource, 'metadata'>,
  token: TokenName,
  value: string,
): Promise<Resource> {
  return cluster.patch(definition, name, { metadata: { annotations: { [annotationOf(token)]: value } } }, namespace);
}
