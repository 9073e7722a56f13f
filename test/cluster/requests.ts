import type { ServerRequest } from '../support/server.ts';
import type { Target } from './decode.ts';
import type { RequestInfo } from './faults.ts';
import type { Registry } from './registry.ts';
import { methodNotAllowed, noSuchPath } from './status.ts';

/** A request for a resource, understood. */
export interface ResourceRequest {
  info: RequestInfo;
  target: Target;
  query: URLSearchParams;
}

const VERBS: Record<string, RequestInfo['verb']> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Reads `/api/v1/…` and `/apis/group/version/…`. @throws StatusError 404, 405 */
export function resourceRequest(request: ServerRequest, url: URL, registry: Registry): ResourceRequest {
  const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const core = parts[0] === 'api';
  const group = core ? '' : (parts[1] ?? '');
  const versionName = parts[core ? 1 : 2] ?? '';
  let rest = parts.slice(core ? 2 : 3);
  let namespace: string | undefined;
  if (rest[0] === 'namespaces' && rest.length > 2 && !(group === '' && rest[2] === 'status')) {
    namespace = rest[1]!;
    rest = rest.slice(2);
  }
  const [plural = '', name, subresource, ...more] = rest;
  const type = registry.byPlural(group, plural);
  const version = type?.versions.get(versionName);
  if (!type || !version || more.length > 0) throw noSuchPath();
  if (type.namespaced ? namespace === undefined && name !== undefined : namespace !== undefined) throw noSuchPath();
  if (subresource !== undefined && !(subresource === 'status' && version.hasStatus)) throw noSuchPath();

  const target: Target = {
    type,
    version,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
  const info: RequestInfo = {
    verb: verbOf(request.method, target, url.searchParams),
    group,
    resource: plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
    userAgent: request.headers['user-agent'] ?? '',
  };
  return { info, target, query: url.searchParams };
}

function verbOf(method: string, { name, subresource, type, namespace }: Target, query: URLSearchParams) {
  const verb = VERBS[method];
  if (!verb) throw methodNotAllowed();
  if (verb === 'get') {
    if (['true', '1'].includes(query.get('watch') ?? '')) return 'watch';
    return name === undefined ? 'list' : 'get';
  }
  if (verb === 'create') {
    if (name !== undefined || (type.namespaced && namespace === undefined)) throw methodNotAllowed();
    return verb;
  }
  if (verb === 'delete') {
    if (subresource) throw methodNotAllowed();
    if (name === undefined && type.namespaced && namespace === undefined) throw methodNotAllowed();
    return name === undefined ? 'deletecollection' : 'delete';
  }
  if (name === undefined) throw methodNotAllowed();
  return verb;
}
