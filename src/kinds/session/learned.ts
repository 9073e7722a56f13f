import type { SyncServerStatus } from '../../api/syncServer.ts';
import type { WireFacts } from '../../api/wire.ts';
import type { Json } from '../../ports/json.ts';
import type { Learned, SyncClient } from '../../sync/client.ts';
import type { Facts } from '../../sync/models/wire.ts';
import { OPERATIONS } from '../../sync/routes.ts';

type LearnedStatus = NonNullable<SyncServerStatus['learned']>;

/** Facts of a spec or status in the client's form: one flat name for each kind of object. */
export function clientFacts({ putStyle, ...rest }: WireFacts = {}): Facts {
  const styles = Object.entries(putStyle ?? {}).map(([kind, style]) => [`putStyle.${kind}`, style]);
  return { ...rest, ...Object.fromEntries(styles) };
}

/** What an earlier process had learned. */
export function learnedFrom({ routes = {}, facts }: LearnedStatus): Learned {
  return {
    routes: Object.entries(routes).map(([operation, route]) => ({ operation, ...route })),
    facts: clientFacts(facts),
  };
}

/** What was learned, in the form of status; undefined when nothing was. What differs by kind and cannot be told there is left out. */
export function learnedStatus({ routes, facts }: Learned): LearnedStatus | undefined {
  const found = Object.fromEntries(routes.map(({ operation, method, path }) => [operation, { method, path }]));
  const styles = Object.fromEntries(
    Object.entries(facts).flatMap(([name, style]) => (name.startsWith('putStyle.') ? [[name.slice(9), style]] : [])),
  );
  const told = {
    ...(Object.keys(styles).length > 0 && { putStyle: styles }),
    ...single(facts, 'positionBase'),
    ...single(facts, 'positionName'),
    ...single(facts, 'createReply'),
    ...single(facts, 'childrenInParent'),
  } as NonNullable<LearnedStatus['facts']>;
  const status = {
    ...(routes.length > 0 && { routes: found }),
    ...(Object.keys(told).length > 0 && { facts: told }),
  };
  return Object.keys(status).length > 0 ? status : undefined;
}

/** A fact that is the same for all kinds for which it is known. */
function single(facts: Facts, name: string): Record<string, Json> {
  const values = new Set(
    Object.entries(facts).flatMap(([key, value]) => (key === name || key.startsWith(`${name}.`) ? [value] : [])),
  );
  return values.size === 1 ? { [name]: [...values][0]! } : {};
}

/**
 * Operations without a route. The client forgets a refusal after an hour; status keeps it until the operation works, since an
 * operation that nobody calls must not come and go there.
 */
export function unsupported(client: SyncClient, before: readonly string[] = []): string[] {
  return OPERATIONS.filter(({ id }) => {
    const state = client.routeState(id);
    return state === 'unsupported' || (state === 'untried' && before.includes(id));
  }).map(({ id }) => id);
}
