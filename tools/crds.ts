import { stringify } from 'yaml';
import { z } from 'zod';
import { GROUP, VERSION } from '../src/api/common.ts';
import type { Column, Definition } from '../src/api/definition.ts';
import { CATEGORY, KINDS } from '../src/api/registry.ts';

/** Custom resource definitions, made from the schemas in src/api. */

/** A node of an OpenAPI v3 schema. */
export type Schema = { [keyword: string]: unknown };

export interface Crd {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string };
  spec: {
    group: string;
    scope: 'Namespaced';
    names: {
      kind: string;
      listKind: string;
      plural: string;
      singular: string;
      shortNames: string[];
      categories: string[];
    };
    versions: CrdVersion[];
  };
}

export interface CrdVersion {
  name: string;
  served: boolean;
  storage: boolean;
  additionalPrinterColumns: Column[];
  selectableFields: { jsonPath: string }[];
  subresources: { status: object };
  schema: { openAPIV3Schema: Schema };
}

/** The definition of one kind, as it is applied to a cluster. */
export function crdOf(definition: Definition): Crd {
  const { kind, plural, shortNames } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [...shortNames],
        categories: [CATEGORY],
      },
      versions: [versionOf(definition)],
    },
  };
}

function versionOf({ description, spec, status, columns, selectableFields }: Definition): CrdVersion {
  return {
    name: VERSION,
    served: true,
    storage: true,
    additionalPrinterColumns: [...columns],
    selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })),
    subresources: { status: {} },
    schema: {
      openAPIV3Schema: {
        description,
        type: 'object',
        required: ['spec'],
        properties: {
          apiVersion: { type: 'string', description: 'Version of the schema of this object.' },
          kind: { type: 'string', description: 'Kind of this object.' },
          metadata: { type: 'object' },
          spec: schemaOf(spec),
          status: schemaOf(status),
        },
      },
    },
  };
}

/** The structural schema of a zod type. */
export function schemaOf(type: z.ZodType): Schema {
  const schema = z.toJSONSchema(type, { target: 'openapi-3.0', io: 'input', reused: 'inline' });
  return tidy(schema as Schema);
}

/** Kubernetes' spelling: int64, patterns without needless escapes, keywords in one order. */
function tidy(node: Schema): Schema {
  const result: Schema = {};
  if (node.type === 'integer') result.format = 'int64';
  for (const keyword of Object.keys(node).sort()) {
    const value = node[keyword];
    if (keyword.startsWith('$') || keyword.startsWith('~')) continue;
    if (keyword === 'properties') result.properties = mapValues(value as Record<string, Schema>, tidy);
    else if (keyword === 'items' || keyword === 'additionalProperties') result[keyword] = tidy(value as Schema);
    else if (keyword === 'pattern') result.pattern = (value as string).replaceAll('\\/', '/');
    else result[keyword] = value;
  }
  return result;
}

function mapValues<T, R>(record: Record<string, T>, fn: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, fn(value)]));
}

const HEADER = '# Generated from src/api by `npm run gen`; do not edit.\n';

/** Path → content of every file in crds/: one for each kind that has a controller. */
export function crdFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const definition of KINDS.filter(({ installed }) => installed)) {
    const text = stringify(crdOf(definition), { lineWidth: 120, aliasDuplicateObjects: false });
    files.set(`crds/${definition.plural}.${GROUP}.yaml`, HEADER + text);
  }
  return files;
}
