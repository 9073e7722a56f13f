import { vi } from 'vitest';
import { KINDS } from '../../../src/api/registry.ts';
import { type Permission, permissionsOf } from '../../../src/app/permissions.ts';
import type { ApiClient } from '../../cluster/apiClient.ts';

/** Gives the user `operator` what the chart gives its service account, `home` being the operator's namespace, and waits until it holds. */
export async function grantOperator(api: ApiClient, asOperator: ApiClient, home: string): Promise<void> {
  const { watched, cluster, home: own } = permissionsOf(KINDS.filter(({ installed }) => installed));
  await grant(api, 'Cluster', '/apis/rbac.authorization.k8s.io/v1', [...watched, ...cluster]);
  await grant(api, '', `/apis/rbac.authorization.k8s.io/v1/namespaces/${home}`, own);
  const allowed = async () => {
    for (const path of ['/api/v1/namespaces', `/api/v1/namespaces/${home}/secrets/sync-operator-key`]) {
      if ((await asOperator.get(path)).status === 403) throw new Error(`${path} is still forbidden`);
    }
  };
  await vi.waitFor(allowed, { timeout: 30_000, interval: 100 });
}

async function grant(api: ApiClient, prefix: 'Cluster' | '', path: string, permissions: readonly Permission[]) {
  const kind = `${prefix}Role`;
  const common = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'operator' } };
  const rules = permissions.map(({ group, resources, verbs, names }) => ({
    apiGroups: [group],
    resources,
    verbs,
    ...(names && { resourceNames: names }),
  }));
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'operator' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'operator' }];
  await make(api, `${path}/${kind.toLowerCase()}s`, { ...common, kind, rules });
  await make(api, `${path}/${kind.toLowerCase()}bindings`, { ...common, kind: `${kind}Binding`, roleRef, subjects });
}

async function make(api: ApiClient, path: string, object: object): Promise<void> {
  const { status, body } = await api.post(path, object);
  if (status !== 201 && status !== 409) throw new Error(`${path}: ${JSON.stringify(body)}`);
}
