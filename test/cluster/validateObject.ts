import type { Target } from './decode.ts';
import { deepEqual } from './deepEqual.ts';
import { jsonPathValues } from './jsonPath.ts';
import { validateMeta } from './meta.ts';
import { validate } from './schema/validate.ts';
import type { FieldError, KubeObject } from './types.ts';

/**
 * Everything that is wrong with an object about to be stored. `shown` is it in the requested version. On update, schema
 * errors of values that did not change are let through, as CRDValidationRatcheting does.
 */
export function objectErrors(
  { type, version }: Target,
  shown: KubeObject,
  stored: KubeObject,
  old?: KubeObject,
): FieldError[] {
  const errors = validateMeta(stored, old);
  errors.push(...(type.strategy.validate?.(stored, old) ?? []));
  if (!version.schema) return errors;
  const wrong = validate(shown, version.schema).filter((error) => !type.builtin || error.field.startsWith('spec'));
  return [...errors, ...wrong.filter((error) => !old || !unchanged(error, shown, old))];
}

function unchanged({ field, reason }: FieldError, next: KubeObject, old: KubeObject): boolean {
  const path = reason === 'FieldValueRequired' ? field.replace(/(\.|^)[^.]*$/, '') : field;
  if (path === '') return false;
  const before = jsonPathValues(old, `.${path}`);
  return before.length > 0 && deepEqual(before, jsonPathValues(next, `.${path}`));
}
