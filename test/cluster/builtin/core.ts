import { deepEqual } from '../deepEqual.ts';
import { fieldError } from '../status.ts';
import type { FieldError, KubeObject, Loose, ResourceType } from '../types.ts';
import { ageColumn, anything, builtin, list, nameColumn, object, text, texts } from './define.ts';

const MAX_DATA = 1024 * 1024;
const DATA_KEY = /^[-._a-zA-Z0-9]+$/;
const DATA_KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const count = (data: Loose) => Object.keys(data ?? {}).length;
const bytes = { ...texts, additionalProperties: { ...text, format: 'byte' } };
const bool = { type: 'boolean', nullable: true };

export function namespaces(): ResourceType {
  return builtin({
    group: '',
    version: 'v1',
    plural: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
    shortNames: ['ns'],
    description: 'Namespace provides a scope for Names.',
    hasStatus: true,
    properties: {
      spec: object({ finalizers: list(text) }),
      status: object({ phase: text, conditions: list(anything) }),
    },
    columns: [
      nameColumn,
      { name: 'Status', type: 'string', description: 'The status of the namespace.', jsonPath: '.status.phase' },
      ageColumn,
    ],
    selectableFields: new Map([
      ['status.phase', '.status.phase'],
      ['name', '.metadata.name'],
    ]),
    strategy: { prepare: prepareNamespace },
  });
}

function prepareNamespace(namespace: KubeObject, old: KubeObject | undefined): KubeObject {
  const labels = { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': namespace.metadata.name };
  const metadata = { ...namespace.metadata, labels };
  const phase = metadata.deletionTimestamp ? 'Terminating' : 'Active';
  const spec = old?.spec ?? { finalizers: ['kubernetes'] };
  return { ...namespace, metadata, spec, status: { ...(old ? namespace.status : {}), phase } };
}

export function configMaps(): ResourceType {
  return builtin({
    group: '',
    version: 'v1',
    plural: 'configmaps',
    kind: 'ConfigMap',
    namespaced: true,
    shortNames: ['cm'],
    description: 'ConfigMap holds configuration data for pods to consume.',
    properties: { data: texts, binaryData: bytes, immutable: bool },
    columns: [
      nameColumn,
      {
        name: 'Data',
        type: 'string',
        description: 'How many keys there are.',
        cell: (map) => count(map.data) + count(map.binaryData),
      },
      ageColumn,
    ],
    strategy: { validate: (map, old) => [...dataErrors(map), ...immutableErrors(map, old)] },
  });
}

export function secrets(): ResourceType {
  return builtin({
    group: '',
    version: 'v1',
    plural: 'secrets',
    kind: 'Secret',
    namespaced: true,
    description: 'Secret holds secret data of a certain type.',
    properties: { data: bytes, stringData: texts, immutable: bool, type: text },
    columns: [
      nameColumn,
      { name: 'Type', type: 'string', description: 'How the data are meant.', jsonPath: '.type' },
      { name: 'Data', type: 'string', description: 'How many keys there are.', cell: (secret) => count(secret.data) },
      ageColumn,
    ],
    selectableFields: new Map([['type', '.type']]),
    strategy: { prepare: prepareSecret, validate: validateSecret },
  });
}

function prepareSecret(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret;
  const result: KubeObject = { ...rest, type: secret.type || 'Opaque' } as KubeObject;
  if (count(stringData) === 0) return result;
  const encoded = Object.entries(stringData as Record<string, string>).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ]);
  return { ...result, data: { ...secret.data, ...Object.fromEntries(encoded) } };
}

function validateSecret(secret: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors = [...dataErrors(secret), ...immutableErrors(secret, old)];
  if (old && old.type !== secret.type) errors.push(fieldError.invalid('type', secret.type, 'field is immutable'));
  return errors;
}

function dataErrors(holder: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const field of ['data', 'binaryData']) {
    for (const [key, value] of Object.entries((holder[field] ?? {}) as Record<string, string>)) {
      if (!DATA_KEY.test(key) || key.length > 253)
        errors.push(fieldError.invalid(`${field}[${key}]`, key, DATA_KEY_TEXT));
      size += Buffer.byteLength(value);
    }
  }
  if (size > MAX_DATA) errors.push(fieldError.tooLong('', MAX_DATA));
  return errors;
}

function immutableErrors(holder: KubeObject, old: KubeObject | undefined): FieldError[] {
  if (!old?.immutable) return [];
  const errors: FieldError[] = [];
  if (!holder.immutable) errors.push(fieldError.forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const field of ['data', 'binaryData']) {
    if (!deepEqual(holder[field], old[field])) {
      errors.push(fieldError.forbidden(field, 'field is immutable when `immutable` is set'));
    }
  }
  return errors;
}

export function serviceAccounts(): ResourceType {
  return builtin({
    group: '',
    version: 'v1',
    plural: 'serviceaccounts',
    kind: 'ServiceAccount',
    namespaced: true,
    shortNames: ['sa'],
    description: 'ServiceAccount binds an identity to processes.',
    properties: { secrets: list(anything), imagePullSecrets: list(anything), automountServiceAccountToken: bool },
  });
}
