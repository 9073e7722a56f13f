import type { Learned, SyncClient } from '../client.ts';
import type { RouteOverride } from '../routeBook.ts';
import { candidatesOf, OPERATIONS } from '../routes.ts';
import { type Description, findDescription } from './description.ts';
import { type Samples, takeSamples } from './samples.ts';
import { type Finding, shapesOf } from './shapes.ts';

/** What reading alone shows of a server. */
export interface Survey {
  url: string;
  apiPath: string;
  shapes: Finding[];
  routes: RouteFinding[];
  description?: Description;
  /** What was learned, now or by those who wrote before. */
  learned: Learned;
}

export interface RouteFinding {
  operation: string;
  /** found: it answers a read. learned: a write has worked there. missing: no candidate is there. failed: it answers, with an error. */
  state: 'found' | 'learned' | 'missing' | 'failed' | 'notObservable';
  /** `GET /jobs/{job_id}`, where it is known. */
  route?: string;
  why: string;
}

/** Looks at a server by reading. Rejects with SyncError when not even its workspaces can be listed. */
export async function surveyServer(client: SyncClient): Promise<Survey> {
  const samples = await takeSamples(client);
  const description = await findDescription(client);
  const learned = client.learned();
  return {
    url: client.origin,
    apiPath: client.apiPath,
    shapes: shapesOf(samples, client.facts),
    routes: OPERATIONS.map(({ id }) => routeOf(id, samples, learned)),
    ...(description && { description }),
    learned,
  };
}

/** Routes that are not where the table looks first, and those of a description for what is missing: for `spec.routes`. */
export function routesToSet({ learned, routes, description }: Survey): RouteOverride[] {
  const elsewhere = learned.routes.filter(({ operation, method, path }) => {
    const first = candidatesOf(OPERATIONS.find(({ id }) => id === operation)!)[0]!;
    return first.method !== method || first.path !== path;
  });
  const missing = new Set(routes.filter(({ state }) => state === 'missing').map(({ operation }) => operation));
  return [...elsewhere, ...(description?.routes ?? []).filter(({ operation }) => missing.has(operation))];
}

function routeOf(id: string, { tried }: Samples, { routes }: Learned): RouteFinding {
  const operation = OPERATIONS.find((one) => one.id === id)!;
  const known = routes.find((route) => route.operation === id);
  const route = known ?? (operation.provenance === 'documented' ? candidatesOf(operation)[0]! : undefined);
  const where = route && { route: `${route.method} ${route.path}` };
  const came = tried.get(id);
  if (came?.outcome === 'works') return { operation: id, state: 'found', ...where, why: 'it answers' };
  if (came?.outcome === 'missing') return { operation: id, state: 'missing', why: 'no candidate answers as a route' };
  if (came?.outcome === 'fails') return { operation: id, state: 'failed', ...where, why: came.why };
  if (known) return { operation: id, state: 'learned', ...where, why: 'it has worked before' };
  const why = operation.access === 'read' ? 'nothing is there to ask about' : 'not observable by reading';
  return { operation: id, state: 'notObservable', why };
}
