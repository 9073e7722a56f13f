import type { Equality } from '../api/fields.ts';
import type { Json } from '../ports/json.ts';
import { canonicalJson } from './digest.ts';

/**
 * Whether a wanted and an observed value mean the same, by the type of the field (design §5, "Equality").
 * Null, the empty string and an absent value (pass null for it) are equal. Total and symmetric; never throws.
 */
export function equal(equality: Equality, wanted: Json, observed: Json): boolean {
  if (isEmpty(wanted) && isEmpty(observed)) return true;
  if (equality === 'reference') return sameReference(wanted, observed);
  return meaning(equality, wanted) === meaning(equality, observed);
}

type ByMeaning = Exclude<Equality, 'reference'>;

/** One text for all values that mean the same. A value outside the type means only itself. */
function meaning(equality: ByMeaning, value: Json): string {
  const known = meanings[equality](value);
  return known === undefined ? `json ${canonicalJson(value)}` : `known ${known}`;
}

const meanings: Readonly<Record<ByMeaning, (value: Json) => string | undefined>> = {
  string: scalar,
  number: numeric,
  boolean: truth,
  vocabulary: (value) =>
    scalar(value)
      ?.toLowerCase()
      .replace(/[-_ .]/g, ''),
  cron: (value) => scalar(value)?.trim().replace(/\s+/g, ' '),
  set: (value) => JSON.stringify([...new Set(members(value).map((item) => meaning('string', item)))].sort()),
  json: canonicalJson,
};

const isEmpty = (value: Json) => value === null || value === '';

/** The text of a scalar, whatever its wire type; undefined for arrays and objects. */
function scalar(value: Json): string | undefined {
  if (value === null) return '';
  return typeof value === 'object' ? undefined : String(value);
}

function numeric(value: Json): string | undefined {
  const text = typeof value === 'boolean' ? undefined : scalar(value)?.trim();
  if (text === undefined) return undefined;
  // Integers stay text: beyond 2^53 a double would make different ones equal.
  const integer = /^([+-]?)0*(\d+)(?:\.0*)?$/.exec(text);
  if (integer) return integer[1] === '-' && integer[2] !== '0' ? `-${integer[2]}` : integer[2];
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? String(Number(text)) : undefined;
}

function truth(value: Json): string | undefined {
  const text = scalar(value)?.trim().toLowerCase();
  if (text === 'true' || text === '1') return 'true';
  return text === 'false' || text === '0' ? 'false' : undefined;
}

function members(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isEmpty(value) ? [] : [value];
}

/** By id when both have one, else by name. A bare value is an id, or a name where the other side has only that. */
function sameReference(a: Json, b: Json): boolean {
  const [left, right] = [reference(a), reference(b)];
  if (left.id !== undefined && right.id !== undefined) return left.id === right.id;
  const [leftName, rightName] = [left.name ?? left.bare, right.name ?? right.bare];
  if (leftName !== undefined && rightName !== undefined) return leftName === rightName;
  return (left.empty === true && right.empty === true) || canonicalJson(a) === canonicalJson(b);
}

interface Reference {
  id?: string;
  name?: string;
  bare?: string;
  empty?: boolean;
}

function reference(value: Json): Reference {
  if (isEmpty(value)) return { empty: true };
  if (Array.isArray(value)) return {};
  if (typeof value !== 'object' || value === null) return { id: String(value), bare: String(value) };
  return { id: part(value.id), name: part(value.name), empty: Object.values(value).every(isEmpty) };
}

function part(value: Json | undefined): string | undefined {
  return value === undefined || isEmpty(value) ? undefined : scalar(value);
}
