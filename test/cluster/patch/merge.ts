import type { Loose } from '../types.ts';

const isObject = (value: Loose): boolean => value !== null && typeof value === 'object' && !Array.isArray(value);

/** JSON merge patch (RFC 7396). Neither argument is changed. */
export function mergePatch(target: Loose, patch: Loose): Loose {
  if (!isObject(patch)) return patch;
  const result: Loose = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value);
  }
  return result;
}
