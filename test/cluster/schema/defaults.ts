import type { Loose, Schema } from '../types.ts';
import { mapSame, own } from './prune.ts';

/**
 * Fills in schema defaults where a field is absent, or null where null is not allowed; without a default such a null is
 * dropped. Returns the same value when nothing changes.
 */
export function applyDefaults(value: Loose, schema: Schema): Loose {
  if (Array.isArray(value)) return schema.items ? mapSame(value, (item) => applyDefaults(item, schema.items!)) : value;
  if (value === null || typeof value !== 'object') return value;
  let result = value;
  const set = (key: string, next: Loose) => {
    if (result === value) result = { ...value };
    result[key] = next;
  };
  const drop = (key: string) => {
    if (result === value) result = { ...value };
    delete result[key];
  };
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const present = own(value as Record<string, Loose>, key);
    const empty = present === null && !child.nullable;
    if ((empty || present === undefined) && child.default !== undefined) set(key, structuredClone(child.default));
    else if (empty) drop(key);
    const now = own(result as Record<string, Loose>, key);
    if (now !== undefined) {
      const next = applyDefaults(now, child);
      if (next !== now) set(key, next);
    }
  }
  if (typeof schema.additionalProperties === 'object') {
    for (const key of Object.keys(value)) {
      if (own(schema.properties, key)) continue;
      const next = applyDefaults(value[key], schema.additionalProperties);
      if (next === null && !schema.additionalProperties.nullable) drop(key);
      else if (next !== value[key]) set(key, next);
    }
  }
  return result;
}
