import { GROUP } from '../src/api/common.ts';
import type { Definition } from '../src/api/definition.ts';
import { type Field, fieldOf } from '../src/api/fields.ts';
import { KINDS } from '../src/api/registry.ts';
import { crdOf, type Schema } from './crds.ts';

/** The reference of the custom resources, made from the same schemas as the CRDs. */

/** Path → content of the reference pages: one for each kind that has a controller. */
export function docFiles(): Map<string, string> {
  const installed = KINDS.filter((definition) => definition.installed);
  return new Map(
    installed.map((definition) => [`docs/reference/${definition.kind.toLowerCase()}.md`, page(definition)]),
  );
}

function page(definition: Definition): string {
  const version = crdOf(definition).spec.versions[0]!;
  const properties = version.schema.openAPIV3Schema.properties as Record<string, Schema>;
  const spec = rows('', properties.spec!);
  const status = rows('', properties.status!);
  return [
    '<!-- Generated from src/api by `npm run gen`; do not edit. -->',
    '',
    `# ${definition.kind}`,
    '',
    definition.description,
    '',
    `\`apiVersion: ${GROUP}/${version.name}\`, namespaced. \`kubectl get ${definition.plural}\`, for short ${code(definition.shortNames)}.`,
    `Field selectors: ${code(definition.selectableFields.map((path) => path.slice(1)))}.`,
    '',
    '## spec',
    '',
    ...changeLegend(definition),
    '| field | type | change | description |',
    '| --- | --- | --- | --- |',
    ...spec.map((row) => `| ${name(row)} | ${row.type} | ${changeOf(definition, row)} | ${cell(row.description)} |`),
    '',
    '### Rules',
    '',
    'The API server refuses a resource that breaks one of these:',
    '',
    ...rulesOf(spec, properties.spec!).map((line) => `- ${line}`),
    '',
    '## status',
    '',
    '| field | type | description |',
    '| --- | --- | --- |',
    ...status.map((row) => `| \`${row.path}\` | ${row.type} | ${cell(row.description)} |`),
    '',
    '## Columns',
    '',
    '| column | shows |',
    '| --- | --- |',
    ...definition.columns.map(
      (column) => `| ${column.name}${column.priority ? ' (`-o wide`)' : ''} | ${column.description} |`,
    ),
    '',
  ].join('\n');
}

interface Row {
  path: string;
  type: string;
  description: string;
  required: boolean;
  schema: Schema;
}

/** Every field below a schema, parents before what they hold. */
function rows(prefix: string, schema: Schema): Row[] {
  const required = (schema.required ?? []) as string[];
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>).flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    const row = {
      path,
      type: typeOf(child),
      description: describe(child),
      required: required.includes(key),
      schema: child,
    };
    const items = child.items as Schema | undefined;
    const values = child.additionalProperties as Schema | undefined;
    return [
      row,
      ...rows(`${path}.`, child),
      ...(items?.properties ? rows(`${path}[].`, items) : []),
      ...(values?.properties ? rows(`${path}.*.`, values) : []),
    ];
  });
}

function typeOf(schema: Schema): string {
  if (schema.enum) return (schema.enum as string[]).map((word) => `\`${word}\``).join(', ');
  if (schema.format === 'date-time') return 'time';
  if (schema['x-kubernetes-preserve-unknown-fields']) return 'any JSON';
  if (schema.additionalProperties)
    return `map of ${typeOf(schema.additionalProperties as Schema)}, at most ${schema.maxProperties}`;
  const items = schema.items as Schema | undefined;
  if (items) return `list of ${typeOf(items)}, at most ${schema.maxItems}`;
  if (schema.type === 'integer') return `integer${range(schema)}`;
  if (schema.type === 'string') return `string, at most ${schema.maxLength}`;
  return String(schema.type);
}

function range({ minimum, maximum }: Schema): string {
  return maximum === Number.MAX_SAFE_INTEGER ? `, at least ${minimum}` : `, ${minimum} to ${maximum}`;
}

function describe(schema: Schema): string {
  const fallback = schema.default;
  const plain = fallback === undefined || typeof fallback === 'object';
  return `${schema.description ?? ''}${plain ? '' : ` Default: \`${fallback}\`.`}`;
}

function name({ path, required }: Row): string {
  return `\`${path}\`${required ? ' (required)' : ''}`;
}

const CHANGES: Readonly<Record<Field['change'], string>> = {
  update: 'update',
  recreate: 'recreate',
  writeOnly: 'write-only',
  unknown: 'unknown',
  fixed: 'fixed',
  local: 'local',
};

/** What a change of a field means; empty for objects whose fields say it themselves. */
function changeOf({ fields }: Definition, { path, schema }: Row): string {
  const field = fieldOf(fields, path);
  if (field) return changeText(field);
  if (!schema.additionalProperties) return '';
  const entries = fields.filter((entry) => entry.path === `${path}.*`);
  return entries
    .map((entry) => (entry.keys ? `${keysText(entry)}: ${changeText(entry)}` : changeText(entry)))
    .join('; ');
}

function keysText({ change }: Field): string {
  return change === 'writeOnly' ? 'names like password, secret, token' : 'names like server, database, schema';
}

function changeText({ change, destructive }: Field): string {
  if (!destructive) return CHANGES[change];
  const when = destructive === true ? '' : destructive === 'whenTrue' ? ' when turned on' : ' when turned off';
  return `${CHANGES[change]}, **destructive**${when}`;
}

const LEGEND: Readonly<Record<Field['change'], string>> = {
  update: '*update*: written to Sync when it differs.',
  recreate: '*recreate*: the object is deleted and made again.',
  writeOnly: '*write-only*: written when it changes here, never compared with what Sync shows.',
  unknown: '*unknown*: nobody knows whether Sync takes the change; held for approval under `changePolicy: Safe`.',
  fixed: '*fixed*: cannot be changed once set.',
  local: '*local*: for the operator, never sent to Sync.',
};

function changeLegend({ fields }: Definition): string[] {
  const used = new Set(fields.map(({ change }) => change));
  const lines = (Object.keys(LEGEND) as Field['change'][])
    .filter((change) => used.has(change))
    .map((change) => LEGEND[change]);
  if (fields.some(({ destructive }) => destructive)) {
    lines.push('**destructive**: may lose data or replication state; held for approval under `changePolicy: Safe`.');
  }
  return [...lines.map((line) => `- ${line}`), ''];
}

function rulesOf(spec: readonly Row[], root: Schema): string[] {
  const all = [{ path: 'spec', schema: root }, ...spec, ...spec.flatMap(itemsOf)];
  return all.flatMap(({ path, schema }) => {
    const rules = (schema['x-kubernetes-validations'] ?? []) as { message: string }[];
    return rules.map(({ message }) => `\`${path}\`: ${message}`);
  });
}

function itemsOf({ path, schema }: Row): { path: string; schema: Schema }[] {
  return schema.items ? [{ path: `${path}[]`, schema: schema.items as Schema }] : [];
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
