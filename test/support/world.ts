import { KINDS } from '../../src/api/registry.ts';
import { permissionsOf } from '../../src/app/permissions.ts';
import type { Config } from '../../src/config.ts';
import type { Random } from '../../src/ports/random.ts';
import { type Cluster, createCluster } from '../cluster/cluster.ts';
import type { WriteRecord } from '../cluster/handler.ts';
import { readCrds } from '../cluster/readCrds.ts';
import { kubeconfig } from '../cluster/serve.ts';
import type { KubeObject, Loose, Manifest } from '../cluster/types.ts';
import { type Dialect, dialectWith } from '../simulator/dialect.ts';
import type { RequestEntry } from '../simulator/requests.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { placesOf } from './canary.ts';
import { describeWorld } from './describeWorld.ts';
import { createInstance, type Instance } from './instance.ts';
import { SYNC_URL, secret } from './manifests.ts';
import { createDoor, type Door } from './rbac.ts';
import { createRecordingLogger, type LogLine } from './recordingLogger.ts';
import { createSeededRandom } from './seededRandom.ts';
import type { Handler } from './server.ts';
import { createVirtualClock, type VirtualClock } from './virtualClock.ts';

export const KUBE_URL = 'http://kube.test';
export const OPERATOR_NAMESPACE = 'sync-system';
const KUBECONFIG = '/world/kubeconfig';
const CRDS = readCrds('crds');
const PERMISSIONS = permissionsOf(KINDS.filter(({ installed }) => installed));
const MINUTE = 60_000;

export interface WorldOptions {
  /** Everything that is left to chance comes from it. */
  seed?: number;
  /** Where the Sync server is to differ from the reference. */
  dialect?: Partial<Dialect>;
  /** One way, [min, max). */
  latencyMs?: [number, number];
  config?: Partial<Config>;
  /** How far the clock of the Sync server is ahead; ms. */
  serverAheadMs?: number;
}

/** Everything under the sun in one process, on virtual time: a cluster, a Sync server, and the operator. */
export interface World {
  clock: VirtualClock;
  random: Random;
  cluster: Cluster;
  /** Between operator and cluster: only what the chart's roles grant comes through. */
  door: Door;
  simulator: Simulator;
  logs: LogLine[];
  /** The operator that runs now, or that ran last. */
  instance: Instance;

  start(): Promise<void>;
  /** As SIGTERM: drains. */
  stop(): Promise<void>;
  /** As SIGKILL: nothing that is under way ever comes back. */
  crash(): void;
  restart(): Promise<void>;
  /** One more process of the operator beside the present one, which takes its place in `instance`. It is not started. */
  another(): Instance;

  /** As `kubectl apply`. */
  apply(...manifests: (Manifest | readonly Manifest[])[]): void;
  /** As `kubectl delete`. */
  remove(kind: string, name: string): void;
  /** Sets annotations below `sync.cdata.com/`. */
  annotate(kind: string, name: string, annotations: Record<string, string>): void;
  get(kind: string, name: string, namespace?: string): KubeObject | undefined;
  /** `True ReasonWord`, or undefined when there is no such condition. */
  condition(kind: string, name: string, type: string): string | undefined;
  /** The status as it is; empty while there is none. */
  status(kind: string, name: string): Loose;
  /** Reasons of the events about an object, in order. */
  eventsOf(kind: string, name: string): string[];

  /** Lets time go by. */
  settle(ms: number): Promise<void>;
  /** Lets time go by until it holds; fails with the state of everything. */
  until(holds: () => boolean, limitMs: number, what: string): Promise<void>;
  /** Until the current generation is Ready. Five minutes unless told. */
  ready(kind: string, name: string, limitMs?: number): Promise<void>;
  /** Until the condition reads `status reason`, or `status` alone. */
  untilCondition(kind: string, name: string, type: string, text: string, limitMs?: number): Promise<void>;

  /** Requests that changed something in Sync, or tried to, from `since` on (ms of the clock). */
  syncWrites(since?: number): RequestEntry[];
  /** Requests that wanted to change something in Kubernetes, but for leases and events. */
  kubeWrites(since?: number): WriteRecord[];
  metrics(): Promise<string>;
  /** Where people could read it; empty when nowhere. */
  secretsSeen(canary: string): Promise<string[]>;
}

export function createWorld({
  seed = 1,
  dialect = {},
  latencyMs = [1, 5],
  config = {},
  serverAheadMs = 0,
}: WorldOptions = {}): World {
  const clock = createVirtualClock();
  // Streams of their own, so that one more draw in one part leaves the others as they were.
  const [forCluster, forSimulator, forApp, forTest] = [1, 2, 3, 4].map((n) => createSeededRandom(seed * 16 + n));
  const cluster = createCluster({ clock, random: forCluster! });
  for (const crd of CRDS) cluster.install(crd);
  cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OPERATOR_NAMESPACE } });
  const simulator = createSimulator({
    clock: { ...clock, now: () => clock.now() + serverAheadMs },
    random: forSimulator!,
    dialect: dialectWith(dialect),
  });
  cluster.create(secret('sync-token', { token: simulator.token }));
  const logs: LogLine[] = [];
  const door = createDoor(cluster.handler, PERMISSIONS, { namespaces: config.namespaces, home: OPERATOR_NAMESPACE });
  const servers = new Map<string, Handler>([
    [KUBE_URL, door.handler],
    [SYNC_URL, simulator.handler],
  ]);
  const make = () =>
    createInstance({
      config: { ...CONFIG, ...config },
      clock,
      random: forApp!,
      files: { read: (path) => (path === KUBECONFIG ? kubeconfig(KUBE_URL) : undefined) },
      servers,
      latencyMs,
      logger: createRecordingLogger(clock, logs),
    });

  const world: World = {
    clock,
    random: forTest!,
    cluster,
    door,
    simulator,
    logs,
    instance: make(),
    async start() {
      // Loaded on demand by the app; reading it from the disk takes time that is not virtual.
      await import('../../src/kube/kubeconfig.ts');
      await onVirtualTime(world, world.instance.app.start(), 'the start');
    },
    stop: () => onVirtualTime(world, world.instance.app.stop(), 'the stop'),
    crash() {
      world.instance.kill();
      world.instance = make();
    },
    another() {
      world.instance = make();
      return world.instance;
    },
    async restart() {
      await world.stop();
      world.instance = make();
      await world.start();
    },

    apply(...manifests) {
      for (const manifest of manifests.flat() as Manifest[]) cluster.apply(manifest);
    },
    remove: (kind, name) => void cluster.delete(kind, name, 'default'),
    annotate(kind, name, annotations) {
      const full = Object.entries(annotations).map(([key, value]) => [`sync.cdata.com/${key}`, value]);
      cluster.patch(kind, name, 'default', { metadata: { annotations: Object.fromEntries(full) } });
    },
    get: (kind, name, namespace) => cluster.get(kind, name, namespace),
    condition(kind, name, type) {
      const found = conditionsOf(cluster.get(kind, name)).find((one) => one.type === type);
      return found && `${found.status} ${found.reason}`;
    },
    status: (kind, name) => cluster.get(kind, name)?.status ?? {},
    eventsOf: (kind, name) =>
      cluster
        .events()
        .filter(({ involvedObject: about }) => about.kind === kind && about.name === name)
        .map(({ reason }) => reason),

    settle: (ms) => clock.advance(ms),
    async until(holds, limitMs, what) {
      try {
        await clock.until(holds, limitMs, what);
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${describeWorld(cluster, logs)}`);
      }
    },
    ready: (kind, name, limitMs = 5 * MINUTE) =>
      world.until(() => isReady(cluster.get(kind, name)), limitMs, `${kind} ${name} Ready`),
    untilCondition: (kind, name, type, text, limitMs = 5 * MINUTE) =>
      world.until(
        () => matches(world.condition(kind, name, type), text),
        limitMs,
        `${type}=${text} of ${kind} ${name}`,
      ),

    syncWrites: (since = 0) => simulator.writes().filter(({ at }) => at >= since),
    kubeWrites: (since = 0) =>
      cluster.writes.filter(({ at, resource }) => at >= since && resource !== 'leases' && resource !== 'events'),
    metrics: async () => (await world.instance.meter.scrape()).body,
    secretsSeen: async (canary) => placesOf(canary, cluster, logs, await world.metrics()),
  };
  return world;
}

const CONFIG: Config = {
  kubeconfig: KUBECONFIG,
  operatorNamespace: OPERATOR_NAMESPACE,
  leaderElect: false,
  metricsAddress: '0',
  healthAddress: '0',
  logLevel: 'debug',
  logFormat: 'json',
  metricsMaxObjects: 2_000,
};

const conditionsOf = (object: KubeObject | undefined): Loose[] => object?.status?.conditions ?? [];

function isReady(object: KubeObject | undefined): boolean {
  const ready = conditionsOf(object).find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === object!.metadata.generation;
}

const matches = (seen: string | undefined, text: string) => seen === text || seen?.startsWith(`${text} `) === true;

async function onVirtualTime(world: World, promise: Promise<void>, what: string): Promise<void> {
  let done = false;
  const finish = () => {
    done = true;
  };
  promise.then(finish, finish);
  await world.until(() => done, MINUTE, what);
  await promise;
}
