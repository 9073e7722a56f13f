import type { Json, JsonObject } from '../../src/ports/json.ts';
import { wireDate } from './dates.ts';
import type { Dialect } from './dialect.ts';
import { wireId } from './ids.ts';
import type { World } from './world.ts';

/** What operations answer, before the dialect has its say: plain snake_case objects with marked ids, dates and maps. */
export type Wire = Json | undefined | WireId | WireDate | WireMap | Wire[] | { [key: string]: Wire };

/** An id. `own` names the kind when it is the object's own id, which a dialect may call `job_id`. */
export class WireId {
  readonly id: string;
  readonly own?: string;
  constructor(id: string, own?: string) {
    this.id = id;
    this.own = own;
  }
}

/** A time, ms since the epoch. */
export class WireDate {
  readonly at: number;
  constructor(at: number) {
    this.at = at;
  }
}

/** A map whose keys are the user's and keep their spelling. */
export class WireMap {
  readonly entries: JsonObject;
  constructor(entries: JsonObject) {
    this.entries = entries;
  }
}

/** Writes a value as the dialect spells it. */
export function toJson(world: World, value: Wire): Json {
  const { dialect } = world;
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return scalar(dialect, value);
  if (value instanceof WireId) return wireId(dialect, value.id);
  if (value instanceof WireDate) return wireDate(world, value.at);
  if (value instanceof WireMap) return value.entries;
  if (Array.isArray(value)) return value.map((part) => toJson(world, part));
  const object: JsonObject = {};
  for (const key of Object.keys(value)) {
    const part = value[key];
    if (part === undefined || (part instanceof WireId && dialect.ids === 'absent')) continue;
    if (part instanceof WireId && part.own && dialect.idKeys === 'href') object.href = `/${part.own}s/${part.id}`;
    else object[spell(dialect, keyOf(dialect, key, part))] = toJson(world, part);
  }
  return object;
}

function keyOf(dialect: Dialect, key: string, part: Wire): string {
  return part instanceof WireId && part.own && dialect.idKeys === 'typed' ? `${part.own}_id` : key;
}

function scalar(dialect: Dialect, value: string | number | boolean | bigint): Json {
  return dialect.scalars === 'strings' && typeof value !== 'bigint' ? String(value) : value;
}

const ODD: Readonly<Record<string, string>> = {
  source_connection: 'Source-Connection',
  destination_connection: 'Destination-Connection',
  connector_version: 'Connector Version',
  email_error_only: 'EmailErrorOnly',
};

/** A key as the dialect spells it. */
export function spell({ keys }: Dialect, key: string): string {
  if (keys === 'snake') return key;
  const words = key.split('_');
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  switch (keys) {
    case 'title':
      return words.map(capital).join('_');
    case 'camel':
      return words.map((word, i) => (i === 0 ? word : capital(word))).join('');
    case 'kebab':
      return words.join('-');
    case 'odd':
      return ODD[key] ?? words.map(capital).join('_');
    case 'opaque':
      return `f${[...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 99_991, 7)}`;
  }
}
