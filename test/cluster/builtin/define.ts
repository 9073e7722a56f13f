import { age } from '../duration.ts';
import type { Column, ResourceType, Schema, Version } from '../types.ts';

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: (object) => object.metadata.name,
};
export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was made.',
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};

export const text: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const time: Schema = { type: 'string', format: 'date-time', nullable: true };
export const microTime: Schema = { type: 'string', format: 'micro-time', nullable: true };
export const texts: Schema = { type: 'object', nullable: true, additionalProperties: text };
export const object = (properties: Record<string, Schema>): Schema => ({ type: 'object', nullable: true, properties });
export const list = (items: Schema): Schema => ({ type: 'array', nullable: true, items });
export const anything: Schema = { type: 'object', nullable: true, 'x-kubernetes-preserve-unknown-fields': true };

type Kind = Pick<ResourceType, 'group' | 'plural' | 'kind' | 'namespaced'> &
  Partial<Pick<ResourceType, 'shortNames' | 'strategy' | 'hasGeneration' | 'createsOnUpdate'>> & {
    version: string;
  } & Partial<Omit<Version, 'name' | 'schema'>> & { properties: Record<string, Schema>; description: string };

/** A built-in kind with one version. */
export function builtin(kind: Kind): ResourceType {
  const version: Version = {
    name: kind.version,
    schema: { type: 'object', description: kind.description, properties: kind.properties },
    hasStatus: kind.hasStatus ?? false,
    columns: kind.columns ?? [nameColumn, ageColumn],
    selectableFields: kind.selectableFields ?? new Map(),
    ...(kind.toStored && kind.fromStored ? { toStored: kind.toStored, fromStored: kind.fromStored } : {}),
  };
  return {
    group: kind.group,
    plural: kind.plural,
    singular: kind.kind.toLowerCase(),
    kind: kind.kind,
    listKind: `${kind.kind}List`,
    shortNames: kind.shortNames ?? [],
    categories: [],
    namespaced: kind.namespaced,
    storageVersion: kind.version,
    versions: new Map([[kind.version, version]]),
    builtin: true,
    hasGeneration: kind.hasGeneration ?? false,
    createsOnUpdate: kind.createsOnUpdate ?? false,
    strategy: kind.strategy ?? {},
  };
}
