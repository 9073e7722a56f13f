import { z } from 'zod';
import { matching, name, ruled, text } from './schema.ts';

/** References between resources, and to Secrets and ConfigMaps. */

export const resourceName = (description: string) =>
  matching(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'must be the name of a Kubernetes object: lower case letters, digits, - and .',
    description,
    253,
  );

export const namespaceName = (description: string) =>
  matching(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be the name of a namespace', description, 63);

/** An id of the server, opaque. */
export const remoteId = (description: string) => name(description, 128);

/** `{ name }` of a resource in the same namespace, or `{ id }` of a remote object that no resource manages. */
export function reference(kind: string, what: string) {
  const shape = z.object({
    name: resourceName(`Name of a ${kind} in the same namespace.`).optional(),
    id: remoteId('Id in Sync of an object that no resource manages.').optional(),
  });
  return ruled(shape.meta({ description: `${what} Exactly one of name and id.` }), [
    {
      rule: 'has(self.name) != has(self.id)',
      message: `give either name (a ${kind} in this namespace) or id (an object in Sync), not both`,
      holds: (value) => (value.name === undefined) !== (value.id === undefined),
    },
  ]);
}

export type Reference = z.infer<ReturnType<typeof reference>>;

/** The SyncServer, possibly in another namespace. */
export const serverReference = z.object({
  name: resourceName('Name of a SyncServer.'),
  namespace: namespaceName(
    "Namespace of the SyncServer, when it is another one; the server's access rules must allow it.",
  ).optional(),
});

export type ServerReference = z.infer<typeof serverReference>;

const UNCHANGED = 'self == oldSelf';

/** `serverRef`, which never changes. */
export function fixedServerRef(description: string) {
  return ruled(serverReference.meta({ description }), [
    { rule: UNCHANGED, message: 'serverRef cannot be changed: make a new resource and delete this one' },
  ]);
}

/** `workspaceRef` or `pipelineRef`, which never change. */
export function fixedReference(field: string, kind: string, description: string) {
  const schema = reference(kind, description);
  const validations = schema.meta()?.['x-kubernetes-validations'] as object[];
  const message = `${field} cannot be changed: make a new resource and delete this one`;
  return schema.meta({
    ...schema.meta(),
    'x-kubernetes-validations': [...validations, { rule: UNCHANGED, message }],
  });
}

/** One key of a Secret in the same namespace. */
export function secretKeyRef(description: string, key?: string) {
  return keyRef('Secret', description, key);
}

/** One key of a ConfigMap in the same namespace. */
export function configMapKeyRef(description: string, key?: string) {
  return keyRef('ConfigMap', description, key);
}

function keyRef(kind: string, description: string, key?: string) {
  const field = text(`Key in the ${kind}.${key ? ` ${key} when absent.` : ''}`, 253).min(1);
  return z
    .object({ name: resourceName(`Name of the ${kind}.`), key: key ? field.optional() : field })
    .meta({ description });
}
