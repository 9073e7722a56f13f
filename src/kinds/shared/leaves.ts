import { type Field, fieldOf } from '../../api/fields.ts';
import type { Json, JsonObject } from '../../ports/json.ts';

/**
 * The values of a spec that are sent as they stand, by path, with their entry of the field table. Left out: what is never sent, what
 * cannot change, and references, which are resolved first. Only what the spec names is here.
 */
export function leavesOf(table: readonly Field[], spec: JsonObject): { path: string; value: Json; field: Field }[] {
  return Object.entries(spec).flatMap(([key, value]) => visit(table, key, value));
}

function visit(table: readonly Field[], path: string, value: Json): { path: string; value: Json; field: Field }[] {
  const field = fieldOf(table, path);
  if (field?.change === 'local' || field?.change === 'fixed' || field?.equality === 'reference') return [];
  // Replies are taken apart down to their leaves, so what is wanted is too; an empty object is a leaf.
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, item]) => visit(table, `${path}.${key}`, item));
  }
  return field && value !== undefined ? [{ path, value, field }] : [];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
