import type { Clock } from '../../../src/ports/clock.ts';
import { timestamp } from '../duration.ts';
import { fieldError } from '../status.ts';
import type { Column, FieldError, KubeObject, Loose, ResourceType, Version } from '../types.ts';
import { anything, builtin, list, nameColumn, object, text } from './define.ts';

/** Held by every CRD until its custom resources are gone. */
export const CRD_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

export function customResourceDefinitions(clock: Clock): ResourceType {
  return builtin({
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    namespaced: false,
    shortNames: ['crd', 'crds'],
    description: 'CustomResourceDefinition represents a resource that should be exposed on the API server.',
    hasStatus: true,
    hasGeneration: true,
    properties: {
      spec: object({
        group: text,
        scope: text,
        names: anything,
        versions: list(anything),
        conversion: anything,
        preserveUnknownFields: { type: 'boolean' },
      }),
      status: object({ conditions: list(anything), acceptedNames: anything, storedVersions: list(text) }),
    },
    columns: [
      nameColumn,
      {
        name: 'Created At',
        type: 'date',
        description: 'When it was made.',
        cell: (crd) => crd.metadata.creationTimestamp,
      },
    ],
    strategy: { prepare: (crd, old) => prepare(crd, old, clock), validate },
  });
}

/** Fills in names, the clean-up finalizer and the status that the API server's controllers would write. */
function prepare(crd: KubeObject, old: KubeObject | undefined, clock: Clock): KubeObject {
  const given = crd.spec?.names ?? {};
  const names = {
    ...given,
    singular: given.singular || String(given.kind ?? '').toLowerCase(),
    listKind: given.listKind || `${given.kind}List`,
  };
  const at = timestamp(clock.now());
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: at,
    reason,
    message,
  });
  const storage = crd.spec?.versions?.find((version: Loose) => version.storage)?.name;
  const stored: string[] = old?.status?.storedVersions ?? [];
  const finalizers = crd.metadata.deletionTimestamp || old ? crd.metadata.finalizers : [CRD_FINALIZER];
  return {
    ...crd,
    metadata: { ...crd.metadata, ...(finalizers ? { finalizers } : {}) },
    spec: { conversion: { strategy: 'None' }, ...crd.spec, names },
    status: {
      conditions: old?.status?.conditions ?? [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      acceptedNames: names,
      storedVersions: storage && !stored.includes(storage) ? [...stored, storage] : stored,
    },
  };
}

function validate({ metadata, spec }: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['group', 'scope', 'versions'] as const) {
    if (!spec?.[field]) errors.push(fieldError.required(`spec.${field}`));
  }
  for (const field of ['plural', 'kind'] as const) {
    if (!spec?.names?.[field]) errors.push(fieldError.required(`spec.names.${field}`));
  }
  if (errors.length > 0) return errors;
  if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
    errors.push(fieldError.invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (!['Namespaced', 'Cluster'].includes(spec.scope)) {
    errors.push(fieldError.notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  }
  if (spec.versions.filter((version: Loose) => version.storage).length !== 1) {
    errors.push(
      fieldError.invalid('spec.versions', spec.versions, 'must have exactly one version marked as storage version'),
    );
  }
  spec.versions.forEach((version: Loose, index: number) => {
    const path = `spec.versions[${index}].schema.openAPIV3Schema`;
    if (!version.schema?.openAPIV3Schema) errors.push(fieldError.required(path, 'schemas are required'));
    else if (version.schema.openAPIV3Schema.type !== 'object') {
      errors.push(
        fieldError.invalid(`${path}.type`, version.schema.openAPIV3Schema.type, 'must be object at the root'),
      );
    }
  });
  return errors;
}

/** The resource that a CRD defines. */
export function typeOfCrd({ spec }: KubeObject): ResourceType {
  const storage = spec.versions.find((version: Loose) => version.storage).name;
  const served = spec.versions.filter((version: Loose) => version.served || version.storage);
  const { names, group } = spec;
  return {
    group,
    plural: names.plural,
    singular: names.singular,
    kind: names.kind,
    listKind: names.listKind,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: spec.scope === 'Namespaced',
    storageVersion: storage,
    versions: new Map(served.map((version: Loose) => [version.name, versionOf(version, group, storage)])),
    builtin: false,
    hasGeneration: true,
    createsOnUpdate: false,
    strategy: {},
  };
}

function versionOf(version: Loose, group: string, storage: string): Version {
  const columns: Column[] = version.additionalPrinterColumns ?? [
    {
      name: 'Age',
      type: 'date',
      description: 'Time since the object was made.',
      jsonPath: '.metadata.creationTimestamp',
    },
  ];
  const paths = ((version.selectableFields ?? []) as { jsonPath: string }[]).map(({ jsonPath }) => jsonPath);
  return {
    name: version.name,
    schema: version.schema.openAPIV3Schema,
    hasStatus: version.subresources?.status !== undefined,
    columns: [nameColumn, ...columns],
    selectableFields: new Map(paths.map((path) => [path.replace(/^\./, ''), path])),
    ...(version.name === storage
      ? {}
      : {
          toStored: (object: KubeObject) => ({ ...object, apiVersion: `${group}/${storage}` }),
          fromStored: (object: KubeObject) => ({ ...object, apiVersion: `${group}/${version.name}` }),
        }),
  };
}
