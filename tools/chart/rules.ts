import { GROUP } from '../../src/api/common.ts';
import type { Definition } from '../../src/api/definition.ts';
import { KINDS } from '../../src/api/registry.ts';
import { type Permission, permissionsOf } from '../../src/app/permissions.ts';

/** RBAC as text: what the operator may do, and what people may do with its resources. */

const INSTALLED: readonly Definition[] = KINDS.filter(({ installed }) => installed);

/** Whoever may change these decides over servers, their tokens and their users: not every editor of a namespace. */
const ADMIN_KINDS: ReadonlySet<string> = new Set(['SyncServer', 'SyncUser']);

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete', 'deletecollection'];

export type RuleSet = 'rules.watched' | 'rules.cluster' | 'rules.home' | 'people.view' | 'people.edit' | 'people.admin';

/** Every set of rules that the chart and kustomize need, as YAML. */
export function ruleSets(): Record<RuleSet, string> {
  const { watched, cluster, home } = permissionsOf(INSTALLED);
  const plurals = (admin: boolean) =>
    INSTALLED.filter(({ kind }) => ADMIN_KINDS.has(kind) === admin).map(({ plural }) => plural);
  const people = (resources: string[], verbs: string[], why: string): Permission => ({
    group: GROUP,
    resources,
    verbs,
    why,
  });
  return {
    'rules.watched': yamlOf(watched),
    'rules.cluster': yamlOf(cluster),
    'rules.home': yamlOf(home),
    'people.view': yamlOf([
      people(
        INSTALLED.map(({ plural }) => plural),
        READ,
        'to see everything',
      ),
    ]),
    'people.edit': yamlOf([people(plurals(false), WRITE, 'to change what runs on a server')]),
    'people.admin': yamlOf([people(plurals(true), WRITE, 'to say which servers and users there are')]),
  };
}

function yamlOf(permissions: readonly Permission[]): string {
  return permissions.map(ruleText).join('\n');
}

function ruleText({ group, resources, verbs, names, why }: Permission): string {
  const list = (words: readonly string[]) => `[${words.map((word) => (word === '' ? '""' : word)).join(', ')}]`;
  return [
    `  # ${why}`,
    `  - apiGroups: ${list([group])}`,
    '    resources:',
    ...resources.map((resource) => `      - ${resource}`),
    ...(names ? [`    resourceNames: ${list(names)}`] : []),
    `    verbs: ${list(verbs)}`,
  ].join('\n');
}
