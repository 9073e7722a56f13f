import type { Json, JsonObject } from '../../ports/json.ts';
import { isObject } from '../json.ts';
import { findPath, foldKey, removeAt, setAt } from '../keys.ts';
import { isMasked } from './decodeEntity.ts';
import type { EntityKind } from './entity.ts';
import { CHILDREN, type ModelField } from './fields.ts';
import { type Facts, factOf } from './wire.ts';

const READ_ONLY =
  /^(id|_?etag|created|createdat|createdby|createdtime|creationtime|creationdate|updated|updatedat|updatedby|lastupdated|updatetime|modified|modifiedat|modifiedby|lastmodified|lastmodifiedby|lasttested|status|state|connectionstate|jobstatus|runstatus|permissions|isdefault|licensestate|licensemessage|lastrun.*|nextrun.*|can(update|delete|remove|execute|edit|view))$/;

/**
 * What was read, as the body of a PUT: without what is read-only or masked, keys in snake_case as the pages' examples have them
 * (sync-api-v2.md section 6, 2), unless the fact `requestKeys` is `asRead`.
 */
export function encodeBase(kind: EntityKind, raw: JsonObject, table: readonly ModelField[], facts: Facts): JsonObject {
  const body: JsonObject = {};
  const spell = factOf(facts, 'requestKeys', kind) === 'asRead' ? (key: string) => key : spelling(table);
  // Under replace, children left out might be deleted, so they go back as they came.
  const children = factOf(facts, 'putStyle', kind) === 'merge' ? (CHILDREN[kind]?.names ?? []).map(foldKey) : [];
  const maps = table.filter((field) => field.type === 'map').flatMap((field) => field.names.map(foldKey));
  for (const [key, value] of Object.entries(raw)) {
    const folded = foldKey(key);
    if (key.startsWith('@') || READ_ONLY.test(folded) || folded === ownId(kind) || children.includes(folded)) continue;
    // A workspace's PUT changes its name alone; the rest of what it shows is a view of others (section 3.1).
    if (kind === 'workspace' && folded !== 'name') continue;
    if (!isMasked(value, key)) setAt(body, [spell(key)], copy(value, maps.includes(folded) ? (name) => name : spell));
  }
  for (const field of table) if (field.readOnly || field.createOnly) drop(body, field);
  return body;
}

function ownId(kind: EntityKind): string {
  return `${kind === 'jobTask' || kind === 'transformationTask' ? 'task' : kind}id`;
}

function copy(value: Json, spell: (key: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => copy(item, spell));
  if (!isObject(value)) return value;
  const body: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (!isMasked(item, key)) setAt(body, [spell(key)], copy(item, spell));
  }
  return body;
}

function drop(body: JsonObject, field: ModelField): void {
  for (const name of field.names) {
    const found = findPath(body, name.split('.'));
    if (found && !isObject(found.value)) removeAt(body, found.at);
  }
}

// Known names by their table, so that `UseCDataCallbackURL` finds its words; others by their capitals and separators.
function spelling(table: readonly ModelField[]): (key: string) => string {
  const known = new Map<string, string>();
  for (const part of table.flatMap((field) => field.names.flatMap((name) => name.split('.')))) {
    if (!known.has(foldKey(part))) known.set(foldKey(part), part);
  }
  return (key) => known.get(foldKey(key)) ?? (/[._]$|^[._@$]/.test(key) ? key : snake(key));
}

function snake(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[- ]+/g, '_')
    .replace(/_+/g, '_')
    .toLowerCase();
}
