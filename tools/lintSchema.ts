import type { Schema } from './crds.ts';

/**
 * The rules of a structural schema (k8s.io/apiextensions-apiserver, pkg/apiserver/schema/validation.go), and ours: every
 * node is described and bounded. Returns one line a problem, none for a clean schema.
 */

const KEYWORDS = new Set([
  ...['type', 'description', 'default', 'title', 'example', 'nullable', 'format', 'enum', 'pattern'],
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...[
    'items',
    'minItems',
    'maxItems',
    'properties',
    'required',
    'additionalProperties',
    'minProperties',
    'maxProperties',
  ],
  ...[
    'allOf',
    'anyOf',
    'oneOf',
    'not',
    'x-kubernetes-validations',
    'x-kubernetes-list-type',
    'x-kubernetes-list-map-keys',
  ],
  ...[
    'x-kubernetes-map-type',
    'x-kubernetes-preserve-unknown-fields',
    'x-kubernetes-int-or-string',
    'x-kubernetes-embedded-resource',
  ],
]);
const JUNCTORS = ['allOf', 'anyOf', 'oneOf', 'not'];
const TYPES = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean']);
/** What may not stand inside a junctor: it says what a value is, not what it must satisfy. */
const STRUCTURE = ['type', 'description', 'default', 'title', 'nullable', 'additionalProperties'];

type Report = (path: string, problem: string) => void;

export function lintSchema(schema: Schema, path = 'spec'): string[] {
  const problems: string[] = [];
  lintNode(schema, path, (at, problem) => problems.push(`${at}: ${problem}`));
  return problems;
}

function lintNode(node: Schema, path: string, report: Report): void {
  for (const keyword of Object.keys(node)) {
    if (!KEYWORDS.has(keyword)) report(path, `${keyword} is not allowed`);
  }
  if (!node.description) report(path, 'has no description');
  lintType(node, path, report);
  lintBounds(node, path, report);
  lintPattern(node.pattern, path, report);
  lintList(node, path, report);
  for (const junctor of JUNCTORS) lintJunctor(node, junctor, path, report);
  const properties = (node.properties ?? {}) as Record<string, Schema>;
  for (const name of (node.required ?? []) as string[]) {
    if (!properties[name]) report(path, `requires ${name}, which it does not have`);
  }
  for (const [name, child] of Object.entries(properties)) lintNode(child, `${path}.${name}`, report);
  if (node.items) lintNode(node.items as Schema, `${path}[]`, report);
  if (node.additionalProperties) lintNode(node.additionalProperties as Schema, `${path}.*`, report);
}

function lintType(node: Schema, path: string, report: Report): void {
  const untyped = node['x-kubernetes-preserve-unknown-fields'] || node['x-kubernetes-int-or-string'];
  if (node.type === undefined ? !untyped : !TYPES.has(node.type as string)) report(path, 'needs one type');
  if (node['x-kubernetes-int-or-string'] && node.type) report(path, 'is int-or-string and must have no type');
  if (node.properties && node.additionalProperties) report(path, 'has properties and additionalProperties');
  if (typeof node.additionalProperties === 'boolean') report(path, 'additionalProperties must be a schema');
  if (Array.isArray(node.items)) report(path, 'items must be one schema');
  if (node.type === 'array' && !node.items) report(path, 'is a list without items');
  if (node.type === 'object' && !node.properties && !node.additionalProperties && !untyped) {
    report(path, 'is an object without fields: everything in it would be pruned');
  }
}

function lintBounds(node: Schema, path: string, report: Report): void {
  if (node.type === 'string' && !node.enum && node.maxLength === undefined) report(path, 'needs maxLength');
  if (node.type === 'array' && node.maxItems === undefined) report(path, 'needs maxItems');
  if (node.additionalProperties && node.maxProperties === undefined) report(path, 'needs maxProperties');
  const number = node.type === 'integer' || node.type === 'number';
  if (number && (node.minimum === undefined || node.maximum === undefined)) report(path, 'needs minimum and maximum');
}

/** Go's RE2 knows neither lookaround nor backreferences. */
export function lintPattern(pattern: unknown, path: string, report: Report): void {
  if (typeof pattern !== 'string') return;
  if (/\(\?(?![:imsU-]|P<)/.test(pattern)) report(path, `pattern ${pattern} has a group that RE2 lacks`);
  if (/\\[1-9]|\\k</.test(pattern)) report(path, `pattern ${pattern} has a backreference, which RE2 lacks`);
  if (/\\u|\\c|\\(?=$)/.test(pattern)) report(path, `pattern ${pattern} has an escape that RE2 lacks`);
}

function lintList(node: Schema, path: string, report: Report): void {
  const items = node.items as Schema | undefined;
  const type = node['x-kubernetes-list-type'];
  const keys = (node['x-kubernetes-list-map-keys'] ?? []) as string[];
  if (!items) {
    if (type !== undefined) report(path, 'has a list type and is no list');
    return;
  }
  if (type === undefined) report(path, 'needs x-kubernetes-list-type');
  if ((type === 'map') !== keys.length > 0) report(path, 'list type map and map keys go together');
  if (type === 'set' && (items.type === 'object' || items.type === 'array'))
    report(path, 'is a set of something that is no scalar');
  for (const key of keys) {
    const field = (items.properties as Record<string, Schema> | undefined)?.[key];
    const required = ((items.required ?? []) as string[]).includes(key);
    if (!field || field.type === 'object' || field.type === 'array')
      report(path, `map key ${key} is no scalar of the items`);
    else if (!required && field.default === undefined) report(path, `map key ${key} must be required`);
  }
}

function lintJunctor(node: Schema, junctor: string, path: string, report: Report): void {
  const value = node[junctor];
  if (value === undefined) return;
  for (const branch of (Array.isArray(value) ? value : [value]) as Schema[])
    lintBranch(node, branch, `${path} ${junctor}`, report);
}

function lintBranch(outer: Schema, branch: Schema, path: string, report: Report): void {
  const intOrString = outer['x-kubernetes-int-or-string'] === true;
  for (const keyword of Object.keys(branch)) {
    const forbidden = STRUCTURE.includes(keyword) || keyword.startsWith('x-kubernetes-');
    if (forbidden && !(intOrString && keyword === 'type')) report(path, `${keyword} is not allowed inside`);
  }
  const outside = (outer.properties ?? {}) as Record<string, Schema>;
  for (const [name, child] of Object.entries((branch.properties ?? {}) as Record<string, Schema>)) {
    if (outside[name]) lintBranch(outside[name], child, `${path}.${name}`, report);
    else report(path, `${name} must also stand outside`);
  }
  for (const junctor of JUNCTORS) lintJunctor({ ...outer, [junctor]: branch[junctor] }, junctor, path, report);
}
