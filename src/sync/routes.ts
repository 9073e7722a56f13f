import { type Access, type Provenance, ROWS } from './routeTable.ts';

export type { Access, Provenance } from './routeTable.ts';

/** One operation of the API and every URL that it may have. */
export interface Operation {
  id: string;
  api: string;
  /** The first is what is documented; more only where no page names one. */
  methods: readonly string[];
  /** Below the API path, in the order in which they are tried; `{name}` is a parameter. */
  paths: readonly string[];
  provenance: Provenance;
  access: Access;
  /** The fields, controllers and requests that call it; empty: nothing does yet. */
  usedBy: string;
}

/** Every operation of sync-api-v2.md section 4 (74), and `jobs.get`, which no page lists. */
export const OPERATIONS: readonly Operation[] = ROWS.map(([id, methods, provenance, access, paths, usedBy]) => ({
  id,
  api: id.slice(0, id.indexOf('.')),
  methods: methods.split(' '),
  paths: paths.split(' '),
  provenance,
  access,
  usedBy,
}));
const BY_ID: ReadonlyMap<string, Operation> = new Map(OPERATIONS.map((operation) => [operation.id, operation]));

/** The operation of that id. Throws RangeError for an id that is not in the table. */
export function operationOf(id: string): Operation {
  const operation = BY_ID.get(id);
  if (!operation) throw new RangeError(`no operation is called ${id}`);
  return operation;
}

/** One URL of one operation; the path is below the API path. */
export interface Route {
  method: string;
  path: string;
}

/** The table's candidates of an operation: every method of the first path, then of the next. */
export function candidatesOf(operation: Operation): Route[] {
  return operation.paths.flatMap((path) => operation.methods.map((method) => ({ method, path })));
}

/** May a call to `a` be taken for one to `b` by a server? Parameters match any segment. */
export function routesCollide(a: Route, b: Route): boolean {
  if (a.method !== b.method) return false;
  const [left, right] = [segments(a.path), segments(b.path)];
  if (left.length !== right.length) return false;
  return left.every((segment, i) => segment === right[i] || isParameter(segment) || isParameter(right[i]!));
}

/** Deletes, cancels and executes: what must never reach the URL of something else. */
export function isDangerous(operation: Operation): boolean {
  return operation.access === 'execute' || /\.(delete|cancel)$/.test(operation.id);
}

/** The operation that `route` would be taken for, if `operation` is dangerous and another one has that URL. */
export function collisionOf(operation: Operation, route: Route): Operation | undefined {
  return OPERATIONS.find(
    (other) =>
      other.id !== operation.id &&
      (isDangerous(operation) || isDangerous(other)) &&
      candidatesOf(other).some((candidate) => routesCollide(route, candidate)),
  );
}

function segments(path: string): string[] {
  return path.replace(/\?.*$/, '').split('/').filter(Boolean);
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}
