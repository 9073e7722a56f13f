import { stringify } from 'yaml';
import { KINDS } from '../../src/api/registry.ts';
import { crdOf } from '../crds.ts';
import { ruleSets } from './rules.ts';

/** What is generated of deploy/: the definitions and the roles. The rest of it is written by hand, and compared with the chart. */

const HEADER = '# Generated from src by `npm run gen`; do not edit.\n';

export function kustomizeFiles(): Map<string, string> {
  const rules = ruleSets();
  const crds = KINDS.filter(({ installed }) => installed).map((definition) =>
    stringify(crdOf(definition), { lineWidth: 120, aliasDuplicateObjects: false }),
  );
  const people = (['view', 'edit', 'admin'] as const).map((name) =>
    role('ClusterRole', `sync-operator-${name}`, rules[`people.${name}`], AGGREGATED[name]),
  );
  const files: Record<string, string[]> = {
    'deploy/base/crds.yaml': crds,
    'deploy/base/home.yaml': both('Role', 'sync-operator-home', rules['rules.home']),
    'deploy/base/people.yaml': people,
    'deploy/cluster-wide/rbac.yaml': both(
      'ClusterRole',
      'sync-operator',
      `${rules['rules.watched']}\n${rules['rules.cluster']}`,
    ),
    'deploy/namespaced/rbac.yaml': both('Role', 'sync-operator', rules['rules.watched']),
  };
  return new Map(Object.entries(files).map(([path, documents]) => [path, HEADER + documents.join('---\n')]));
}

const AGGREGATED: Readonly<Record<'view' | 'edit' | 'admin', readonly string[]>> = {
  view: ['view', 'edit', 'admin'],
  edit: ['edit', 'admin'],
  admin: ['admin'],
};

/** A role and its binding to the operator's service account. */
function both(kind: 'Role' | 'ClusterRole', name: string, rules: string): string[] {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: `${kind}Binding`,
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'ServiceAccount', name: 'sync-operator', namespace: 'sync-operator' }],
  };
  return [role(kind, name, rules), stringify(binding)];
}

function role(kind: 'Role' | 'ClusterRole', name: string, rules: string, aggregateTo: readonly string[] = []): string {
  const labels = aggregateTo.map((to) => `    rbac.authorization.k8s.io/aggregate-to-${to}: "true"\n`).join('');
  return (
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n` +
    `${labels && `  labels:\n${labels}`}rules:\n${rules}\n`
  );
}
