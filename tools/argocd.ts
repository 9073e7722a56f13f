import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { GROUP } from '../src/api/common.ts';
import type { Definition } from '../src/api/definition.ts';
import { definitionOf, KINDS } from '../src/api/registry.ts';
import { crdOf, type Schema } from './crds.ts';

/** The settings of Argo CD for our kinds, put together from the Lua in argocd/lua. */

/** An action, and the kinds that have it: what their schema lets be asked for. */
interface Action {
  name: string;
  has(definition: Definition): boolean;
  /** Lua: true when it cannot be used now. */
  disabled: string;
}

const field = (definition: Definition, part: 'spec' | 'status', name: string) =>
  (propertiesOf(definition)[part]!.properties as Record<string, Schema>)[name] !== undefined;

/** A run is over one day, and is not made equal to anything. */
const isLasting = ({ kind }: Definition) => kind !== 'SyncRun';

const NEVER = 'false';
const SUSPENDED = 'obj.spec.suspend == true';

const ACTIONS: readonly Action[] = [
  { name: 'refresh', has: (one) => isLasting(one) && field(one, 'status', 'tokens'), disabled: NEVER },
  {
    name: 'run',
    has: (one) => field(one, 'status', 'lastRun') && definitionOf('SyncRun')!.installed,
    disabled: SUSPENDED,
  },
  {
    name: 'cancel',
    has: (one) => field(one, 'spec', 'cancel'),
    disabled: 'obj.status ~= nil and obj.status.completionTime ~= nil',
  },
  {
    name: 'approve-plan',
    has: (one) => isLasting(one) && field(one, 'status', 'plan'),
    disabled: 'obj.status == nil or obj.status.plan == nil',
  },
  { name: 'suspend', has: (one) => field(one, 'spec', 'suspend'), disabled: SUSPENDED },
  { name: 'resume', has: (one) => field(one, 'spec', 'suspend'), disabled: 'obj.spec.suspend ~= true' },
  { name: 'reset-credentials', has: ({ kind }) => kind === 'SyncConnection', disabled: NEVER },
  { name: 'reset-metadata', has: ({ kind }) => kind === 'SyncConnection', disabled: NEVER },
];

/** Parts of a status that change often and say nothing about health: such a change is no reason to look at the application again. */
const VOLATILE = ['applied', 'children', 'nextRun', 'observed', 'taskRuns', 'counts', 'learned'];

export function argocdFiles(): Map<string, string> {
  const health = readFileSync('argocd/lua/health.lua', 'utf8');
  const strict = health.replace('local failed_run = "Healthy"', 'local failed_run = "Degraded"');
  if (strict === health) throw new Error('argocd/lua/health.lua has no failed_run to replace');
  return new Map([
    ['argocd/argocd-cm.yaml', settings(health)],
    ['argocd/argocd-cm-strict.yaml', settings(strict)],
  ]);
}

const HEADER = [
  '# Generated from src/api and argocd/lua by `npm run gen`; do not edit.',
  '# Merge it into the settings of Argo CD:',
  '#   kubectl --namespace argocd patch configmap argocd-cm --type merge --patch-file argocd/argocd-cm.yaml',
  '',
].join('\n');

function settings(health: string): string {
  const data = Object.fromEntries(KINDS.filter(({ installed }) => installed).flatMap((one) => settingsOf(one, health)));
  return HEADER + stringify({ data }, { lineWidth: 0, blockQuote: 'literal' });
}

function settingsOf(definition: Definition, health: string): [string, string][] {
  const key = (what: string) => `resource.customizations.${what}.${GROUP}_${definition.kind}`;
  const volatile = VOLATILE.filter((name) => field(definition, 'status', name));
  const ignored = { jsonPointers: volatile.map((name) => `/status/${name}`) };
  return [
    [key('health'), health],
    [key('actions'), actionsOf(definition)],
    ...(volatile.length > 0 ? ([[key('ignoreResourceUpdates'), stringify(ignored)]] as [string, string][]) : []),
  ];
}

function actionsOf(definition: Definition): string {
  const actions = ACTIONS.filter(({ has }) => has(definition));
  const discovery = [
    'local actions = {}',
    ...actions.map(({ name, disabled }) => `actions["${name}"] = { ["disabled"] = ${disabled} }`),
    'return actions',
    '',
  ].join('\n');
  const definitions = actions.map(({ name }) => ({
    name,
    'action.lua': readFileSync(`argocd/lua/actions/${name}.lua`, 'utf8'),
  }));
  return stringify({ 'discovery.lua': discovery, definitions }, { lineWidth: 0, blockQuote: 'literal' });
}

function propertiesOf(definition: Definition): Record<string, Schema> {
  return crdOf(definition).spec.versions[0]!.schema.openAPIV3Schema.properties as Record<string, Schema>;
}
