/** A part of a manifest whose shape only its schema knows. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are free-form; this is the one place that says so
export type Loose = any;

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

/** A Kubernetes object as the API serves it. Stored ones are never changed in place. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: Loose;
}

/** What a user writes: the same without what the server fills in. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: Partial<ObjectMeta>;
  [field: string]: Loose;
}

/** The part of OpenAPI v3 that structural schemas use. */
export interface Schema {
  type?: string;
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
  enum?: Loose[];
  default?: Loose;
  nullable?: boolean;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
}

export interface Column {
  name: string;
  type: string;
  format?: string;
  description?: string;
  /** 0 is shown always, anything higher only with `-o wide`. */
  priority?: number;
  /** The cell's value: by path for custom resources, by function for built-in kinds. */
  jsonPath?: string;
  cell?: (object: KubeObject, now: number) => Loose;
}

/** One served version of a resource. */
export interface Version {
  name: string;
  schema?: Schema;
  hasStatus: boolean;
  columns: Column[];
  /** Field label to path, beside metadata.name and metadata.namespace. */
  selectableFields: Map<string, string>;
  toStored?: (object: KubeObject) => KubeObject;
  fromStored?: (object: KubeObject) => KubeObject;
}

/** What a built-in kind does besides what its schema says. */
export interface Strategy {
  prepare?: (object: KubeObject, old: KubeObject | undefined) => KubeObject;
  validate?: (object: KubeObject, old: KubeObject | undefined) => FieldError[];
}

export interface ResourceType {
  group: string;
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  storageVersion: string;
  versions: Map<string, Version>;
  /** Built-in kinds: strategic merge patches, updates without resourceVersion, 400 for a wrong type, bare list items. */
  builtin: boolean;
  /** Counts changes of everything but metadata and status in metadata.generation. */
  hasGeneration: boolean;
  /** A PUT to a name that is not there creates it: Leases. */
  createsOnUpdate: boolean;
  strategy: Strategy;
}

/** One cause of a 422, as field.Error has it. */
export interface FieldError {
  reason: string;
  /** Without the field: `Required value`. */
  message: string;
  field: string;
}

/** `widgets.example.com`, or `secrets` for the core group: how the API names a resource in messages. */
export function qualified(type: { plural: string; group: string }): string {
  return type.group ? `${type.plural}.${type.group}` : type.plural;
}

export function apiVersionOf(group: string, version: string): string {
  return group ? `${group}/${version}` : version;
}
