import type { Loose, Manifest } from '../cluster/types.ts';
import { sampleFor } from './samples.ts';

/** A node of a CRD's schema. `steps` leads there from the root: a property, `[]` for an element, `{}` for a value of a map. */
export interface Node {
  kind: string;
  steps: readonly string[];
  schema: Loose;
}

export const ELEMENT = '[]';
export const ENTRY = '{}';
/** The key under which a value of a map is put. */
const KEY = 'k';

/** Every node of a CRD below `spec` and `status`, parents first. */
export function nodesOf(crd: Manifest): Node[] {
  const { kind } = crd.spec.names;
  const root = crd.spec.versions[0].schema.openAPIV3Schema;
  const { spec, status } = root.properties;
  return [...below(kind, ['spec'], spec), ...below(kind, ['status'], status)];
}

function below(kind: string, steps: readonly string[], schema: Loose): Node[] {
  const children = Object.entries((schema.properties ?? {}) as Record<string, Loose>);
  if (schema.items) children.push([ELEMENT, schema.items]);
  if (typeof schema.additionalProperties === 'object') children.push([ENTRY, schema.additionalProperties]);
  return [{ kind, steps, schema }, ...children.flatMap(([step, child]) => below(kind, [...steps, step], child))];
}

/** As people write it: `spec.tasks[].query`. */
export const pathOf = ({ steps }: Pick<Node, 'steps'>) => steps.join('.').replaceAll(/\.(\[\]|\{\})/g, '$1');

/** As the API server names the place at which `put` puts a value; rules write the key of a map in brackets, bounds do not. */
export const fieldOf = ({ steps }: Pick<Node, 'steps'>, entry = `[${KEY}]`) =>
  steps.join('.').replaceAll('.[]', '[0]').replaceAll('.{}', entry);

export const boundFieldOf = (node: Pick<Node, 'steps'>) => fieldOf(node, `.${KEY}`);

/** A copy of a value that has, at `steps`, what `make` makes of what is there or, where nothing is, of the least that the schema takes. */
export function put(from: unknown, schema: Loose, steps: readonly string[], make: (node: unknown) => unknown): unknown {
  const here = from === undefined ? least(schema) : structuredClone(from);
  const [step, ...rest] = steps;
  if (step === undefined) return make(here);
  if (step === ELEMENT) return [put((here as unknown[])[0], schema.items, rest, make)];
  const name = step === ENTRY ? KEY : step;
  const child = step === ENTRY ? schema.additionalProperties : schema.properties[step];
  const object = { ...(here as Loose), [name]: put((here as Loose)[name], child, rest, make) };
  // Where a node takes one of several fields, the other ones make way.
  for (const { message } of rulesOf(schema)) {
    const good = sampleFor(message)?.good;
    if (!isObject(good) || !Object.hasOwn(good, name) || !/not both$|exactly one/.test(message)) continue;
    for (const other of Object.keys(good)) if (other !== name) delete object[other];
  }
  return object;
}

/** The least value that the API server takes for a schema. */
export function least(schema: Loose): unknown {
  const samples = rulesOf(schema).map(({ message }) => sampleFor(message)?.good);
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object': {
      const fields = (schema.required ?? []).map((name: string) => [name, least(schema.properties[name])]);
      return Object.assign(Object.fromEntries(fields), ...samples.filter(isObject));
    }
    case 'array':
      return [];
    case 'string':
      return samples[0] ?? (schema.format === 'date-time' ? '2026-01-01T00:00:00Z' : 'a'.repeat(schema.minLength ?? 1));
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    default:
      return 1;
  }
}

export interface Rule {
  rule: string;
  message: string;
  fieldPath?: string;
}

export const rulesOf = (schema: Loose): Rule[] => schema['x-kubernetes-validations'] ?? [];

export const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
