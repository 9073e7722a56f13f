import type { Random } from '../../src/ports/random.ts';
import { deepEqual } from './deepEqual.ts';
import { fieldError } from './status.ts';
import type { FieldError, KubeObject, ObjectMeta, Schema } from './types.ts';

const strings: Schema = { type: 'object', additionalProperties: { type: 'string' } };

/** metav1.ObjectMeta, for pruning and type checks; managedFields are accepted and dropped (the twin has none). */
export const metaSchema: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    generateName: { type: 'string' },
    namespace: { type: 'string' },
    uid: { type: 'string' },
    resourceVersion: { type: 'string' },
    selfLink: { type: 'string' },
    generation: { type: 'integer' },
    creationTimestamp: { type: 'string', format: 'date-time', nullable: true },
    deletionTimestamp: { type: 'string', format: 'date-time', nullable: true },
    deletionGracePeriodSeconds: { type: 'integer', nullable: true },
    labels: { ...strings, nullable: true },
    annotations: { ...strings, nullable: true },
    finalizers: { type: 'array', nullable: true, items: { type: 'string' } },
    ownerReferences: {
      type: 'array',
      nullable: true,
      items: {
        type: 'object',
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          name: { type: 'string' },
          uid: { type: 'string' },
          controller: { type: 'boolean' },
          blockOwnerDeletion: { type: 'boolean' },
        },
      },
    },
    managedFields: {
      type: 'array',
      nullable: true,
      items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
};

/** Metadata without empty parts and managedFields. */
export function cleanMeta(meta: Record<string, unknown>): ObjectMeta {
  const clean: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(meta)) {
    if (key === 'managedFields' || key === 'selfLink' || value === null || value === undefined || value === '')
      continue;
    if (typeof value === 'object' && Object.keys(value).length === 0) continue;
    clean[key] = value;
  }
  return clean as unknown as ObjectMeta;
}

/** A name from generateName: five letters without vowels, as the API server makes them. */
export function generatedName(prefix: string, random: Random): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const tail = Array.from({ length: 5 }, () => letters[Math.floor(random.next() * letters.length)]).join('');
  return prefix.slice(0, 253 - 5) + tail;
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const ANNOTATIONS_LIMIT = 256 * 1024;

/** The API server's checks of metadata, on create and, with `old`, on update. */
export function validateMeta({ metadata }: KubeObject, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (!metadata.name) return [fieldError.required('metadata.name', 'name or generateName is required')];
  if (!SUBDOMAIN.test(metadata.name)) errors.push(fieldError.invalid('metadata.name', metadata.name, SUBDOMAIN_TEXT));
  if (metadata.name.length > 253) errors.push(fieldError.tooLong('metadata.name', 253));
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (!qualifiedName(key)) errors.push(fieldError.invalid('metadata.labels', key, QUALIFIED_TEXT));
    if (!LABEL_VALUE.test(value)) errors.push(fieldError.invalid('metadata.labels', value, LABEL_VALUE_TEXT));
    if (value.length > 63) errors.push(fieldError.invalid('metadata.labels', value, 'must be no more than 63 bytes'));
  }
  errors.push(...annotationErrors(metadata.annotations ?? {}));
  for (const finalizer of metadata.finalizers ?? []) {
    if (!qualifiedName(finalizer)) errors.push(fieldError.invalid('metadata.finalizers', finalizer, QUALIFIED_TEXT));
  }
  metadata.ownerReferences?.forEach((owner, index) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[field]) {
        errors.push(fieldError.required(`metadata.ownerReferences[${index}].${field}`, 'must not be empty'));
      }
    }
  });
  if (old) errors.push(...changeErrors(metadata, old.metadata));
  return errors;
}

function annotationErrors(annotations: Record<string, string>): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    if (!qualifiedName(key.toLowerCase())) errors.push(fieldError.invalid('metadata.annotations', key, QUALIFIED_TEXT));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > ANNOTATIONS_LIMIT) errors.push(fieldError.tooLong('metadata.annotations', ANNOTATIONS_LIMIT));
  return errors;
}

function qualifiedName(name: string): boolean {
  return QUALIFIED.test(name) && (name.split('/').at(-1)?.length ?? 0) <= 63;
}

/** A deleted object takes no new finalizers; what the server set stays. */
function changeErrors(metadata: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) {
    const added = (metadata.finalizers ?? []).filter((one) => !old.finalizers?.includes(one));
    if (added.length > 0) {
      const names = added.map((one) => JSON.stringify(one)).join(', ');
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`;
      errors.push(fieldError.forbidden('metadata.finalizers', why));
    }
  }
  for (const field of ['name', 'namespace', 'uid', 'deletionTimestamp'] as const) {
    if (!deepEqual(metadata[field], old[field])) {
      errors.push(fieldError.invalid(`metadata.${field}`, metadata[field], 'field is immutable'));
    }
  }
  return errors;
}
