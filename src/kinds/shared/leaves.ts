import { type Field, fieldOf } from '../../api/fields.ts';
import type { Json, JsonObject } from '../../ports/json.ts';

/** A value, where it stands, and how it may change. */
export interface Leaf {
  path: string;
  value: Json;
  field: Field;
}

/**
 * The values of a spec that are sent as they stand, by path, with their entry of the field table. Left out: what is never sent, what
 * cannot change, and references, which are resolved first. Only what the spec names is here.
 */
export function leavesOf(table: readonly Field[], spec: JsonObject): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (path: string, value: Json) => {
    const field = fieldOf(table, path);
    if (field?.change === 'local' || field?.change === 'fixed' || field?.equality === 'reference') return;
    // Replies are taken apart down to their leaves, so what is wanted is too; an empty object is a leaf.
    if (isObject(value) && Object.keys(value).length > 0) {
      for (const key of Object.keys(value)) visit(`${path}.${key}`, value[key]!);
    } else if (field && value !== undefined) leaves.push({ path, value, field });
  };
  for (const key of Object.keys(spec)) visit(key, spec[key]!);
  return leaves;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
