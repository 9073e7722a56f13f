import type { SyncClient } from '../client.ts';
import { isObject } from '../json.ts';
import { foldKey } from '../keys.ts';
import { whyNot } from '../routeBook.ts';
import { OPERATIONS, type Operation } from '../routes.ts';

/** Usual places of an API's description, below the API path. */
const PLACES = ['/openapi.json', '/swagger.json', '/swagger/v1/swagger.json', '/api-docs', '/openapi'];

/** A description of its API that a server serves (OpenAPI, Swagger). */
export interface Description {
  place: string;
  title?: string;
  /** `GET /jobs/{job_id}`, as it names them. */
  operations: string[];
  /** Routes that it gives for operations by their id. */
  routes: { operation: string; method: string; path: string }[];
}

/** The served description, where there is one; undefined otherwise. Only reads. */
export async function findDescription(client: SyncClient): Promise<Description | undefined> {
  for (const place of PLACES) {
    const { status, json } = await client.peek(place);
    if (status !== 200 || !isObject(json) || !isObject(json.paths)) continue;
    const calls = Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.entries(isObject(methods) ? methods : {}).flatMap(([method, said]) => {
        const id = isObject(said) && typeof said.operationId === 'string' ? said.operationId : '';
        return /^(get|post|put|patch|delete)$/i.test(method) ? [{ method: method.toUpperCase(), path, id }] : [];
      }),
    );
    const title = isObject(json.info) && typeof json.info.title === 'string' ? json.info.title : undefined;
    return {
      place,
      ...(title !== undefined && { title }),
      operations: calls.map(({ method, path }) => `${method} ${path}`),
      routes: OPERATIONS.flatMap((operation) => routeIn(operation, calls, client.apiPath)),
    };
  }
  return undefined;
}

/** The call that bears the id of an operation, with its places named as ours are; none when it cannot be that. */
function routeIn(
  operation: Operation,
  calls: readonly { method: string; path: string; id: string }[],
  apiPath: string,
): Description['routes'] {
  const call = calls.find(({ id }) => foldKey(id) === foldKey(operation.id));
  if (!call) return [];
  const places = [...operation.paths[0]!.matchAll(/\{\w+\}/g)].map(([place]) => place);
  const below = call.path.startsWith(`${apiPath}/`) ? call.path.slice(apiPath.length) : call.path;
  if ([...below.matchAll(/\{[^}]*\}/g)].length !== places.length) return [];
  let at = 0;
  const path = below.replace(/\{[^}]*\}/g, () => places[at++]!);
  const route = { operation: operation.id, method: call.method, path };
  return whyNot(route) === undefined ? [route] : [];
}
