import { stringify } from 'yaml';
import { z } from 'zod';
import { VALUES } from './values.ts';

/** values.yaml, values.schema.json and docs/reference/values.md, from one description. */

interface Node {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  properties?: Record<string, Node>;
  items?: Node;
  additionalProperties?: unknown;
}

const CHART = 'charts/sync-operator';

export function valuesFiles(): Map<string, string> {
  const schema = z.toJSONSchema(VALUES, { target: 'draft-7', io: 'input' }) as Node;
  const defaults = VALUES.parse({}) as Record<string, unknown>;
  return new Map([
    [`${CHART}/values.schema.json`, `${JSON.stringify(withGlobal(schema), null, 2)}\n`],
    [`${CHART}/values.yaml`, yaml(schema, defaults)],
    ['docs/reference/values.md', page(schema, defaults)],
  ]);
}

/** Helm gives every chart that is part of another one the key `global`. */
function withGlobal(schema: Node): Node {
  return { ...schema, properties: { ...schema.properties, global: { type: 'object' } } };
}

const isGroup = (node: Node): boolean => node.properties !== undefined;

function yaml(schema: Node, defaults: Record<string, unknown>): string {
  const lines = ['# Generated from tools/chart/values.ts by `npm run gen`; do not edit.', ''];
  const write = (properties: Record<string, Node>, values: Record<string, unknown>, indent: string) => {
    for (const [key, node] of Object.entries(properties)) {
      for (const line of wrapped(node.description ?? '', 110 - indent.length)) lines.push(`${indent}# ${line}`);
      if (isGroup(node)) {
        lines.push(`${indent}${key}:`);
        write(node.properties!, values[key] as Record<string, unknown>, `${indent}  `);
      } else {
        const text = stringify({ [key]: values[key] }, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();
        lines.push(...text.split('\n').map((line) => indent + line));
      }
      if (indent === '') lines.push('');
    }
  };
  write(schema.properties!, defaults, '');
  return `${lines.join('\n').trimEnd()}\n`;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

interface Row {
  path: string;
  node: Node;
  value: unknown;
}

function rows(node: Node, value: Record<string, unknown>, prefix = ''): Row[] {
  return Object.entries(node.properties!).flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    if (!isGroup(child)) return [{ path, node: child, value: value[key] }];
    return rows(child, value[key] as Record<string, unknown>, `${path}.`);
  });
}

function page(schema: Node, defaults: Record<string, unknown>): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return [
    '<!-- Generated from tools/chart/values.ts by `npm run gen`; do not edit. -->',
    '',
    '# Values of the chart',
    '',
    'A key that is not here, and a value of the wrong type, is refused by `helm install`, with its name.',
    '',
    '| value | type | default | description |',
    '| --- | --- | --- | --- |',
    ...rows(schema, defaults).map(
      ({ path, node, value }) =>
        `| \`${path}\` | ${cell(typeOf(node))} | \`${cell(JSON.stringify(value))}\` | ${cell(node.description ?? '')} |`,
    ),
    '',
  ].join('\n');
}

function typeOf(node: Node): string {
  if (node.enum) return node.enum.map((word) => `\`${word}\``).join(', ');
  if (node.type === 'array') return `list of ${typeOf(node.items ?? {})}`;
  return node.type ?? 'any';
}
