import { type Field, fieldOf } from '../../api/fields.ts';
import { isSensitivePath } from '../../engine/show.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { Entity } from '../../sync/models/entity.ts';

/** A spec as far as an object tells it. */
export interface Told {
  spec: JsonObject;
  /** Paths of fields whose value is a secret, told or masked. */
  secrets: string[];
}

/** How the manifests name a remote object: by a resource that is exported too, else by its id. */
export type Refer = (id: string) => JsonObject;

/**
 * The fields of an object in the words of the spec: the reverse of what a kind sends. Left out: what has no value, what the spec has
 * no field for, what is a secret, and what only the operator uses.
 */
export function specOf(table: readonly Field[], { fields, masked }: Entity, refer: (path: string) => Refer): Told {
  const spec: JsonObject = {};
  const secrets: string[] = [];
  for (const [path, value] of fields) {
    const found = entryOf(table, path);
    if (!found || isEmpty(value)) continue;
    const { field, at } = found;
    if (field.change === 'writeOnly' || masked.has(path)) secrets.push(at);
    else if (field.equality === 'reference') put(spec, at, field, refer(at)(idOf(value)));
    else if (!at.startsWith('extra.') || !isSensitivePath(at)) put(spec, at, field, value);
  }
  return { spec, secrets };
}

/** The models call a reference by what it is to, the spec by that and `Ref`. */
function entryOf(table: readonly Field[], path: string): { field: Field; at: string } | undefined {
  const own = fieldOf(table, path);
  const field = own ?? table.find((one) => one.path === `${path}Ref` && one.equality === 'reference');
  if (!field || field.change === 'local' || field.change === 'fixed') return undefined;
  return { field, at: own ? path : `${path}Ref` };
}

function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '';
}

const idOf = (value: Json) => String((value as JsonObject).id ?? '');

/** Keys of a map (`properties.*`) may hold dots, the others say how it is nested. */
function put(spec: JsonObject, path: string, field: Field, value: Json): void {
  const map = field.path.endsWith('.*') ? field.path.slice(0, -2) : undefined;
  const keys = map === undefined ? path.split('.') : [...map.split('.'), path.slice(map.length + 1)];
  let at = spec;
  for (const key of keys.slice(0, -1)) {
    at[key] ??= {};
    at = at[key] as JsonObject;
  }
  at[keys.at(-1)!] = value;
}
