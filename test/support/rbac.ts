import type { Permission, Permissions } from '../../src/app/permissions.ts';
import type { Handler, ServerRequest } from './server.ts';

/** One request as RBAC sees it. */
export interface Attempt {
  verb: string;
  group: string;
  /** With its subresource, as `syncjobs/status`. */
  resource: string;
  namespace?: string;
  name?: string;
}

/** A door in front of an API server that lets through what the operator's permissions say, and notes what was used of them. */
export interface Door {
  handler: Handler;
  /** `watched: patch syncjobs.sync.cdata.com/status` and so on. */
  used: Set<string>;
  /** What was refused, in the same words. */
  refused: Set<string>;
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** The request for a resource; undefined for other URLs. */
export function attemptOf({ method, path }: Pick<ServerRequest, 'method' | 'path'>): Attempt | undefined {
  const url = new URL(path, 'http://cluster');
  const match =
    /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
      url.pathname,
    );
  if (!match) return undefined;
  const [, group = '', namespace, plural, name, subresource] = match;
  const reading = url.searchParams.get('watch') === 'true' ? 'watch' : name === undefined ? 'list' : 'get';
  return {
    verb: VERBS[method] ?? reading,
    group,
    resource: subresource ? `${plural}/${subresource}` : plural!,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}

/** Each single right of a rule, as a line. */
export function rightsOf(part: string, { group, resources, verbs }: Permission): string[] {
  return resources.flatMap((resource) => verbs.map((verb) => lineOf(part, { verb, group, resource })));
}

const lineOf = (part: string, { verb, group, resource }: Attempt) =>
  `${part}: ${verb} ${resource}${group ? ` in ${group}` : ''}`;

/** `namespaces`: those that are watched; absent: all. `home`: the operator's own. */
export function createDoor(
  inner: Handler,
  permissions: Permissions,
  { namespaces, home }: { namespaces?: readonly string[] | undefined; home: string },
): Door {
  const used = new Set<string>();
  const refused = new Set<string>();
  const parts: [string, readonly Permission[], (attempt: Attempt) => boolean][] = [
    ['home', permissions.home, ({ namespace }) => namespace === home],
    ['watched', permissions.watched, ({ namespace }) => !namespaces || (!!namespace && namespaces.includes(namespace))],
    ['cluster', permissions.cluster, () => !namespaces],
  ];
  return {
    used,
    refused,
    async handler(request) {
      const attempt = attemptOf(request);
      const part =
        attempt && parts.find(([, rules, here]) => here(attempt) && rules.some((rule) => allows(rule, attempt)));
      if (part) {
        used.add(lineOf(part[0], attempt!));
        return inner(request);
      }
      const what = attempt ? lineOf(attempt.namespace ?? 'cluster', attempt) : `${request.method} ${request.path}`;
      refused.add(what);
      const status = {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        reason: 'Forbidden',
        code: 403,
        message: what,
      };
      return { status: 403, headers: { 'content-type': 'application/json' }, body: JSON.stringify(status) };
    },
  };
}

function allows({ group, resources, verbs, names }: Permission, attempt: Attempt): boolean {
  return (
    group === attempt.group &&
    resources.includes(attempt.resource) &&
    verbs.includes(attempt.verb) &&
    (!names || (attempt.name !== undefined && names.includes(attempt.name)))
  );
}
