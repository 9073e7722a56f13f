import { deepEqual } from '../deepEqual.ts';
import type { Loose } from '../types.ts';

/** Lists of built-in kinds that merge by a key, and lists of words that merge as sets; all others are replaced. */
const MERGE_KEYS: Record<string, string> = { ownerReferences: 'uid', conditions: 'type', secrets: 'name' };
const SETS = new Set(['finalizers']);

const isObject = (value: Loose): boolean => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Strategic merge patch, for the built-in kinds of the twin. Neither argument is changed. */
export function strategicPatch(target: Loose, patch: Loose): Loose {
  if (!isObject(patch)) return patch;
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  const result: Loose = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys' || key.startsWith('$setElementOrder/')) continue;
    if (key.startsWith('$deleteFromPrimitiveList/')) {
      const list = key.slice('$deleteFromPrimitiveList/'.length);
      result[list] = (result[list] ?? []).filter((item: Loose) => !(value as Loose[]).includes(item));
    } else if (value === null) delete result[key];
    else if (Array.isArray(value)) result[key] = mergeList(key, result[key] ?? [], value);
    else result[key] = strategicPatch(result[key], value);
  }
  if (Array.isArray(patch.$retainKeys)) {
    for (const key of Object.keys(result)) if (!patch.$retainKeys.includes(key)) delete result[key];
  }
  return result;
}

function mergeList(field: string, current: Loose[], patch: Loose[]): Loose[] {
  if (SETS.has(field)) return [...current, ...patch.filter((item) => !current.some((one) => deepEqual(one, item)))];
  const key = MERGE_KEYS[field];
  if (!key || patch.some((item) => item?.$patch === 'replace')) return patch.map(withoutDirectives).filter(isPresent);
  let result = [...current];
  for (const item of patch) {
    const at = result.findIndex((one) => one[key] === item[key]);
    if (item.$patch === 'delete') result = result.filter((one) => one[key] !== item[key]);
    else if (at >= 0) result[at] = strategicPatch(result[at], item);
    else result.push(item);
  }
  return result;
}

function withoutDirectives(value: Loose): Loose {
  if (!isObject(value)) return value;
  const { $patch, ...rest } = value;
  return Object.keys(rest).length === 0 && $patch ? undefined : rest;
}

const isPresent = (value: Loose) => value !== undefined;
