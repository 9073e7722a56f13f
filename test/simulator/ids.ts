import type { Json } from '../../src/ports/json.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Dialect } from './dialect.ts';

/** `small`: tasks and steps, which are integers even where the rest has uuids. */
export type IdClass = 'large' | 'small';

export function newId(random: Random, dialect: Dialect, idClass: IdClass): string {
  return isInteger(dialect, idClass) ? longInteger(random) : random.uuid();
}

/** The id as it stands on the wire: a bare integer or a string. */
export function wireId(dialect: Dialect, id: string): Json {
  return dialect.ids !== 'uuidEverywhere' && /^\d{17}$/.test(id) ? BigInt(id) : id;
}

function isInteger(dialect: Dialect, idClass: IdClass): boolean {
  return dialect.ids === 'integer' || (dialect.ids !== 'uuidEverywhere' && idClass === 'small');
}

/** 17 digits and odd: beyond 2^53, so reading it as a double changes it. */
function longInteger(random: Random): string {
  const digits = Array.from({ length: 15 }, () => Math.floor(random.next() * 10)).join('');
  return `1${digits}${1 + 2 * Math.floor(random.next() * 5)}`;
}
