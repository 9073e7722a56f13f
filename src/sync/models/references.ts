import type { Json, JsonObject } from '../../ports/json.ts';
import { idText } from '../decode.ts';
import { isObject } from '../json.ts';
import { type Finder, type Found, findPath } from '../keys.ts';
import type { Wire } from './wire.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Where the two halves of a reference stand; a server may show a pair, two flat keys, or one bare value. */
export interface FoundReference {
  id?: Found;
  name?: Found;
  /** One bare value that is the id or the name. */
  bare?: Found;
}

const findName: Finder = (object, name) => findPath(object, name.split('.'));

/** Finds a reference below a wire name: `{source: {id, name}}`, `source_id` with `source_name`, or `source` itself. */
export function findReference(raw: JsonObject, name: string, find: Finder = findName): FoundReference | undefined {
  const id = find(raw, `${name}.id`);
  const label = find(raw, `${name}.name`);
  const whole = find(raw, name);
  const bare = whole && !isObject(whole.value) && !Array.isArray(whole.value) ? whole : undefined;
  if (!id && !label && !bare) return undefined;
  return { ...(id && { id }), ...(label && { name: label }), ...(bare && { bare }) };
}

/** In which form a reference stands. */
export function formOf(found: FoundReference): 'pair' | 'flat' | 'bare' {
  if (!found.id && !found.name) return 'bare';
  return (found.id ?? found.name)!.at
    .at(-1)!
    .toLowerCase()
    .match(/^(id|name)$/)
    ? 'pair'
    : 'flat';
}

/** Our form of a reference: `{id, name}` with the id as a string; null where the server says null. */
export function decodeReference(found: FoundReference, isId: boolean): Json {
  const id = idText(found.id?.value);
  const name = idText(found.name?.value);
  const bare = idText(found.bare?.value);
  const bareIsId = isId || typeof found.bare?.value !== 'string' || UUID.test(bare ?? '');
  const reference: JsonObject = {};
  if (id ?? (bareIsId ? bare : undefined)) reference.id = id ?? bare!;
  if (name ?? (bareIsId ? undefined : bare)) reference.name = name ?? bare!;
  return Object.keys(reference).length === 0 ? null : reference;
}

/** An id in its wire type: as a number where this server's ids of that kind are numbers. */
export function wireId(wire: Wire, kind: string | undefined, id: string, shown?: Json): Json {
  if (idText(shown) === id) return shown!;
  const numeric =
    typeof shown === 'number' || typeof shown === 'bigint' || (kind !== undefined && wire.numericIds.has(kind));
  if (!numeric || !/^\d+$/.test(id)) return id;
  const value = Number(id);
  return Number.isSafeInteger(value) ? value : BigInt(id);
}
