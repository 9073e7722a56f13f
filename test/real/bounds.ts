import type { Loose } from '../cluster/types.ts';
import { isObject, least, rulesOf } from './schemaTree.ts';

/** A value for a node with the bound that it breaks, or keeps to the last. */
export interface Probe {
  bound: string;
  value: unknown;
  /** The causes that the API server may name; none: it takes the value. */
  refusedAs?: readonly string[];
  /** Put behind the node's path, where the API server names a place below it. */
  below?: string;
}

const INVALID = ['FieldValueInvalid', 'FieldValueTooLong', 'FieldValueTooMany'];

/** Values on and just beyond each bound of a schema. Rules in CEL have samples of their own. */
export function probesOf(schema: Loose): Probe[] {
  const free = rulesOf(schema).length === 0 && !schema.pattern && !schema.format && !schema.enum;
  const edge = (bound: string, value: unknown, beyond: unknown): Probe[] => [
    ...(free ? [{ bound, value }] : []),
    { bound: `beyond ${bound}`, value: beyond, refusedAs: INVALID },
  ];
  const { maxLength, minLength, maximum, minimum, maxItems, maxProperties, pattern } = schema;
  return [
    ...(maxLength === undefined
      ? []
      : edge(`maxLength ${maxLength}`, 'a'.repeat(maxLength), 'a'.repeat(maxLength + 1))),
    ...(minLength === undefined
      ? []
      : edge(`minLength ${minLength}`, 'a'.repeat(minLength), 'a'.repeat(minLength - 1))),
    ...numbers(maximum, minimum, edge),
    ...(maxItems === undefined
      ? []
      : edge(`maxItems ${maxItems}`, items(schema, maxItems), items(schema, maxItems + 1))),
    ...(maxProperties === undefined
      ? []
      : edge(`maxProperties ${maxProperties}`, entries(schema, maxProperties), entries(schema, maxProperties + 1))),
    ...(schema.enum ? [{ bound: 'enum', value: 'Nonsense', refusedAs: ['FieldValueNotSupported'] }] : []),
    ...(pattern ? [{ bound: `pattern ${pattern}`, value: '-', refusedAs: ['FieldValueInvalid'] }] : []),
    ...(schema.required ?? []).map((name: string) => {
      const { [name]: _gone, ...value } = least(schema) as Loose;
      return { bound: `required ${name}`, value, refusedAs: ['FieldValueRequired'], below: `.${name}` };
    }),
  ];
}

function numbers(
  maximum: number | undefined,
  minimum: number | undefined,
  edge: (bound: string, value: unknown, beyond: unknown) => Probe[],
): Probe[] {
  return [
    ...(maximum === undefined ? [] : edge(`maximum ${maximum}`, maximum, maximum + 1)),
    ...(minimum === undefined ? [] : edge(`minimum ${minimum}`, minimum, minimum - 1)),
  ];
}

/** Elements that differ, as sets and maps want. */
export function items(schema: Loose, count: number): unknown[] {
  const one = least(schema.items);
  const keys: string[] = schema['x-kubernetes-list-map-keys'] ?? [];
  return Array.from({ length: count }, (_, at) => {
    if (isObject(one)) return { ...one, ...Object.fromEntries(keys.map((key) => [key, `a${at}`])) };
    return typeof one === 'string' && !schema.items.enum ? `a${at}` : one;
  });
}

const entries = (schema: Loose, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, least(schema.additionalProperties)]));
