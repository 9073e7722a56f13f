import type { Json, JsonObject } from '../../ports/json.ts';
import { idText } from '../decode.ts';
import { isObject } from '../json.ts';
import { createFinder, type Finder, type Found, pick } from '../keys.ts';
import { looksSensitive } from '../scrub.ts';
import { decodeTime } from '../times.ts';
import type { Entity, EntityKind } from './entity.ts';
import { CHILDREN, fieldsOf, type ModelField } from './fields.ts';
import { decodeReference, findReference, formOf } from './references.ts';
import { type Seen, seenOf, type Wire } from './wire.ts';
import { decodeWord } from './words.ts';

/** A reply that lacks what makes it usable. */
export class DecodeError extends Error {}

/** What the id of a kind may be called besides `id`. */
const ID_NAMES: Readonly<Record<EntityKind, readonly string[]>> = {
  workspace: ['workspace_id'],
  connection: ['connection_id'],
  job: ['job_id'],
  jobTask: ['task_id', 'job_task_id'],
  transformation: ['transformation_id'],
  transformationTask: ['task_id', 'transformation_task_id'],
  pipeline: ['pipeline_id'],
  step: ['step_id', 'pipeline_step_id'],
  event: ['event_id'],
  user: ['user_id'],
};
const UPDATED = ['updated_at', 'last_modified', 'modified_at', 'updated', 'modified', 'update_time', 'last_updated'];
const STATUS = ['status', 'job_status', 'run_status', 'last_run_status', 'state'];

/**
 * One object of a reply as an Entity; spellings seen are remembered in `wire` for later writes.
 * Throws DecodeError when it is no object or has no identity.
 */
export function decodeEntity(kind: EntityKind, raw: Json, wire: Wire): Entity {
  if (!isObject(raw)) throw new DecodeError(`a ${kind} in the reply is not an object`);
  const find = createFinder(wire.folds);
  const idAt = ['id', ...ID_NAMES[kind]].map((name) => find(raw, name)).find((found) => idText(found?.value));
  if (!idAt) throw new DecodeError(`a ${kind} in the reply has no id`);
  if (typeof idAt.value !== 'string') wire.numericIds.add(kind);
  const fields = new Map<string, Json>();
  const masked = new Set<string>();
  const taken = new Set<string>([keyOf(idAt.at)]);
  const sink = { find, fields, masked, taken, seen: seenOf(wire, kind) };
  for (const field of fieldsOf(kind, wire.fields)) decodeField(field, raw, wire, sink);
  if (kind === 'step') nameStepTarget(fields);
  const children = decodeChildren(kind, raw, wire, taken, find);
  collectExtra(raw, [], taken, fields, masked);
  const told = (names: readonly string[]) =>
    names.map((name) => find(raw, name)).find((found) => found !== undefined)?.value;
  const name = idText(told(['name', `${kind}_name`, ...(kind === 'user' ? ['user', 'user_name'] : [])]));
  const updatedAt = decodeTime(told(UPDATED), kind === 'workspace' ? 'UTC' : wire.timeZone);
  const status = idText(told(STATUS));
  return {
    kind,
    id: idText(idAt.value)!,
    wireId: idAt.value,
    ...(name !== undefined && { name }),
    fields,
    masked,
    ...(updatedAt !== undefined && { updatedAt }),
    ...(status !== undefined && { status }),
    ...(children && { children }),
    raw,
  };
}

interface Sink {
  find: Finder;
  fields: Map<string, Json>;
  masked: Set<string>;
  /** Places that a field has claimed, so that they are not `extra`. */
  taken: Set<string>;
  /** Where fields of the kind were seen so far. */
  seen: Map<string, Seen>;
}

function decodeField(field: ModelField, raw: JsonObject, wire: Wire, sink: Sink): void {
  const isNew = !sink.seen.has(field.path);
  for (const name of field.names) {
    if (field.type === 'reference') {
      const found = findReference(raw, name, sink.find);
      if (!found) continue;
      for (const half of [found.id, found.name, found.bare]) if (half) sink.taken.add(keyOf(half.at));
      const value = decodeReference(found, field.bare === true);
      if (isNew && value !== null) sink.seen.set(field.path, { name, form: formOf(found) });
      sink.fields.set(field.path, value);
      return;
    }
    const found = sink.find(raw, name);
    if (!found) continue;
    if (field.type === 'map' && isObject(found.value)) {
      decodeMap(field.path, found, sink);
      return;
    }
    const value = decodeValue(field, found.value, wire);
    // `schedule: null` tells that there is none, not that its switch is null.
    if (value === undefined || (value === null && isHead(field, name))) continue;
    sink.taken.add(keyOf(found.at));
    if (isNew && value !== null) sink.seen.set(field.path, { name: nameAt(name, found.at) });
    sink.fields.set(field.path, value);
    if (isMasked(found.value, name)) sink.masked.add(field.path);
    return;
  }
}

function decodeMap(path: string, found: Found, { fields, masked, taken }: Sink): void {
  taken.add(keyOf(found.at));
  for (const [key, value] of Object.entries(found.value as JsonObject)) {
    fields.set(`${path}.${key}`, value);
    if (isMasked(value, key)) masked.add(`${path}.${key}`);
  }
}

// Undefined: this is not what the field looks like, so another name may fit better.
function decodeValue(field: ModelField, value: Json, wire: Wire): Json | undefined {
  if (value === null) return null;
  switch (field.type) {
    case 'boolean':
      return decodeBoolean(value);
    case 'number':
      if (typeof value === 'string')
        return /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value === '' ? null : undefined;
      return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
    case 'string':
      return idText(value) ?? (value === '' ? '' : undefined);
    case 'word':
      return typeof value === 'string' || typeof value === 'number'
        ? decodeWord(wire, field.vocabulary!, value)
        : undefined;
    case 'words':
    case 'ids':
    case 'roles':
      return decodeWords(value);
    default:
      return value;
  }
}

function decodeBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const folded = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '';
  return folded === 'true' || folded === '1' ? true : folded === 'false' || folded === '0' ? false : undefined;
}

// Labels and roles come as words, or as {id, name}; v1 has them in one string.
function decodeWords(value: Json): Json | undefined {
  if (typeof value === 'string')
    return value
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean);
  if (!Array.isArray(value)) return undefined;
  return value
    .map((item) => idText(isObject(item) ? pick(item, 'id', 'name', 'value') : item))
    .filter((word) => word !== undefined);
}

// `{type: "job", reference: {…}}` is told as the reference that it is: `job`.
function nameStepTarget(fields: Map<string, Json>): void {
  const type = fields.get('type');
  const reference = fields.get('reference');
  if (!isObject(reference) || (type !== 'job' && type !== 'transformation' && type !== 'event')) return;
  if (!fields.has(type)) fields.set(type, reference);
  fields.delete('reference');
}

function decodeChildren(
  kind: EntityKind,
  raw: JsonObject,
  wire: Wire,
  taken: Set<string>,
  find: Finder,
): Entity[] | undefined {
  const below = CHILDREN[kind];
  if (!below) return undefined;
  const found = below.names.map((name) => find(raw, name)).find((place) => Array.isArray(place?.value));
  if (!found) return undefined;
  taken.add(keyOf(found.at));
  const items = found.value as Json[];
  // A list of bare ids or of names says only that children exist.
  if (!items.every((item) => isObject(item))) return undefined;
  return inOrder(items.map((item) => decodeEntity(below.kind, item, wire)));
}

/** Children by their own order field when all have one, else as they came. */
export function inOrder(children: Entity[]): Entity[] {
  const position = (child: Entity) => child.fields.get('position');
  if (!children.every((child) => typeof position(child) === 'number')) return children;
  return children.toSorted((a, b) => (position(a) as number) - (position(b) as number));
}

function collectExtra(
  value: JsonObject,
  at: string[],
  taken: Set<string>,
  fields: Map<string, Json>,
  masked: Set<string>,
): void {
  for (const [key, item] of Object.entries(value)) {
    const here = [...at, key];
    if (taken.has(keyOf(here)) || key.startsWith('@')) continue;
    if (isObject(item) && Object.keys(item).length > 0) {
      collectExtra(item, here, taken, fields, masked);
      continue;
    }
    const path = `extra.${here.join('.')}`;
    fields.set(path, item);
    if (isMasked(item, key)) masked.add(path);
  }
}

/** Is this what a server shows in place of a secret? Words count only under names that look sensitive. */
export function isMasked(value: Json, name: string): boolean {
  if (typeof value !== 'string') return false;
  if (/^[*\u2022\u25cf]{3,}$/.test(value)) return true;
  return /^[<[({]?(masked|hidden|encrypted|redacted|protected)[>\])}]?$/i.test(value) && looksSensitive(name);
}

/** The name under which a value stands: `schedule.enabled` found as `ScheduleEnabled` is `schedule_enabled`. */
export function nameAt(name: string, at: readonly string[]): string {
  return at.length === 1 ? name.replaceAll('.', '_') : name;
}

/** Is this name the object that holds the field under another of its names? */
export function isHead(field: ModelField, name: string): boolean {
  return field.names.some((other) => other.startsWith(`${name}.`));
}

function keyOf(at: readonly string[]): string {
  // Most stand at the top.
  return at.length === 1 ? at[0]! : at.join('\u0000');
}
