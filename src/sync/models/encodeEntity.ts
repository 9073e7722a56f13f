import type { Json, JsonObject } from '../../ports/json.ts';
import { isObject } from '../json.ts';
import { findPath, pick, setAt } from '../keys.ts';
import { isHead, nameAt } from './decodeEntity.ts';
import { encodeBase } from './encodeBase.ts';
import { writeReference } from './encodeReference.ts';
import type { Entity, EntityKind } from './entity.ts';
import { fieldsOf, type ModelField } from './fields.ts';
import { findReference, wireId } from './references.ts';
import { roleId } from './roles.ts';
import { type Facts, seenOf, type Wire } from './wire.ts';
import { encodeWord } from './words.ts';

/** The body that creates an object with these fields, placed as this server's replies have shown, else as documented. */
export function encodeCreate(
  kind: EntityKind,
  fields: ReadonlyMap<string, Json>,
  wire: Wire,
  _facts: Facts,
): JsonObject {
  const context: Context = { kind, body: {}, wire, table: fieldsOf(kind, wire.fields) };
  for (const [path, value] of fields) write(context, path, value);
  return context.body;
}

/**
 * The body that changes an object: what was read, overlaid with the changes at the places where it shows them, without read-only
 * and masked values, since nobody knows whether PUT replaces or merges (sync-api-v2.md sections 2 and 3). A null clears the field.
 */
export function encodeUpdate(
  kind: EntityKind,
  base: Entity,
  changes: ReadonlyMap<string, Json>,
  wire: Wire,
  facts: Facts,
): JsonObject {
  const table = fieldsOf(kind, wire.fields);
  const body = encodeBase(kind, base.raw, table, facts);
  const context: Context = { kind, body, wire, table: table.filter((field) => !field.createOnly) };
  for (const [path, value] of changes) write(context, path, value);
  return body;
}

interface Context {
  kind: EntityKind;
  body: JsonObject;
  wire: Wire;
  table: readonly ModelField[];
}

function write(context: Context, path: string, value: Json): void {
  const { body, table } = context;
  const field = table.find((entry) => entry.path === path);
  const map = table.find((entry) => entry.type === 'map' && path.startsWith(`${entry.path}.`));
  if (path.startsWith('extra.')) {
    const at = path.slice('extra.'.length).split('.');
    setAt(body, findPath(body, at)?.at ?? at, value);
  } else if (field?.readOnly) return;
  else if (context.kind === 'step' && field?.type === 'reference') writeStepTarget(context, field, value);
  else if (field?.type === 'reference') writeReference(context, field, value, placeOf(context, field));
  else if (field) writeValue(context, field, value);
  else if (map) writeMapEntry(body, placeOf(context, map), path.slice(map.path.length + 1), value);
}

// The server's own spelling of a property key wins: keys fold case.
function writeMapEntry(body: JsonObject, at: string[], key: string, value: Json): void {
  const map = findPath(body, at)?.value;
  const shown = isObject(map) ? Object.keys(map).find((name) => name.toLowerCase() === key.toLowerCase()) : undefined;
  setAt(body, [...at, shown ?? key], value);
}

function writeValue(context: Context, field: ModelField, value: Json): void {
  const at = placeOf(context, field);
  setAt(context.body, at, encodeValue(context.wire, field, value, valueAt(context.body, at)));
}

function encodeValue(wire: Wire, field: ModelField, value: Json, shown: Json | undefined): Json {
  if (value === null) return null;
  if (field.type === 'word') return encodeWord(wire, field.vocabulary!, String(value), shown);
  if ((field.type === 'boolean' || field.type === 'number') && typeof shown === 'string') return String(value);
  if (!Array.isArray(value)) return value;
  if (field.type === 'ids') return value.map((id) => wireId(wire, field.to, String(id)));
  if (field.type === 'roles') return encodeRoles(value, shown);
  return field.type === 'words' && typeof shown === 'string' ? value.join(',') : value;
}

// A role is sent as it is shown, else by id or by name: ids are lower snake_case, names are what an administrator typed.
function encodeRoles(roles: Json[], shown: Json | undefined): Json {
  const known = Array.isArray(shown) ? shown : [];
  const words = roles.map((role) => roleId(String(role)));
  if (known.length > 0 && known.every((role) => typeof role === 'string')) return words;
  return words.map((word) => {
    const same = known.find((role) => isObject(role) && (pick(role, 'id') === word || pick(role, 'name') === word));
    return same ?? (/^[a-z0-9]+(_[a-z0-9]+)+$|^[0-9a-f-]{36}$/.test(word) ? { id: word } : { name: word });
  });
}

// A step says its kind and what it refers to; a server that has a key for each kind has shown it, and is followed.
function writeStepTarget(context: Context, field: ModelField, value: Json): void {
  const { body, table, wire } = context;
  const generic = table.find((entry) => entry.path === 'reference')!;
  const ownKey = seenOf(wire, 'step').has(field.path) || findReference(body, field.path) !== undefined;
  const target = ownKey ? field : { ...generic, to: field.to };
  if (field.path !== 'reference' && !ownKey)
    writeValue(context, table.find((entry) => entry.path === 'type')!, field.path);
  writeReference(context, target, value, placeOf(context, target));
}

/** Where a field is written: as corrected, as `body` shows it, as its siblings stand, as another reply showed it, else as documented. */
function placeOf({ kind, body, wire, table }: Context, field: ModelField): string[] {
  for (const name of field.names) {
    const found = findPath(body, name.split('.'));
    if (found && fits(field, name, found.value)) return found.at;
  }
  if (wire.fields.some((entry) => entry.kind === kind && entry.path === field.path)) return field.names[0]!.split('.');
  const name = siblingName(body, field, table) ?? seenOf(wire, kind).get(field.path)?.name ?? field.names[0]!;
  return name.split('.');
}

// A scalar where an object belongs, or the other way round, is another field of the same name.
function fits(field: ModelField, name: string, value: Json): boolean {
  if (field.type === 'json') return true;
  return value === null
    ? !isHead(field, name)
    : isObject(value) === (field.type === 'map' || field.type === 'reference');
}

// `send_email` is written flat where `email_to` stands flat, and nested where that is nested.
function siblingName(body: JsonObject, field: ModelField, table: readonly ModelField[]): string | undefined {
  const group = field.path.split('.')[0]!;
  if (group === field.path || group === 'options' || field.names.length < 2) return undefined;
  for (const other of table) {
    if (other === field || other.path.split('.')[0] !== group) continue;
    for (const name of other.names) {
      const found = findPath(body, name.split('.'));
      if (!found || !fits(other, name, found.value)) continue;
      const alike = field.names.find((own) => own.includes('.') === name.includes('.'));
      if (alike !== undefined) return nameAt(alike, found.at);
    }
  }
  return undefined;
}

function valueAt(body: JsonObject, at: readonly string[]): Json | undefined {
  let here: Json | undefined = body;
  for (const key of at) here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return here;
}
