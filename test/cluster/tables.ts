import { age } from './duration.ts';
import { jsonPathValues } from './jsonPath.ts';
import type { Column, KubeObject, Loose, Version } from './types.ts';

/** A meta.k8s.io/v1 Table of objects, as `kubectl get` asks for. */
export function tableOf(
  objects: KubeObject[],
  version: Version,
  metadata: Loose,
  include: string,
  now: number,
): Record<string, Loose> {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: version.columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format: format ?? '',
      description: description ?? '',
      priority: priority ?? 0,
    })),
    rows: objects.map((object) => ({
      cells: version.columns.map((column) => cell(column, object, now)),
      ...rowObject(object, include),
    })),
  };
}

function rowObject(object: KubeObject, include: string): Loose {
  if (include === 'None') return {};
  return { object: include === 'Object' ? object : partialMetadata(object) };
}

/** What `as=PartialObjectMetadata` shows of an object. */
export function partialMetadata(object: KubeObject): Loose {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function cell(column: Column, object: KubeObject, now: number): Loose {
  if (column.cell) return column.cell(object, now);
  const value = jsonPathValues(object, column.jsonPath!)[0];
  if (value === undefined || value === null) return null;
  switch (column.type) {
    case 'integer':
    case 'number':
      return Number(value);
    case 'boolean':
      return value === true;
    case 'date':
      return age(value, now);
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
