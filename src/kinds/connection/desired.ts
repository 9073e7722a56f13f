import { fieldOf } from '../../api/fields.ts';
import { FIELDS, type SyncConnectionSpec } from '../../api/syncConnection.ts';
import type { Desired } from '../../engine/kind.ts';
import type { Resource } from '../../engine/resource.ts';
import type { Json } from '../../ports/json.ts';
import type { KindContext } from '../context.ts';
import { leavesOf } from '../shared/leaves.ts';
import { readValues, type ValueSource } from '../shared/values.ts';

/** Where the properties of a connection stand that its spec only refers to, in the order of `propertiesFrom`. */
export function sourcesOf(spec: SyncConnectionSpec): (ValueSource & { path: string })[] {
  return (spec.propertiesFrom ?? []).map(({ property, secretKeyRef, configMapKeyRef }) => ({
    kind: secretKeyRef ? 'Secret' : 'ConfigMap',
    name: (secretKeyRef ?? configMapKeyRef)!.name,
    key: (secretKeyRef ?? configMapKeyRef)!.key!,
    field: `property ${property} in spec.propertiesFrom`,
    path: `properties.${property}`,
  }));
}

/** The connection as its spec wants it. Throws Blocked while a Secret or ConfigMap is missing. */
export async function desiredConnection(context: KindContext, resource: Resource): Promise<Desired> {
  const spec = resource.spec as unknown as SyncConnectionSpec;
  const fields = new Map<string, Json>();
  const secrets = new Map<string, string>();
  for (const { path, value, field } of leavesOf(FIELDS, resource.spec)) {
    if (field.change === 'writeOnly') secrets.set(path, String(value));
    else fields.set(path, value);
  }
  const sources = sourcesOf(spec);
  for (const [at, value] of (await readValues(context, resource, sources)).entries()) {
    const { path, kind } = sources[at]!;
    // A ConfigMap is public, but a property that is called a password is a secret wherever it stands.
    const isSecret = kind === 'Secret' || fieldOf(FIELDS, path)?.change === 'writeOnly';
    if (isSecret) secrets.set(path, value);
    else fields.set(path, value);
  }
  return { name: spec.name, fields, secrets, childPolicy: 'Exact' };
}
