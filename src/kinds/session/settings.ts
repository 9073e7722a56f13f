import { parseDuration } from '../../api/duration.ts';
import type { SyncServerSpec } from '../../api/syncServer.ts';
import type { Facts } from '../../sync/models/wire.ts';
import { whyNot } from '../../sync/routeBook.ts';
import type { ServerSettings } from './context.ts';
import type { Credentials } from './credentials.ts';
import { clientFacts } from './learned.ts';

/** However short the durations of a spec are: a server is not polled more often. */
const POLL_LEAST_MS = 1_000;

/** What the schema cannot check. */
export function routeProblems({ routes }: Pick<SyncServerSpec, 'routes'>): { path: string; message: string }[] {
  return (routes ?? []).flatMap((route, at) => {
    const message = whyNot(route);
    return message === undefined ? [] : [{ path: `spec.routes[${at}]`, message }];
  });
}

/** The settings of a session for a spec with its defaults. */
export function settingsOf(spec: SyncServerSpec, { token, tls }: Credentials): ServerSettings {
  const { url, apiPath, auth, proxyUrl, limits, timeouts, timeZone, routes, wire } = spec;
  const { deepReadsPerMinute, runReadsPerMinute, ...clientLimits } = limits;
  return {
    client: {
      url,
      apiPath,
      auth: { method: auth.method, token },
      ...(tls && { tls }),
      ...(proxyUrl !== undefined && { proxyUrl }),
      limits: clientLimits,
      timeouts: {
        connect: parseDuration(timeouts.connect),
        read: parseDuration(timeouts.read),
        write: parseDuration(timeouts.write),
        test: parseDuration(timeouts.test),
      },
      ...(timeZone !== undefined && { timeZone }),
      ...(routes && { routes }),
      ...(wire && { wire: { ...wire, facts: clientFacts(wire.facts) as Facts } }),
    },
    pollIntervalMs: Math.max(POLL_LEAST_MS, parseDuration(spec.pollInterval)),
    lagGraceMs: parseDuration(spec.lagGrace),
    resyncIntervalMs: Math.max(POLL_LEAST_MS, parseDuration(spec.resyncInterval)),
    deepReadsPerMinute,
    runReadsPerMinute,
  };
}
