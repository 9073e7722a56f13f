import { Blocked } from '../../engine/blocked.ts';
import { keyOf, type Resource } from '../../engine/resource.ts';
import { isForbidden } from '../../kube/errors.ts';
import type { KindContext } from '../context.ts';

/** One key of a Secret or ConfigMap in the namespace of the object that refers to it. */
export interface ValueSource {
  kind: 'Secret' | 'ConfigMap';
  name: string;
  key: string;
  /** Where the spec says so, for messages: `spec.propertiesFrom[Password]`. */
  field: string;
}

/** The owner under which a resource's values are watched. */
export function ownerOf(resource: Resource): string {
  return `${resource.kind}/${keyOf(resource)}`;
}

/**
 * Reads the values and has the resource woken when one changes or appears. Throws Blocked, naming the object, the key and the
 * field, when one is missing.
 */
export async function readValues(
  { values }: KindContext,
  resource: Resource,
  sources: readonly ValueSource[],
): Promise<string[]> {
  const { namespace } = resource.metadata;
  const refs = new Map(sources.map(({ kind, name }) => [`${kind}/${name}`, { kind, namespace, name }]));
  values.watch(ownerOf(resource), [...refs.values()]);
  return Promise.all(sources.map((source) => readValue({ values }, namespace, source)));
}

async function readValue(
  { values }: Pick<KindContext, 'values'>,
  namespace: string,
  { kind, name, key, field }: ValueSource,
): Promise<string> {
  const what = `${kind} ${namespace}/${name}`;
  const read = kind === 'Secret' ? values.secret(namespace, name) : values.configMap(namespace, name);
  const found = await read.catch((error: unknown) => {
    const hint = isForbidden(error) ? '; the operator may not get it' : '';
    throw new Blocked(`${kind}Unreadable`, `${what}, named by ${field}, cannot be read${hint}`);
  });
  if (!found) throw new Blocked(`${kind}NotFound`, `${what} does not exist; ${field} needs its key ${key}`);
  const value = found.data[key];
  if (value === undefined) throw new Blocked(`${kind}KeyNotFound`, `${what} has no key ${key}, which ${field} needs`);
  return value;
}
