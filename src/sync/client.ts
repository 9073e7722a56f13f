import type { Clock } from '../ports/clock.ts';
import type { Json } from '../ports/json.ts';
import type { Random } from '../ports/random.ts';
import type { TlsOptions } from '../ports/transport.ts';
import { type ConnectionsApi, createConnectionsApi } from './apis/connections.ts';
import { createEventsApi, type EventsApi } from './apis/events.ts';
import { createJobsApi, type JobsApi } from './apis/jobs.ts';
import { createPipelinesApi, type PipelinesApi } from './apis/pipelines.ts';
import { createTransformationsApi, type TransformationsApi } from './apis/transformations.ts';
import { createUsersApi, type UsersApi } from './apis/users.ts';
import { createWorkspacesApi, type WorkspacesApi } from './apis/workspaces.ts';
import { type Call, type CallerDeps, createCaller, type Timeouts } from './call.ts';
import { SyncError } from './errors.ts';
import { type Exchange, exchange, send } from './exchange.ts';
import { sameJson } from './json.ts';
import type { Limits } from './limits.ts';
import { createWire, type Facts, type WireOverrides } from './models/wire.ts';
import type { Origins } from './origin.ts';
import { createRouteBook, type RouteOverride, type RouteState, whyNot } from './routeBook.ts';
import { operationOf } from './routes.ts';
import { createScrubber, type Scrubber } from './scrub.ts';
import { createSession } from './session.ts';

export interface SyncClientDeps {
  clock: Clock;
  random: Random;
  origins: Origins;
  /** True while another server answers than the one that ids are of: only its workspaces are asked for, whatever waits for its turn. */
  isAnother?(): boolean;
}

export interface SyncClientOptions {
  /** `https://host:port`, with a path where Sync is published below one. */
  url: string;
  /** Default `/api.rsc/v2`. */
  apiPath?: string;
  auth: { method: 'Header' | 'Basic'; token: string };
  tls?: TlsOptions;
  proxyUrl?: string;
  limits?: Partial<Limits> & { maxBodyBytes?: number };
  timeouts?: Partial<Timeouts>;
  /** For times without an offset: `UTC`, `+02:00`. Others leave those times unknown. */
  timeZone?: string;
  routes?: readonly RouteOverride[];
  wire?: WireOverrides;
  /** What an earlier client of this server had learned. */
  learned?: Learned;
}

/** What is worth keeping for the next client of the same server; the shape of `spec.routes` and `spec.wire.facts`. */
export interface Learned {
  routes: readonly RouteOverride[];
  facts: Facts;
}

/** A client of one Sync server. Every call rejects with SyncError only. */
export interface SyncClient {
  readonly origin: string;
  readonly apiPath: string;
  workspaces: WorkspacesApi;
  connections: ConnectionsApi;
  jobs: JobsApi;
  transformations: TransformationsApi;
  pipelines: PipelinesApi;
  events: EventsApi;
  users: UsersApi;
  /** Any operation of the route table, without decoding. */
  call: Call;
  /** A GET of any path below the API path, read and not judged: for a survey of what the server has. */
  peek(path: string): Promise<Exchange>;
  /** The cheapest authenticated read: lists the workspaces. */
  probe(): Promise<void>;
  /** Which server this is; `defaultWorkspaceId` is absent when it cannot be told. */
  identity(): Promise<{ origin: string; apiPath: string; defaultWorkspaceId?: string }>;
  /** What is known of the server: `wire.facts` before what was learned. */
  readonly facts: Facts;
  learnFact(name: string, value: Json): void;
  /** The same object as long as nothing new was learned. */
  learned(): Learned;
  routeState(operationId: string): RouteState;
  /** True while calls to the origin are held back. */
  readonly circuitOpen: boolean;
  readonly scrubber: Scrubber;
  /** Gives back the share in the origin's pool. Calls under way end as they end. */
  close(): void;
}

const LIMITS: Limits = { requestsPerSecond: 10, burst: 20, concurrency: 8 };
const TIMEOUTS: Timeouts = { connect: 5_000, read: 30_000, write: 8_000, test: 120_000 };
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Throws RangeError for a URL or a route override that cannot be used; opens nothing before the first call. */
export function createSyncClient(
  { clock, random, origins, isAnother }: SyncClientDeps,
  options: SyncClientOptions,
): SyncClient {
  const url = URL.parse(options.url);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new RangeError('the URL of a Sync server begins with http:// or https://');
  const apiPath = `/${(options.apiPath ?? '/api.rsc/v2').replace(/^\/+|\/+$/g, '')}`;
  const bad = options.routes?.map(whyNot).find((reason) => reason !== undefined);
  if (bad !== undefined) throw new RangeError(bad);

  const scrubber = createScrubber();
  const { token } = options.auth;
  const basic = Buffer.from(`sync-operator:${token}`).toString('base64');
  for (const secret of [token, basic]) scrubber.learn(secret);

  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const origin = origins.join({
    origin: url.origin,
    limits: { ...LIMITS, ...options.limits },
    connectTimeoutMs: timeouts.connect,
    tls: options.tls,
    proxyUrl: options.proxyUrl,
  });
  const book = createRouteBook(clock, options.routes ?? [], options.learned?.routes ?? []);
  const deps: CallerDeps = {
    clock,
    origin,
    metrics: origins.metrics,
    scrubber,
    book,
    timeouts,
    basePath: url.pathname.replace(/\/+$/, '') + apiPath,
    maxBodyBytes: options.limits?.maxBodyBytes ?? MAX_BODY_BYTES,
    authHeaders: options.auth.method === 'Basic' ? { authorization: `Basic ${basic}` } : { 'x-cdata-authtoken': token },
    uuid: () => random.uuid(),
    probe: () => isUp(deps),
    isAnother: isAnother ?? (() => false),
  };
  const call = createCaller(deps);

  let learnedFacts: Facts = { ...options.learned?.facts };
  let snapshot: Learned | undefined;
  const facts = (): Facts => ({ ...learnedFacts, ...options.wire?.facts });
  const learnFact = (name: string, value: Json) => {
    if (!sameJson(learnedFacts[name], value)) learnedFacts = { ...learnedFacts, [name]: value };
  };
  const wire = createWire(options.wire, options.timeZone);
  const session = createSession({ clock, call, origin: url.origin, wire, scrubber, facts, learnFact });
  const workspaces = createWorkspacesApi(session);

  return {
    origin: url.origin,
    apiPath,
    workspaces,
    connections: createConnectionsApi(session),
    jobs: createJobsApi(session),
    transformations: createTransformationsApi(session),
    pipelines: createPipelinesApi(session),
    events: createEventsApi(session),
    users: createUsersApi(session),
    call,
    peek: (path) =>
      exchange(deps, {
        operation: operationOf('workspaces.list'),
        method: 'GET',
        path: deps.basePath + path,
        lane: 'user',
        deadlineMs: timeouts.read,
      }),
    probe: async () => void (await workspaces.list()),
    identity: async () => {
      const defaultWorkspaceId = await defaultWorkspace(workspaces);
      return { origin: url.origin, apiPath, ...(defaultWorkspaceId !== undefined && { defaultWorkspaceId }) };
    },
    get facts() {
      return facts();
    },
    learnFact,
    learned: () => {
      const routes = book.learned();
      if (snapshot?.routes !== routes || snapshot.facts !== learnedFacts) snapshot = { routes, facts: learnedFacts };
      return snapshot;
    },
    routeState: (operationId) => book.state(operationOf(operationId)),
    get circuitOpen() {
      return origin.breaker.open;
    },
    scrubber,
    close: () => origin.leave(),
  };
}

async function defaultWorkspace(workspaces: WorkspacesApi): Promise<string | undefined> {
  const marked = (await workspaces.list()).find((workspace) => workspace.fields.get('isDefault') === true);
  if (marked) return marked.id;
  try {
    const workspace = await workspaces.get('default');
    return workspace.id === 'default' ? undefined : workspace.id;
  } catch (error) {
    // The literal is documented by a sample only; a server that lacks it has no identity to tell.
    if (error instanceof SyncError && error.outcome.kind === 'http' && error.outcome.status === 404) return undefined;
    throw error;
  }
}

// Any answer but a gateway's means that the server is there.
async function isUp(deps: CallerDeps): Promise<boolean> {
  const path = `${deps.basePath}/workspaces`;
  const operation = operationOf('workspaces.list');
  try {
    const { status } = await send(deps, {
      operation,
      method: 'GET',
      path,
      lane: 'user',
      deadlineMs: deps.timeouts.read,
    });
    return status < 502 || status > 504;
  } catch (error) {
    if (error instanceof SyncError) return false;
    throw error;
  }
}
