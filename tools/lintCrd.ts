import type { Crd, Schema } from './crds.ts';
import { lintPattern, lintSchema } from './lintSchema.ts';

/** Checks of a whole custom resource definition that the API server would make, and of its CEL rules what can be told without CEL. */
export function lintCrd(crd: Crd): string[] {
  const { kind, plural, shortNames } = crd.spec.names;
  const problems: string[] = [];
  for (const version of crd.spec.versions) {
    const root = version.schema.openAPIV3Schema;
    const properties = root.properties as Record<string, Schema>;
    if (root.type !== 'object') problems.push(`${kind}: the root must be an object`);
    if (Object.keys(properties.metadata ?? {}).some((keyword) => keyword !== 'type')) {
      problems.push(`${kind}: metadata may not be restricted`);
    }
    for (const part of ['spec', 'status']) {
      problems.push(...lintSchema(properties[part]!, part), ...lintRules(properties[part]!, part, true));
    }
    for (const { jsonPath } of version.selectableFields) problems.push(...lintSelectable(root, jsonPath));
    if (version.selectableFields.length > 8) problems.push(`${kind}: at most 8 selectable fields`);
    for (const { name, jsonPath } of version.additionalPrinterColumns) {
      if (!resolves(root, jsonPath)) problems.push(`${kind}: column ${name} shows ${jsonPath}, which is not there`);
    }
  }
  for (const word of [plural, ...shortNames]) {
    if (!/^[a-z][a-z0-9]*$/.test(word)) problems.push(`${kind}: ${word} is no name of a resource`);
  }
  return problems;
}

interface CelRule {
  rule: string;
  message?: string;
  fieldPath?: string;
}

/** `correlatable`: the API server can tell which old value belongs to a new one, so `oldSelf` may be used. */
function lintRules(node: Schema, path: string, correlatable: boolean): string[] {
  const problems: string[] = [];
  for (const { rule, message, fieldPath } of (node['x-kubernetes-validations'] ?? []) as CelRule[]) {
    if (!message) problems.push(`${path}: a rule without message`);
    if (/\boldSelf\b/.test(rule) && !correlatable) problems.push(`${path}: oldSelf below an atomic list`);
    if (fieldPath && !resolves(node, fieldPath)) problems.push(`${path}: ${fieldPath} of a rule is not there`);
    problems.push(...lintFields(node, rule, path));
    for (const [, literal] of rule.matchAll(/\.matches\(("(?:[^"\\]|\\.)*")\)/g)) {
      lintPattern(JSON.parse(literal!), path, (at, problem) => problems.push(`${at}: ${problem}`));
    }
  }
  for (const [name, child] of Object.entries((node.properties ?? {}) as Record<string, Schema>)) {
    problems.push(...lintRules(child, `${path}.${name}`, correlatable));
  }
  const listed = node['x-kubernetes-list-type'] === 'map' && correlatable;
  if (node.items) problems.push(...lintRules(node.items as Schema, `${path}[]`, listed));
  if (node.additionalProperties)
    problems.push(...lintRules(node.additionalProperties as Schema, `${path}.*`, correlatable));
  return problems;
}

/** Fields that a rule names must exist: a wrong one makes the whole definition invalid. */
function lintFields(node: Schema, rule: string, path: string): string[] {
  const names = rule.matchAll(/\b(?:self|oldSelf)((?:\.[A-Za-z_]\w*)+)(\(?)/g);
  return [...names].flatMap(([, dotted, call]) => {
    const field = call ? dotted!.slice(0, dotted!.lastIndexOf('.')) : dotted!;
    return field === '' || resolves(node, field) ? [] : [`${path}: a rule names ${field}, which is not there`];
  });
}

function lintSelectable(root: Schema, jsonPath: string): string[] {
  const type = resolves(root, jsonPath)?.type;
  const scalar = type === 'string' || type === 'integer' || type === 'boolean';
  return scalar && !jsonPath.includes('[') ? [] : [`selectable field ${jsonPath} is no scalar`];
}

/** The schema that a simple JSON path leads to; filters on lists lead to their items. */
function resolves(root: Schema, jsonPath: string): Schema | undefined {
  if (jsonPath === '.metadata.creationTimestamp') return { type: 'string' };
  let node: Schema | undefined = root;
  for (const [, name, filter] of jsonPath.matchAll(/\.(\w+)(\[\?\(.*?\)\])?/g)) {
    node = (node?.properties as Record<string, Schema> | undefined)?.[name!];
    if (filter) node = node?.items as Schema | undefined;
  }
  return node;
}
