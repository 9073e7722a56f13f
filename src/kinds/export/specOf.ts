import { type Field, fieldOf } from '../../api/fields.ts';
import { isSensitivePath } from '../../engine/show.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import { validCron } from '../../sync/due.ts';
import { looksComputed } from '../../sync/models/computed.ts';
import type { Entity } from '../../sync/models/entity.ts';
import { looksSensitive } from '../../sync/scrub.ts';
import { type Renames, toRemoteObject } from '../remote/convert.ts';
import { itemFields } from '../shared/children.ts';
import type { ExportRules, RefineInput } from './rules.ts';

/** The spec that says what the object is now, `base` being its place: the way back of the field table. Only what says something is in it. */
export function specOf(rules: ExportRules, base: JsonObject, input: RefineInput): JsonObject {
  const { definition, renames = {}, references = {}, children } = rules;
  const { entity } = input;
  const fields = fieldsOf({ table: definition.fields, entity, renames, references, prefix: '' }, input);
  const spec = { ...base, ...fields };
  if (children && input.children && input.children.length > 0) {
    const { list } = children;
    const table = itemFields(definition.fields, list);
    const parts = { table, renames: children.renames ?? {}, references, prefix: `${list}[].` };
    spec[list] = input.children.map((child) => fieldsOf({ ...parts, entity: child }, input));
  }
  rules.refine?.(spec, input);
  return spec;
}

interface Part {
  table: readonly Field[];
  entity: Entity;
  renames: Renames;
  references: Readonly<Record<string, string>>;
  /** Of paths in `references`: `tasks[].`. */
  prefix: string;
}

function fieldsOf({ table, entity, renames, references, prefix }: Part, input: RefineInput): JsonObject {
  const spec: JsonObject = {};
  const { fields, masked } = toRemoteObject(entity, renames, {});
  for (const [path, value] of fields) {
    const field = fieldOf(table, path);
    if (!field || field.change === 'local' || field.change === 'fixed' || isEmpty(value)) continue;
    const isSecret = masked.has(path) || field.change === 'writeOnly' || isSensitivePath(path);
    if (field.path === 'extra.*') {
      addExtra(spec, path, value, isSecret, input);
    } else if (field.equality === 'reference') {
      const reference = input.refer(references[prefix + path] ?? '', value);
      if (reference) setAt(spec, path, field, { ...reference });
      else input.note(`${prefix}${path} is left out: the server shows no id of it`);
    } else if (!isSecret) {
      const problem = field.equality === 'cron' ? validCron(String(value)) : undefined;
      if (problem === undefined) setAt(spec, path, field, typed(field, value));
      else input.note(`${prefix}${path} is left out: ${problem}`);
    }
  }
  return spec;
}

/** Fields that we do not know; never secrets, which have no place there, nor what the server works out itself. */
function addExtra(spec: JsonObject, path: string, value: Json, isSecret: boolean, input: RefineInput): void {
  const name = path.slice('extra.'.length);
  if (looksComputed(name) || isList(value)) return;
  if (isSecret || looksSensitive(name) || input.holdsSecret(JSON.stringify(value, bigAsText))) {
    input.note(`${path} is left out: it looks like a secret`);
    return;
  }
  setMap(spec, 'extra', name, value);
}

/** Whether it lists other objects, which have resources of their own. */
function isList(value: Json): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null);
}

const bigAsText = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

/** Null, the empty text and the empty list: as good as not there (engine/equality.ts). */
function isEmpty(value: Json): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The value in the type that the spec has for it. */
function typed({ equality }: Field, value: Json): Json {
  switch (equality) {
    case 'string':
    case 'vocabulary':
    case 'cron':
      return typeof value === 'object' ? value : String(value);
    case 'number':
      return Number(value);
    case 'set':
      return [...new Set((Array.isArray(value) ? value : [value]).map(String))];
    default:
      return value;
  }
}

/** Sets a dotted path; of a map's entry all behind the map's name is its key. */
function setAt(spec: JsonObject, path: string, field: Field, value: Json): void {
  if (field.path.endsWith('.*')) {
    const map = field.path.slice(0, -2);
    setMap(spec, map, path.slice(map.length + 1), value);
    return;
  }
  const [head, ...rest] = path.split('.');
  if (rest.length === 0) spec[head!] = value;
  else setMap(spec, head!, rest.join('.'), value);
}

function setMap(spec: JsonObject, name: string, key: string, value: Json): void {
  spec[name] ??= {};
  (spec[name] as JsonObject)[key] = value;
}
