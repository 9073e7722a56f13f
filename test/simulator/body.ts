import type { Json, JsonObject } from '../../src/ports/json.ts';
import { type Field, fold, READ_ONLY } from './fields.ts';
import { parseJson } from './json.ts';
import { invalid, Refusal } from './refusal.ts';
import { isCron } from './schedules.ts';
import type { Fields } from './state.ts';
import type { World } from './world.ts';

/** Reads a JSON object; an empty body is an empty object. Throws Refusal 400. */
export function readObject(text: string): JsonObject {
  if (text.trim() === '') return {};
  let value: Json;
  try {
    value = parseJson(text);
  } catch {
    throw invalid('The request body is not valid JSON.');
  }
  if (!isObject(value)) throw invalid('The request body must be a JSON object.');
  return value;
}

/**
 * Reads the writable fields out of a request, whatever the nesting and, unless the dialect is strict, the spelling.
 * Null clears. Throws Refusal 400 for a wrong type or word, and for unknown keys where the dialect refuses them.
 */
export function readFields(
  world: World,
  table: readonly Field[],
  body: JsonObject,
  more: readonly string[] = [],
): Fields {
  const index = new Map(table.flatMap((field) => spellings(field).map((key) => [key, field] as const)));
  const allowed = new Set(more.map(fold));
  const fields: Fields = {};
  const walk = (part: JsonObject, above: string) => {
    for (const [key, value] of Object.entries(part)) {
      const path = above === '' ? key : `${above}.${key}`;
      const folded = fold(path);
      const field = spelledWell(world, key) ? index.get(folded) : undefined;
      if (field && takes(field, value)) fields[field.path] = parsed(world, field, value);
      else if (READ_ONLY.has(folded) || allowed.has(folded)) continue;
      else if (isObject(value)) walk(value, path);
      else refuseUnknown(world, path);
    }
  };
  walk(body, '');
  return fields;
}

/** The value of a key that is no field (a position, a file name), spelled any way. */
export function readKey(body: JsonObject, ...names: string[]): Json | undefined {
  const wanted = new Set(names.map(fold));
  return Object.entries(body).find(([key]) => wanted.has(fold(key)))?.[1];
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function spellings(field: Field): string[] {
  const names = [field.path, ...(field.aliases ?? [])];
  const ids = field.type === 'connectionRef' || field.type === 'jobRef' ? names.map((name) => `${name}_id`) : [];
  return [...names, ...ids].map(fold);
}

function spelledWell({ dialect }: World, key: string): boolean {
  if (dialect.requestKeys === 'snake') return /^[a-z0-9_.]+$/.test(key);
  if (dialect.requestKeys === 'kebab') return /^[a-z0-9-]+$/.test(key);
  return true;
}

function takes(field: Field, value: Json): boolean {
  const holdsObjects = field.type === 'map' || field.type === 'connectionRef' || field.type === 'jobRef';
  return !isObject(value) || holdsObjects;
}

function refuseUnknown({ dialect }: World, path: string): void {
  if (dialect.unknownKeys === 'refused') throw invalid(`Unknown property '${path}'.`);
  if (dialect.unknownKeys === 'crash') throw new Refusal(500, 'InternalError', 'Object reference not set.');
}

function parsed(world: World, field: Field, value: Json): Json {
  if (value === null) return null;
  const wrong = () => invalid(`The value of '${field.path}' is not valid.`);
  switch (field.type) {
    case 'bool':
      if (/^(true|false)$/i.test(String(value))) return String(value).toLowerCase() === 'true';
      throw wrong();
    case 'int':
      if (/^-?\d+$/.test(String(value))) return Number(value);
      throw wrong();
    case 'cron':
      if (typeof value !== 'string') throw wrong();
      if (value !== '' && !isCron(value)) throw invalid(`'${value}' is not a valid cron expression.`);
      return normalised(world, field, value);
    case 'string':
      if (Array.isArray(value) || typeof value === 'boolean') throw wrong();
      return oneOf(field, normalised(world, field, String(value)));
    case 'map':
      if (!isObject(value)) throw wrong();
      return value;
    case 'connectionRef':
    case 'jobRef':
      return reference(value, wrong);
    default:
      return listOf(field, value, wrong);
  }
}

function listOf(field: Field, value: Json, wrong: () => Refusal): Json {
  if (!Array.isArray(value)) throw wrong();
  if (field.type === 'roles') return value.map(roleId);
  return value.map((entry) => (isObject(entry) ? String(readKey(entry, 'id')) : String(entry)));
}

/** The id, or `name:` and the name where only that is given; resolved by the operation, which knows the workspace. */
function reference(value: Json, wrong: () => Refusal): string {
  if (!isObject(value)) return String(value);
  const id = readKey(value, 'id', 'connection_id', 'job_id') ?? null;
  if (id !== null && id !== '') return String(id);
  const name = readKey(value, 'name') ?? null;
  if (name === null) throw wrong();
  return `name:${String(name)}`;
}

const ROLES = ['cdata_admin', 'cdata_standard', 'cdata_job_creator', 'cdata_support'];
const ROLE_NAMES = ['Admin', 'Standard', 'Job Creator', 'Job Operator'];

function roleId(value: Json): string {
  const word = isObject(value) ? (readKey(value, 'id') ?? readKey(value, 'name') ?? '') : value;
  const folded = fold(String(word));
  const at = ROLES.findIndex((id, i) => fold(id) === folded || fold(ROLE_NAMES[i]!) === folded);
  if (at < 0) throw invalid(`Unknown role '${String(word)}'.`);
  return ROLES[at]!;
}

/** The console's name of a role id. */
export function roleName(id: string): string {
  return ROLE_NAMES[ROLES.indexOf(id)] ?? id;
}

function oneOf(field: Field, value: string): string {
  if (!field.words) return value;
  const word = field.words.find((known) => fold(known) === fold(value));
  if (word === undefined) throw invalid(`'${field.path}' must be one of ${field.words.join(', ')}.`);
  return word;
}

function normalised({ dialect }: World, field: Field, value: string): string {
  if (dialect.normalisation === 'trim') return value.trim();
  if (dialect.normalisation === 'drops' && field.path === 'destination_schema') return '';
  if (dialect.normalisation !== 'cron' || field.type !== 'cron' || value === '') return value;
  const parts = value.trim().toUpperCase().split(/\s+/);
  return (parts.length === 5 ? ['0', ...parts] : parts).join(' ');
}
