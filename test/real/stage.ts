import { vi } from 'vitest';
import type { ApiClient } from '../cluster/apiClient.ts';
import { readCrds } from '../cluster/readCrds.ts';
import type { Manifest } from '../cluster/types.ts';
import { type Access, connect } from './controlPlane.ts';

/** An administrator's client, our CRDs, and a namespace of one's own. */
export interface Stage {
  api: ApiClient;
  namespace: string;
  /** Path of the objects of a CRD in the namespace, or of one. */
  path(crd: Manifest, name?: string, subresource?: string): string;
  close(): Promise<void>;
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export async function createStage(access: Access, prefix: string): Promise<Stage> {
  const { connection, api } = connect(access, access.tokens.admin);
  await installCrds(api, readCrds('crds'));
  const namespace = await makeNamespace(api, prefix);
  return {
    api,
    namespace,
    path: ({ spec }, name, subresource) =>
      [`/apis/${spec.group}/${spec.versions[0].name}/namespaces/${namespace}/${spec.names.plural}`, name, subresource]
        .filter((part) => part !== undefined)
        .join('/'),
    async close() {
      await api.del(`/api/v1/namespaces/${namespace}`);
      await connection.close();
    },
  };
}

/** Creates a namespace and tells its name. */
export async function makeNamespace(api: ApiClient, prefix: string): Promise<string> {
  const metadata = { generateName: `${prefix}-` };
  const { status, body } = await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.metadata.name;
}

/** Creates what is not there yet, and waits until all of it is served and in discovery. */
export async function installCrds(api: ApiClient, crds: readonly Manifest[]): Promise<void> {
  for (const crd of crds) {
    const { status, body } = await api.post(CRDS, crd);
    if (status !== 201 && status !== 409) throw new Error(`${crd.metadata.name} was refused: ${JSON.stringify(body)}`);
  }
  const served = async () => {
    const { body } = await api.get('/openapi/v3');
    for (const { spec } of crds) {
      const version = `apis/${spec.group}/${spec.versions[0].name}`;
      if (!body.paths?.[version]) throw new Error(`${version} is not published`);
      const { status } = await api.get(`/${version}/${spec.names.plural}`);
      if (status !== 200) throw new Error(`${spec.names.plural} are not served`);
    }
  };
  await vi.waitFor(served, { timeout: 60_000, interval: 100 });
}
