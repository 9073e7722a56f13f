import type { ServerResponse } from '../support/server.ts';
import { metaSchema } from './meta.ts';
import type { Registry } from './registry.ts';
import { json } from './respond.ts';
import { noSuchPath } from './status.ts';
import { apiVersionOf, type Loose, type ResourceType } from './types.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json'];

/** `/openapi/v3` and its documents, one a group version: enough for explain, and for kubectl to leave validation to the server. */
export function openApiV3(path: string, registry: Registry): ServerResponse {
  const versions = new Set(
    registry.all().flatMap((type) => [...type.versions.keys()].map((one) => pathOf(type.group, one))),
  );
  const wanted = path.replace(/^\/openapi\/v3\/?/, '');
  if (wanted === '') {
    const entry = (at: string) => [at, { serverRelativeURL: `/openapi/v3/${at}?hash=${registry.revision}` }];
    return json(200, { paths: Object.fromEntries([...versions].map(entry)) });
  }
  if (!versions.has(wanted)) throw noSuchPath();
  return json(200, documentOf(wanted, registry));
}

/** `/openapi/v2`: empty, so that kubectl falls back on v3 and its own types. */
export function openApiV2(accept: string): ServerResponse {
  const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  if (accept.includes('protobuf')) return { status: 200, headers: { 'content-type': protobuf }, body: '' };
  const info = { title: 'Kubernetes', version: 'twin' };
  return json(200, { swagger: '2.0', info, paths: {}, definitions: {} });
}

const pathOf = (group: string, version: string) => (group ? `apis/${group}/${version}` : `api/${version}`);

function documentOf(path: string, registry: Registry): Loose {
  const types = registry.all().flatMap((type) => [...type.versions.keys()].map((version) => ({ type, version })));
  const here = types.filter(({ type, version }) => pathOf(type.group, version) === path);
  const paths: Loose = {};
  const schemas: Loose = { [META]: { ...metaSchema, description: 'ObjectMeta is metadata that all objects have.' } };
  for (const { type, version } of here) {
    const name = schemaName(type, version);
    schemas[name] = schemaOf(type, version);
    const collection = `/${path}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}`;
    paths[collection] = { get: operation('list', type, version), post: operation('post', type, version, name) };
    paths[`${collection}/{name}`] = {
      get: operation('get', type, version),
      put: operation('put', type, version, name),
      patch: operation('patch', type, version, name),
      delete: operation('delete', type, version),
    };
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'twin' }, paths, components: { schemas } };
}

function schemaName(type: ResourceType, version: string): string {
  const reversed = (type.group || 'core.api.k8s.io').split('.').reverse().join('.');
  return `${reversed}.${version}.${type.kind}`;
}

function schemaOf(type: ResourceType, version: string): Loose {
  const { schema = { type: 'object' } } = type.versions.get(version)!;
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...properties } = schema.properties ?? {};
  return {
    ...schema,
    properties: {
      apiVersion: {
        type: 'string',
        description: 'APIVersion defines the versioned schema of this representation of an object.',
      },
      kind: {
        type: 'string',
        description: 'Kind is a string value representing the REST resource this object represents.',
      },
      metadata: {
        allOf: [{ $ref: `#/components/schemas/${META}` }],
        default: {},
        description: "Standard object's metadata.",
      },
      ...properties,
    },
    'x-kubernetes-group-version-kind': [{ group: type.group, version, kind: type.kind }],
  };
}

const WRITES = ['post', 'put', 'patch'];

function operation(action: string, type: ResourceType, version: string, schema?: string): Loose {
  const parameter = (name: string) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  const names = WRITES.includes(action) ? ['dryRun', 'fieldManager', 'fieldValidation'] : ['pretty'];
  const media = action === 'patch' ? PATCH_TYPES : ['application/json'];
  const ref = { schema: { $ref: `#/components/schemas/${schema}` } };
  return {
    operationId: `${action}${apiVersionOf(type.group, version).replace(/\W+/g, '')}${type.kind}`,
    parameters: names.map(parameter),
    ...(schema ? { requestBody: { content: Object.fromEntries(media.map((one) => [one, ref])) } } : {}),
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: type.group, version, kind: type.kind },
  };
}
