import type { ServerResponse } from '../support/server.ts';
import type { Registry } from './registry.ts';
import { json } from './respond.ts';
import { noSuchPath } from './status.ts';
import { apiVersionOf, type Loose, type ResourceType } from './types.ts';

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const STATUS_VERBS = ['get', 'patch', 'update'];
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** `/api`, `/apis` and below: aggregated to clients that ask for it, else one document a version. */
export function discovery(path: string, accept: string, registry: Registry): ServerResponse {
  const parts = path.split('/').filter(Boolean);
  const types = registry.all();
  const aggregated = /g=apidiscovery\.k8s\.io;v=v2;/.test(accept);
  if (path === '/api') {
    if (aggregated) return aggregate(types.filter((type) => type.group === ''));
    return json(200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
  }
  if (path === '/apis') {
    if (aggregated) return aggregate(types.filter((type) => type.group !== ''));
    const groups = groupsOf(types).filter((group) => group !== '');
    return json(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupOf(group, types)) });
  }
  const [group = '', version] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]];
  if (version === undefined) {
    if (!groupsOf(types).includes(group)) throw noSuchPath();
    return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, types) });
  }
  if (!versionsOf(group, types).includes(version)) throw noSuchPath();
  return json(200, resourceList(group, version, types));
}

const groupsOf = (types: ResourceType[]) => [...new Set(types.map((type) => type.group))];

function versionsOf(group: string, types: ResourceType[]): string[] {
  return [...new Set(types.filter((type) => type.group === group).flatMap((type) => [...type.versions.keys()]))];
}

function groupOf(group: string, types: ResourceType[]): Loose {
  const versions = versionsOf(group, types).map((version) => ({ groupVersion: apiVersionOf(group, version), version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function resourceList(group: string, version: string, types: ResourceType[]): Loose {
  const resources = types
    .filter((type) => type.group === group && type.versions.has(version))
    .flatMap((type) => {
      const { plural, singular, namespaced, kind, shortNames, categories } = type;
      const words = {
        ...(shortNames.length > 0 ? { shortNames } : {}),
        ...(categories.length > 0 ? { categories } : {}),
      };
      const main = { name: plural, singularName: singular, namespaced, kind, verbs: VERBS, ...words };
      if (!type.versions.get(version)!.hasStatus) return [main];
      return [main, { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: STATUS_VERBS }];
    });
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(group, version), resources };
}

function aggregate(types: ResourceType[]): ServerResponse {
  const items = groupsOf(types).map((group) => ({
    metadata: { name: group, creationTimestamp: null },
    versions: versionsOf(group, types).map((version) => ({
      version,
      freshness: 'Current',
      resources: types
        .filter((type) => type.group === group && type.versions.has(version))
        .map((type) => entryOf(type, version)),
    })),
  }));
  const body = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
  return json(200, body, { 'content-type': AGGREGATED });
}

function entryOf(type: ResourceType, version: string): Loose {
  const responseKind = { group: type.group, version, kind: type.kind };
  return {
    resource: type.plural,
    responseKind,
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: VERBS,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
    ...(type.categories.length > 0 ? { categories: type.categories } : {}),
    ...(type.versions.get(version)!.hasStatus
      ? { subresources: [{ subresource: 'status', responseKind, verbs: STATUS_VERBS }] }
      : {}),
  };
}
