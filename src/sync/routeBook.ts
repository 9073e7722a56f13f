import type { Clock } from '../ports/clock.ts';
import { candidatesOf, collisionOf, OPERATIONS, type Operation, operationOf, type Route } from './routes.ts';

/** A route that a user or experience names for one server: `spec.routes[]` and `status.learned.routes[]`. */
export interface RouteOverride extends Route {
  operation: string;
}

/** What this client knows of one operation's URL. */
export type RouteState = 'documented' | 'proven' | 'untried' | 'unsupported';

/** Which URLs are tried for an operation, and what has come of it. */
export interface RouteBook {
  /** In the order in which to try them; empty when all are refused. */
  candidates(operation: Operation): Route[];
  /** The server has no such route; forgotten after an hour. */
  refuse(operation: Operation, route: Route): void;
  /** The server has answered there with success. */
  prove(operation: Operation, route: Route): void;
  isProven(operation: Operation, route: Route): boolean;
  /**
   * A route that has worked answers as if it were not there. True when it has done so for two minutes: before that, it is the object
   * that is gone while reads still show it.
   */
  doubt(operation: Operation, route: Route): boolean;
  state(operation: Operation): RouteState;
  /** Routes of operations whose URL is on no page, as this server has them. */
  learned(): readonly RouteOverride[];
}

const FORGET_MS = 3_600_000;
/** Longer than reads lag behind writes. */
const DOUBT_MS = 120_000;

/** Overrides come first, then what was learned, then the table. */
export function createRouteBook(
  clock: Clock,
  overrides: readonly RouteOverride[],
  learnedBefore: readonly RouteOverride[],
): RouteBook {
  const refusedUntil = new Map<string, number>();
  const doubtedSince = new Map<string, number>();
  const winners = new Map<string, Route>();
  for (const { operation, method, path } of learnedBefore) {
    if (!whyNot({ operation, method, path })) winners.set(operation, { method, path });
  }
  let snapshot: readonly RouteOverride[] | undefined;
  const isRefused = (operation: Operation, route: Route) =>
    (refusedUntil.get(keyOf(operation, route)) ?? -1) > clock.monotonic();

  const book: RouteBook = {
    candidates(operation) {
      const own = overrides.filter((override) => override.operation === operation.id);
      const winner = winners.get(operation.id);
      const all = [...own, ...(winner ? [winner] : []), ...candidatesOf(operation)];
      const seen = new Set<string>();
      return all
        .map(({ method, path }) => ({ method, path }))
        .filter(
          (route) =>
            !isRefused(operation, route) && !seen.has(keyOf(operation, route)) && seen.add(keyOf(operation, route)),
        );
    },
    refuse(operation, route) {
      refusedUntil.set(keyOf(operation, route), clock.monotonic() + FORGET_MS);
      const winner = winners.get(operation.id);
      if (!winner || keyOf(operation, winner) !== keyOf(operation, route)) return;
      winners.delete(operation.id);
      snapshot = undefined;
    },
    prove(operation, route) {
      doubtedSince.delete(keyOf(operation, route));
      const winner = winners.get(operation.id);
      if (
        operation.provenance === 'documented' &&
        keyOf(operation, route) === keyOf(operation, candidatesOf(operation)[0]!)
      )
        return;
      if (winner && keyOf(operation, winner) === keyOf(operation, route)) return;
      winners.set(operation.id, { method: route.method, path: route.path });
      snapshot = undefined;
    },
    isProven(operation, route) {
      const winner = winners.get(operation.id);
      if (winner) return keyOf(operation, winner) === keyOf(operation, route);
      return operation.provenance === 'documented' && operation.paths.length === 1;
    },
    doubt(operation, route) {
      const key = keyOf(operation, route);
      const since = doubtedSince.get(key) ?? clock.monotonic();
      doubtedSince.set(key, since);
      return clock.monotonic() - since >= DOUBT_MS;
    },
    state(operation) {
      if (winners.has(operation.id)) return 'proven';
      // Asked of every object of a list, and nearly always nothing was refused.
      if (refusedUntil.size > 0 && book.candidates(operation).length === 0) return 'unsupported';
      return operation.provenance === 'documented' ? 'documented' : 'untried';
    },
    learned() {
      snapshot ??= OPERATIONS.filter(({ id }) => winners.has(id)).map(({ id }) => ({
        operation: id,
        ...winners.get(id)!,
      }));
      return snapshot;
    },
  };
  return book;
}

/** Why an override cannot be used, in words; undefined when it can. It stays under the API path and off the URLs of other operations. */
export function whyNot({ operation, method, path }: RouteOverride): string | undefined {
  const known = OPERATIONS.some(({ id }) => id === operation);
  if (!known) return `${operation} is not an operation`;
  if (!/^(GET|POST|PUT|PATCH|DELETE)$/.test(method)) return `${method} is not a method that the API has`;
  if (!/^\/[^/\\#\s][^\\#\s]*$/.test(path)) return `${path} is not a path below the API path`;
  const parts = path.replace(/\?.*$/, '').split('/').slice(1);
  if (parts.some((part) => /^(\.|%2e){1,2}$/i.test(part)) || path.includes('//')) return `${path} leaves the API path`;
  const table = operationOf(operation);
  const parameters = new Set(table.paths.flatMap(parametersOf));
  const strange = parametersOf(path).find((name) => !parameters.has(name));
  if (strange) return `${path} names {${strange}}, which ${operation} does not have`;
  const other = collisionOf(table, { method, path });
  return other && `${method} ${path} is the URL of ${other.id}`;
}

/** The names in `{…}`. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}

function keyOf(operation: Operation, route: Route): string {
  return `${operation.id} ${route.method} ${route.path}`;
}
