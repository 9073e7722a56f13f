import type { Loose, Manifest } from '../cluster/types.ts';

/** The least that the operator needs where it serves one namespace and lives in it. */
export function rbac(namespace: string): Manifest[] {
  const name = 'sync-operator';
  const group = 'rbac.authorization.k8s.io';
  const rule = (apiGroup: string, resources: string[], verbs: string[]): Loose => ({
    apiGroups: [apiGroup],
    resources,
    verbs,
  });
  const rules = [
    rule('sync.cdata.com', ['*'], ['get', 'list', 'watch', 'patch']),
    rule('', ['secrets'], ['get', 'create']),
    rule('', ['configmaps'], ['get']),
    rule('', ['events'], ['create', 'patch']),
    rule('coordination.k8s.io', ['leases'], ['get', 'create', 'update']),
  ];
  const roleRef = { apiGroup: group, kind: 'Role', name };
  const subjects = [{ apiGroup: group, kind: 'User', name: 'operator' }];
  return [
    { apiVersion: `${group}/v1`, kind: 'Role', metadata: { namespace, name }, rules },
    { apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata: { namespace, name }, roleRef, subjects },
  ] as unknown as Manifest[];
}
