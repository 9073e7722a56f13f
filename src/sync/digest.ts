import { hash } from 'node:crypto';
import type { Json } from '../ports/json.ts';
import type { Entity } from './models/entity.ts';

/**
 * Unknown fields that move without anybody changing the configuration: run states, times of runs, tests and changes, counters.
 * Read off the v1 records (sync-api-v2.md §3.2, §3.9), whose v2 names were not found.
 */
const VOLATILE =
  /^(status|state|connectionstate|running|progress|lastrun|nextrun|run(start|end)?date|runtime|lasttest|updated|lastupdated|modified|lastmodified|recordsaffected|expiredin|duration)/;

/**
 * A short name for what an object is configured to be: 64 bits of SHA-256 over its name, fields and children, base64url.
 * Volatile fields, the update time and the status word stay outside, as do masked values; that a value is masked does not.
 * `only` limits it to some paths, to compare an item with lists that leave fields out.
 */
export function digestOf(entity: Entity, only?: ReadonlySet<string>): string {
  return hash('sha256', canonical(entity, only), 'base64url').slice(0, 11);
}

/** True when `path` says something about the configuration. */
export function isSteady(path: string): boolean {
  if (!path.startsWith('extra.')) return true;
  return !path
    .slice('extra.'.length)
    .split('.')
    .some((part) => VOLATILE.test(part.replace(/[-_\s]/g, '').toLowerCase()));
}

/** The value as a text that is the same for equal values: keys in order, big integers told from strings. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`).join()}}`;
}

function canonical(entity: Entity, only?: ReadonlySet<string>): string {
  const parts = [JSON.stringify(entity.name ?? null)];
  for (const path of [...entity.fields.keys()].sort()) {
    if (!isSteady(path) || (only && !only.has(path))) continue;
    const value = entity.masked.has(path) ? '*' : canonicalJson(entity.fields.get(path)!);
    parts.push(`${path}=${value}`);
  }
  if (entity.children && !(only && !only.has(CHILDREN))) {
    for (const child of entity.children) parts.push(`${JSON.stringify(child.id)}{${canonical(child)}}`);
  }
  return parts.join('\n');
}

/** Stands in a set of paths for the children that came inside their parent. */
export const CHILDREN = '[]';
