import { deepEqual } from '../deepEqual.ts';
import { fieldError } from '../status.ts';
import type { FieldError, Loose, Schema } from '../types.ts';
import { validFormat } from './formats.ts';
import { join, own } from './prune.ts';

/** Checks a value against a structural schema; messages as the API server's (k8s.io/kube-openapi/pkg/validation). */
export function validate(value: Loose, schema: Schema, path = ''): FieldError[] {
  const errors: FieldError[] = [];
  check(value, schema, path, errors);
  return errors;
}

function check(value: Loose, schema: Schema, path: string, errors: FieldError[]): void {
  if (value === null && schema.nullable) return;
  if (!typeFits(value, schema)) {
    const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
    const actual = typeName(value);
    errors.push(fieldError.typeInvalid(path, actual, `${path} in body must be of type ${wanted}: "${actual}"`));
    return;
  }
  if (schema.enum && !schema.enum.some((one) => deepEqual(one, value))) {
    errors.push(fieldError.notSupported(path, value, schema.enum));
  }
  if (typeof value === 'string') checkString(value, schema, path, errors);
  else if (typeof value === 'number') checkNumber(value, schema, path, errors);
  else if (Array.isArray(value)) checkArray(value, schema, path, errors);
  else if (value !== null && typeof value === 'object') checkObject(value, schema, path, errors);
  checkJunctors(value, schema, path, errors);
}

function typeName(value: Loose): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeFits(value: Loose, schema: Schema): boolean {
  const actual = typeName(value);
  if (schema['x-kubernetes-int-or-string']) return actual === 'integer' || actual === 'string';
  if (!schema.type) return true;
  return actual === schema.type || (schema.type === 'number' && actual === 'integer');
}

function checkString(value: string, schema: Schema, path: string, errors: FieldError[]): void {
  const { maxLength, minLength } = schema;
  // Most strings are far from their bounds, and need not be taken apart.
  if (maxLength !== undefined && value.length > maxLength && [...value].length > maxLength) {
    errors.push(fieldError.tooLong(path, maxLength));
  }
  if (minLength !== undefined && value.length < 2 * minLength && [...value].length < minLength) {
    errors.push(fieldError.invalid(path, value, `${path} in body should be at least ${minLength} chars long`));
  }
  if (schema.pattern !== undefined && !matches(schema.pattern, value)) {
    errors.push(fieldError.invalid(path, value, `${path} in body should match '${schema.pattern}'`));
  }
  if (schema.format && !validFormat(schema.format, value)) {
    errors.push(fieldError.invalid(path, value, `${path} in body must be of type ${schema.format}: "${value}"`));
  }
}

/** Go's RE2 knows inline flags at the start, which JavaScript wants apart, and escapes that its `u` mode refuses. */
function matches(pattern: string, value: string): boolean {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const source = flags ? pattern.slice(flags[0].length) : pattern;
  try {
    return new RegExp(source, `u${flags?.[1] ?? ''}`).test(value);
  } catch {
    return new RegExp(source, flags?.[1] ?? '').test(value);
  }
}

function checkNumber(value: number, schema: Schema, path: string, errors: FieldError[]): void {
  const { minimum, maximum, multipleOf } = schema;
  if (maximum !== undefined && (value > maximum || (schema.exclusiveMaximum && value === maximum))) {
    const than = schema.exclusiveMaximum ? 'less than' : 'less than or equal to';
    errors.push(fieldError.invalid(path, value, `${path} in body should be ${than} ${maximum}`));
  }
  if (minimum !== undefined && (value < minimum || (schema.exclusiveMinimum && value === minimum))) {
    const than = schema.exclusiveMinimum ? 'greater than' : 'greater than or equal to';
    errors.push(fieldError.invalid(path, value, `${path} in body should be ${than} ${minimum}`));
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    errors.push(fieldError.invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`));
  }
}

function checkArray(value: Loose[], schema: Schema, path: string, errors: FieldError[]): void {
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    errors.push(fieldError.tooMany(path, value.length, schema.maxItems));
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(
      fieldError.invalid(path, value.length, `${path} in body should have at least ${schema.minItems} items`),
    );
  }
  if (schema.items) for (const [index, item] of value.entries()) check(item, schema.items, `${path}[${index}]`, errors);
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return;
  const seen = new Set<string>();
  value.forEach((item, index) => {
    const id = listType === 'set' ? item : keysOf(item, schema);
    const text = JSON.stringify(id);
    if (seen.has(text)) errors.push(fieldError.duplicate(`${path}[${index}]`, id));
    seen.add(text);
  });
}

function keysOf(item: Loose, schema: Schema): Loose {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return Object.fromEntries(keys.map((key) => [key, item?.[key] ?? null]));
}

function checkObject(value: Loose, schema: Schema, path: string, errors: FieldError[]): void {
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) errors.push(fieldError.required(join(path, name)));
  }
  const count = Object.keys(value).length;
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    errors.push(fieldError.tooMany(path, count, schema.maxProperties));
  }
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    errors.push(
      fieldError.invalid(path, count, `${path} in body should have at least ${schema.minProperties} properties`),
    );
  }
  for (const [key, item] of Object.entries(value)) {
    const child = own(schema.properties, key);
    if (child) check(item, child, join(path, key), errors);
    else if (typeof schema.additionalProperties === 'object') {
      check(item, schema.additionalProperties, join(path, key), errors);
    }
  }
}

function checkJunctors(value: Loose, schema: Schema, path: string, errors: FieldError[]): void {
  const fits = (one: Schema) => validate(value, one, path).length === 0;
  const refuse = (text: string) => errors.push(fieldError.invalid(path, '', `"${path}" ${text}`));
  for (const one of schema.allOf ?? []) check(value, one, path, errors);
  if (schema.anyOf && !schema.anyOf.some(fits)) refuse('must validate at least one schema (anyOf)');
  if (schema.oneOf) {
    const found = schema.oneOf.filter(fits).length;
    if (found === 0) refuse('must validate one and only one schema (oneOf). Found none valid');
    else if (found > 1) refuse(`must validate one and only one schema (oneOf). Found ${found} valid alternatives`);
  }
  if (schema.not && fits(schema.not)) refuse('must not validate the schema (not)');
}
