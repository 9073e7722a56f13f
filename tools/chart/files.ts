import { stringify } from 'yaml';
import { GROUP } from '../../src/api/common.ts';
import { KINDS } from '../../src/api/registry.ts';
import { crdOf } from '../crds.ts';
import { dashboardFile } from './dashboard.ts';
import { kustomizeFiles } from './kustomize.ts';
import { type RuleSet, ruleSets } from './rules.ts';
import { valuesFiles } from './valuesFiles.ts';

/** What is generated of the chart and of deploy/: definitions, rules and values. Path → content. */

const TEMPLATES = 'charts/sync-operator/templates';
const SOURCE = 'Generated from src by `npm run gen`; do not edit.';

export function chartFiles(): Map<string, string> {
  return new Map([
    ...crdTemplates(),
    [`${TEMPLATES}/_rules.tpl`, rulesTemplate()],
    ...valuesFiles(),
    dashboardFile(),
    ...kustomizeFiles(),
  ]);
}

function crdTemplates(): [string, string][] {
  return KINDS.filter(({ installed }) => installed).map((definition) => {
    const { apiVersion, kind, metadata, spec } = crdOf(definition);
    const text = stringify({ spec }, { lineWidth: 120, aliasDuplicateObjects: false });
    // What Helm would read as a template is text here.
    const inert = text.replace(/\{\{|\}\}/g, (braces) => `{{ "${braces}" }}`);
    const lines = [
      `{{- /* ${SOURCE} */}}`,
      '{{- if .Values.crds.enabled }}',
      `apiVersion: ${apiVersion}`,
      `kind: ${kind}`,
      'metadata:',
      `  name: ${metadata.name}`,
      '  labels: {{- include "sync-operator.labels" . | nindent 4 }}',
      '  {{- if .Values.crds.keep }}',
      '  annotations:',
      '    helm.sh/resource-policy: keep',
      '  {{- end }}',
      inert.trimEnd(),
      '{{- end }}',
    ];
    return [`${TEMPLATES}/crds/${definition.plural}.${GROUP}.yaml`, `${lines.join('\n')}\n`];
  });
}

function rulesTemplate(): string {
  const sets = Object.entries(ruleSets()) as [RuleSet, string][];
  const defines = sets.map(([name, text]) => `{{- define "sync-operator.${name}" -}}\n${text}\n{{- end -}}\n`);
  return `{{- /* ${SOURCE} */}}\n\n${defines.join('\n')}`;
}
