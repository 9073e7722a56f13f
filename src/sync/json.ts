import type { Json, JsonObject } from '../ports/json.ts';

const LONG_INTEGER = /\d{16}/;
type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver?: Reviver) => Json;
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** Parses JSON; integers beyond 2^53 come as bigint, exactly. Throws SyntaxError. */
export function parseJson(text: string): Json {
  // The reviver is nine times slower, so it is kept for texts that need it.
  return LONG_INTEGER.test(text) ? parseWithSource(text, exact) : (JSON.parse(text) as Json);
}

const exact: Reviver = (_key, value, context) => {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
};

/** The JSON text of a value; a bigint is written as the integer that it is. */
export function stringifyJson(value: Json): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? rawJSON(String(item)) : item));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Are two values the same JSON? The order of an object's keys does not matter. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
