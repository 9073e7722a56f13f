import type { Resource } from '../../src/engine/resource.ts';
import type { KindContext } from '../../src/kinds/context.ts';
import { runIds, targetKeys } from '../../src/kinds/run/references.ts';
import type { ServerSession, WorkspaceSession } from '../../src/kinds/session/sessions.ts';
import type { ValueRef } from '../../src/kube/secretReader.ts';
import { createStore } from '../../src/kube/store.ts';
import type { JsonObject } from '../../src/ports/json.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { RunSchedule } from '../../src/sync/runs.ts';
import type { RunView } from '../../src/sync/runView.ts';
import { OUR_KINDS } from '../support/describeWorld.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

export const IDENTITY = 'http://sync.test:8181/api.rsc/v2#ws-default';

type Changes = Partial<Pick<Resource, 'spec' | 'status'>> & { metadata?: Partial<Resource['metadata']> };

/** A resource of a kind in the namespace `team`. */
export function resource(kind: string, name: string, { spec = {}, status, metadata }: Changes = {}): Resource {
  return {
    apiVersion: 'sync.cdata.com/v1alpha1',
    kind,
    metadata: {
      name,
      namespace: 'team',
      uid: `uid-${kind}-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec,
    ...(status && { status }),
  };
}

const nothing = () => {};
const logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => logger,
} as unknown as Logger;

/** What a kind works with, in memory: stores, values, and one server whose calls a test fills in. */
export function createFakes() {
  const clock = createVirtualClock();
  const stores = Object.fromEntries(
    OUR_KINDS.map((kind) => {
      const store = createStore<Resource>(logger);
      store.addIndex('remoteId', ({ status }) => (status?.id ? [status.id] : []));
      store.addIndex('runTarget', targetKeys);
      store.addIndex('runId', runIds);
      return [kind, store];
    }),
  );
  const secrets = new Map<string, Record<string, string>>();
  const configMaps = new Map<string, Record<string, string>>();
  const watched = new Map<string, readonly ValueRef[]>();
  const values = (from: Map<string, Record<string, string>>) => async (namespace: string, name: string) => {
    const data = from.get(`${namespace}/${name}`);
    return data && { data, resourceVersion: '1' };
  };
  const created: JsonObject[] = [];
  const server = createFakeServer();
  const sessions = new Map<string, ServerSession>([['team/prod', server.session]]);
  const context: KindContext = {
    clock,
    random: createSeededRandom(1),
    logger,
    stores,
    sessions,
    values: {
      secret: values(secrets),
      configMap: values(configMaps),
      lastKnown: () => undefined,
      watch: (owner, refs) => void watched.set(owner, refs),
      onChange: nothing,
      stop: nothing,
    },
    namespaceLabels: () => undefined,
    createRun: async (manifest) => void created.push(manifest),
  };
  return {
    ...server,
    clock,
    context,
    sessions,
    secrets,
    configMaps,
    watched,
    /** SyncRuns that were made. */
    created,
    put: (object: Resource) => void stores[object.kind]!.feed().put(object, true),
    drop: (object: Resource) => stores[object.kind]!.feed().drop(object),
  };
}

/** A session without a server behind it. */
function createFakeServer() {
  const learned: string[] = [];
  const names = new Map<string, string>();
  const views = new Map<string, RunView>();
  const followed = new Map<string, RunSchedule | undefined>();
  const unfollowed: string[] = [];
  const collection = () => ({
    state: 'listed',
    listedAt: 0,
    suspicious: undefined as { missing: number; known: number } | undefined,
    accepted: 0,
    get: (id: string) => (names.has(id) ? { id, name: names.get(id), digest: 'd' } : undefined),
    byName: () => [],
    refresh: async () => {},
    listed: async () => {},
    acceptLoss() {
      this.accepted++;
      this.suspicious = undefined;
    },
  });
  const lists = {
    connections: collection(),
    jobs: collection(),
    transformations: collection(),
    pipelines: collection(),
  };
  const runs = {
    follow: (id: string, schedule?: RunSchedule) => void followed.set(id, schedule),
    unfollow: (id: string) => void unfollowed.push(id),
    expectRun: nothing,
    view: (id: string) => views.get(id),
  };
  const workspace = {
    id: '',
    ...lists,
    polled: new Map(Object.entries(lists)),
    jobRuns: runs,
    transformationRuns: runs,
    pipelineRuns: runs,
    changes: [],
  };
  const client = {
    origin: 'http://sync.test:8181',
    facts: {},
    learnFact: nothing,
    routeState: () => 'documented',
    scrubber: { learn: (secret: string) => void learned.push(secret), scrub: (text: string) => text },
    workspaces: {},
    connections: {},
    jobs: { tasks: {} },
    transformations: {},
    pipelines: {},
  };
  const session = {
    client,
    identity: IDENTITY as string | undefined,
    unusable: undefined,
    lagGraceMs: 60_000,
    workspaces: collection(),
    users: collection(),
    eventsOf: () => collection(),
    deepReads: { add: nothing, remove: nothing, touched: nothing },
    writes: { note: nothing, msLeft: () => 0, forget: nothing, wasRemoved: () => false },
    workspace: (id: string) => Object.assign(workspace, { id }) as unknown as WorkspaceSession,
    failed: nothing,
    tables: async () => [],
  };
  return {
    session: session as unknown as ServerSession & { identity: string | undefined },
    /** For calls that a test fills in. */
    client: client as unknown as Record<
      'workspaces' | 'connections' | 'jobs' | 'transformations' | 'pipelines',
      object
    >,
    workspace,
    /** Secrets that the scrubber was taught. */
    learned,
    /** Names of listed objects, by id. */
    names,
    views,
    followed,
    unfollowed,
  };
}

/** A server, a workspace and two connections, all there and ready. */
export function createReadyFakes() {
  const fakes = createFakes();
  fakes.put(resource('SyncServer', 'prod', { spec: { url: 'http://sync.test:8181', resyncInterval: '6h' } }));
  fakes.put(
    resource('SyncWorkspace', 'main', {
      spec: { serverRef: { name: 'prod' }, name: 'Main' },
      status: { owned: true, id: 'ws-1', serverIdentity: IDENTITY },
    }),
  );
  for (const [name, label] of Object.entries({ crm: 'CRM', warehouse: 'Warehouse' })) {
    fakes.put(
      resource('SyncConnection', name, {
        spec: { workspaceRef: { name: 'main' }, name: label },
        status: { owned: true, id: `id-${name}`, serverIdentity: IDENTITY },
      }),
    );
  }
  return fakes;
}
