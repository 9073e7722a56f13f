import { permissionsOf } from '../../src/app/permissions.ts';
import type { Manifest } from '../cluster/types.ts';

/** What the operator gets where it serves one namespace and lives in it; `plurals` of the kinds that are installed. */
export function rbac(namespace: string, plurals: readonly string[]): Manifest[] {
  const name = 'sync-operator';
  const group = 'rbac.authorization.k8s.io';
  const { watched, home } = permissionsOf(plurals.map((plural) => ({ plural })));
  const rules = [...watched, ...home].map(({ group: apiGroup, resources, verbs, names }) => ({
    apiGroups: [apiGroup],
    resources,
    verbs,
    ...(names ? { resourceNames: names } : {}),
  }));
  const roleRef = { apiGroup: group, kind: 'Role', name };
  const subjects = [{ apiGroup: group, kind: 'User', name: 'operator' }];
  return [
    { apiVersion: `${group}/v1`, kind: 'Role', metadata: { namespace, name }, rules },
    { apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata: { namespace, name }, roleRef, subjects },
  ] as unknown as Manifest[];
}
