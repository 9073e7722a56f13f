import { KINDS } from './api/registry.ts';
import { type Caches, createCaches } from './app/caches.ts';
import { createControllers, createKinds } from './app/controllers.ts';
import { LEASE } from './app/names.ts';
import { oneByOne } from './app/oneByOne.ts';
import { measureRuns } from './app/runMetrics.ts';
import { createRun } from './app/runObjects.ts';
import { wakeRuns } from './app/runWakes.ts';
import { createSessionLinks } from './app/sessionLinks.ts';
import type { Config } from './config.ts';
import type { Kind } from './engine/kind.ts';
import { createMacs } from './engine/macs.ts';
import { measureObjects } from './engine/objectMetrics.ts';
import { loadOperatorKey } from './engine/operatorKey.ts';
import { createQueue } from './engine/queue.ts';
import type { Reconciler } from './engine/reconciler.ts';
import type { Resource } from './engine/resource.ts';
import { createWakes, indexStore, type Wired } from './engine/wakes.ts';
import type { KindContext } from './kinds/context.ts';
import { runIds, runReferences, targetKeys } from './kinds/run/references.ts';
import { references as serverReferences } from './kinds/server/references.ts';
import { createSessions } from './kinds/session/createSessions.ts';
import { openEarly } from './kinds/session/openEarly.ts';
import { createKubeClient, type KubeClient } from './kube/client.ts';
import { createElector, type Elector } from './kube/lease.ts';
import { loadConnection } from './kube/loadConnection.ts';
import { createRecorder } from './kube/recorder.ts';
import { createValueReader } from './kube/secretReader.ts';
import { sleep } from './ports/clock.ts';
import type { Ports } from './ports/ports.ts';
import { createOrigins } from './sync/origin.ts';

/** The operator, wired. Nothing runs before `start`. */
export interface App {
  /** Connects, fills the caches and, once it leads, begins to reconcile. Rejects when Kubernetes cannot be used at all. */
  start(): Promise<void>;
  /** No new work; what is under way has 20 s to end; the lease is released. */
  stop(): Promise<void>;
  /** What is not ready yet, by name; empty: ready. */
  ready(): string[];
  /** Resolves when leadership was lost: the process must end, another one works now. */
  readonly deposed: Promise<void>;
}

const DRAIN_MS = 20_000;
const FLUSH_MS = 2_000;

interface Running {
  caches: Caches;
  stop(): Promise<void>;
}

/** Wires everything; no other place holds state. */
export function createApp(config: Config, ports: Ports): App {
  const { promise: deposed, resolve: depose } = Promise.withResolvers<void>();
  let running: Running | undefined;
  return {
    deposed,
    async start() {
      running = await run(config, ports, depose);
    },
    stop: async () => running?.stop(),
    ready: () => running?.caches.missing() ?? ['connection to Kubernetes'],
  };
}

async function run(config: Config, ports: Ports, depose: () => void): Promise<Running> {
  const { clock, random, logger, meter, files, env, transport } = ports;
  const connection = await loadConnection({ kubeconfig: config.kubeconfig, files, env, clock });
  const client = createKubeClient({ connection, transport, clock, meter, userAgent: 'sync-operator' });
  const definitions = KINDS.filter((definition) => definition.installed);
  const caches = createCaches(client, definitions, config.namespaces, ports);
  const home = config.operatorNamespace ?? connection.namespace ?? 'default';
  const elector = config.leaderElect ? createLease(client, ports, home) : undefined;
  const recorder = createRecorder({ client, clock, random, meter, logger, component: 'sync-operator' });
  const values = createValueReader({ client, clock, logger });

  const references = new Map([
    ['SyncServer', serverReferences],
    ['SyncRun', runReferences],
  ]);
  const names = new Map<string, NonNullable<Kind['nameOf']>>();
  const wired: Wired[] = definitions.map(({ kind }) => ({
    kind,
    store: caches.stores[kind]!,
    queue: createQueue({ clock, meter, name: kind.toLowerCase() }),
    references: (resource) => references.get(kind)?.(resource) ?? [],
    nameOf: (resource) => (names.get(kind) ?? named)(resource),
    // A run outlives what it runs: it is followed on the server.
    needsNothing: kind === 'SyncRun',
  }));
  for (const one of wired) indexStore(one);
  caches.stores.SyncRun?.addIndex('runTarget', targetKeys);
  caches.stores.SyncRun?.addIndex('runId', runIds);
  const reconcilers = new Map<string, Reconciler>();
  const links = createSessionLinks(wired, reconcilers);
  const origins = createOrigins({ clock, random, transport, meter });
  const inTurn = oneByOne(clock);
  const whenKnown = (kind: string) => inTurn(caches.whenSynced(kind));
  const sessions = createSessions({ clock, random, origins, whenKnown, ...links });
  const namespaceLabels = (name: string) => caches.namespaces.get(name)?.metadata.labels;
  const context: KindContext = {
    clock,
    random,
    logger,
    stores: caches.stores,
    sessions,
    values,
    namespaceLabels,
    createRun: (manifest) => createRun(client, manifest),
  };
  const kinds = createKinds(context);
  for (const kind of kinds) {
    references.set(kind.name, (resource) => kind.references(resource));
    if (kind.nameOf) names.set(kind.name, kind.nameOf);
  }

  let leading = false;
  const wake = createWakes(wired, () => leading);
  for (const one of wired) one.store.subscribe((change) => wake(one, change));
  wakeRuns(wired);
  values.onChange((owner) => {
    const [kind, namespace, name] = owner.split('/') as [string, string, string];
    wired.find((one) => one.kind === kind)?.queue.add(`${namespace}/${name}`, 'user');
  });
  measureObjects(meter, wired, config.metricsMaxObjects);
  measureRuns(meter, caches.stores, config.metricsMaxObjects);

  let stopControllers = async () => {};
  const stopping = new AbortController();
  const prepare = async () => {
    await Promise.all([caches.whenSynced('SyncServer'), caches.whenSynced('SyncWorkspace')]);
    await openEarly({ context, sessions, isTooLate: () => leading || stopping.signal.aborted });
  };
  const lead = async () => {
    void prepare();
    await caches.whenSynced();
    const macs = createMacs(await loadKey(client, home, ports, stopping.signal));
    if (stopping.signal.aborted) return;
    const made = createControllers({
      ports,
      client,
      kinds,
      context,
      sessions,
      wired,
      namespaces: caches.namespaces,
      recorder,
      elector,
      macs,
    });
    for (const [kind, reconciler] of made.reconcilers) reconcilers.set(kind, reconciler);
    leading = true;
    stopControllers = async () => {
      await Promise.all(made.controllers.map((controller) => controller.stop()));
    };
    for (const controller of made.controllers) controller.start();
    logger.info({ namespace: home }, 'reconciling');
  };
  const onFailure = (error: unknown) => {
    logger.error({ error: String(error) }, 'cannot begin to reconcile');
    depose();
  };
  caches.start();
  if (elector) {
    elector.start({
      onStarted: () => void lead().catch(onFailure),
      onStopped: () => !stopping.signal.aborted && depose(),
    });
  } else {
    void lead().catch(onFailure);
  }
  return {
    caches,
    async stop() {
      stopping.abort();
      const drained = stopControllers();
      await Promise.race([drained, sleep(clock, DRAIN_MS)]);
      sessions.closeAll();
      values.stop();
      caches.stop();
      await recorder.flush(FLUSH_MS);
      await elector?.release();
      await client.close();
    },
  };
}

/** What most kinds call their object in Sync. */
function named({ spec }: Resource): string | undefined {
  return typeof spec.name === 'string' ? spec.name : undefined;
}

function createLease(client: KubeClient, { clock, random, meter, logger }: Ports, namespace: string): Elector {
  const identity = `sync-operator-${random.uuid()}`;
  return createElector({ client, clock, random, identity, namespace, name: LEASE, meter, logger });
}

/** The key, as soon as it can be had: without it no secret can be compared, so nothing begins before. */
async function loadKey(client: KubeClient, namespace: string, { clock, random, logger }: Ports, signal: AbortSignal) {
  for (;;) {
    try {
      return await loadOperatorKey(client, namespace, random);
    } catch (error) {
      if (signal.aborted) throw error;
      logger.error(
        { error: error instanceof Error ? error.message : String(error) },
        'cannot read or make the operator key',
      );
      await sleep(clock, 5_000, signal);
    }
  }
}
