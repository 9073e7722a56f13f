import type { Loose, Schema } from '../types.ts';

/**
 * Drops fields that the schema does not know, except below x-kubernetes-preserve-unknown-fields; the paths of what was
 * dropped are added to `unknown`. Returns the same value when nothing was.
 */
export function prune(value: Loose, schema: Schema, path: string, unknown: string[]): Loose {
  if (Array.isArray(value)) {
    if (!schema.items) return value;
    return mapSame(value, (item, index) => prune(item, schema.items!, `${path}[${index}]`, unknown));
  }
  if (value === null || typeof value !== 'object') return value;
  const keepAll = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const values = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  let result = value;
  for (const key of Object.keys(value)) {
    const known = own(schema.properties, key) ?? values;
    if (known) {
      const next = prune(value[key], known, join(path, key), unknown);
      if (next !== value[key]) {
        if (result === value) result = { ...value };
        result[key] = next;
      }
    } else if (schema['x-kubernetes-embedded-resource'] && EMBEDDED.has(key)) {
    } else if (!keepAll && schema.additionalProperties !== true) {
      unknown.push(join(path, key));
      if (result === value) result = { ...value };
      delete result[key];
    }
  }
  return result;
}

const EMBEDDED = new Set(['apiVersion', 'kind', 'metadata']);

/** A property of an object itself, never one that every object inherits. */
export function own<T>(record: Record<string, T> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

export function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}

/** Like map, but returns the same array when no item changed. */
export function mapSame(items: Loose[], fn: (item: Loose, index: number) => Loose): Loose[] {
  let result = items;
  items.forEach((item, index) => {
    const next = fn(item, index);
    if (next === item) return;
    if (result === items) result = [...items];
    result[index] = next;
  });
  return result;
}
