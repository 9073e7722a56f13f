// Loaded on demand by the app; reading it from the disk in the middle of a seed takes time that is not virtual.
import '../../src/kube/kubeconfig.ts';
import type { Config } from '../../src/config.ts';
import { type Cluster, createCluster } from '../cluster/cluster.ts';
import { readCrds } from '../cluster/readCrds.ts';
import { kubeconfig } from '../cluster/serve.ts';
import type { Manifest } from '../cluster/types.ts';
import { type Dialect, randomDialect } from '../simulator/dialect.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { createInstance } from '../support/instance.ts';
import { SYNC_URL, secret } from '../support/manifests.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import type { Handler } from '../support/server.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtualClock.ts';
import { createDice, type Dice } from './chance.ts';
import { createInstallations, type Installations } from './installations.ts';
import { createMirror, type Mirror } from './mirror.ts';
import { createPolicies, type Policies } from './policies.ts';
import { createReplica, type Replica } from './replica.ts';
import { LIFE_HEADER, type SyncWrite } from './syncWrites.ts';
import { createTimeline, type Timeline } from './timeline.ts';

const KUBE_URL = 'http://kube.test';
const OPERATOR_NAMESPACE = 'sync-system';
const KUBECONFIG = '/simulation/kubeconfig';
const WORKSPACES = /\/workspaces\/?(\?.*)?$/;

/** A write that a controller asked of Kubernetes, once it was answered. */
export interface KubeWrite {
  at: number;
  by: string;
  method: string;
  path: string;
  body: string;
  status: number;
}

/** A call of a process at the moment in which it reaches Sync. */
export interface SyncCall {
  by: string;
  method: string;
  path: string;
}

/** What a request is about to meet on its way; undefined: nothing. */
export type Fate = 'before' | 'after' | 'hang' | undefined;

/** The whole system of one seed: two controllers, Kubernetes, Sync, and what watches them. */
export interface Setting {
  seed: number;
  clock: VirtualClock;
  /** For what the test does. */
  dice: Dice;
  /** For what only some seeds have: draws of its own, so that all others stay as they were. */
  rareDice: Dice;
  cluster: Cluster;
  /** Whichever installation answers now. */
  simulator: Simulator;
  installations: Installations;
  timeline: Timeline;
  mirror: Mirror;
  policies: Policies;
  replicas: readonly [Replica, Replica];
  /** Until when the controllers could not see the cluster as it is, ms of the clock; a later start counts as well. */
  blindUntil: number;
  /** Asked for each request that a process sends. */
  fate: (life: string, method: string, origin: 'Kubernetes' | 'Sync', path: string) => Fate;
  /** The process that certainly writes under this name in the Lease. */
  identityOf(life: string): string | undefined;
  onSyncWrite(listener: (write: SyncWrite) => void): void;
  onSyncCall(listener: (call: SyncCall) => void): void;
  /** Told of each list of workspaces that a process has received whole, and so knows which installation answers. */
  onTold(listener: (life: string, workspaces: string) => void): void;
  onKubeWrite(listener: (write: KubeWrite) => void): void;
  /** Something that must never happen has happened. */
  violate(oracle: string, what: string): void;
  readonly violations: readonly string[];
  metrics(): Promise<string>;
}

const CRDS: readonly Manifest[] = readCrds('crds');

export function createSetting(seed: number): Setting {
  const clock = createVirtualClock();
  // Streams of their own, so that one more draw in one part leaves the others as they were.
  const [forCluster, forSimulator, forApps, forTest, forDialect, forOthers, forRare] = [1, 2, 3, 4, 5, 6, 7].map((n) =>
    createSeededRandom(seed * 16 + n),
  );
  const dice = createDice(forTest!);
  const timeline = createTimeline(() => clock.now());
  const cluster = createCluster({ clock, random: forCluster! });
  for (const crd of CRDS) cluster.install(crd);
  cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OPERATOR_NAMESPACE } });
  const mirror = createMirror(cluster);
  const violations: string[] = [];
  const syncListeners: ((write: SyncWrite) => void)[] = [];
  const callListeners: ((call: SyncCall) => void)[] = [];
  const toldListeners: ((life: string, workspaces: string) => void)[] = [];
  const underWay = new Map<string, string>();
  const kubeListeners: ((write: KubeWrite) => void)[] = [];
  const identities = new Map<string, string>();
  const installations = createInstallations({
    clock,
    dialect: dialectOf(forDialect!, seed),
    randoms: [forSimulator!, forOthers!],
    tell(write) {
      for (const listener of syncListeners) listener(write);
    },
  });
  const { simulator } = installations;
  cluster.create(secret('sync-token', { token: simulator.token }));
  const latencyMs = dice.pick([[1, 5] as const, [1, 60] as const, [20, 400] as const]);

  /** Notes what a process sends and what it is answered. */
  const watched = (life: string, origin: 'Kubernetes' | 'Sync', handler: Handler): Handler => {
    return async (request) => {
      const { method, path, body } = request;
      const isRead = method === 'GET';
      if (origin === 'Kubernetes' && path.includes('/leases')) noteIdentity(life, body);
      if (origin === 'Sync') for (const listener of callListeners) listener({ by: life, method, path });
      const headers = { ...request.headers, [LIFE_HEADER]: life };
      const response = await handler({ ...request, headers });
      if (origin === 'Sync' && isRead && WORKSPACES.test(path)) underWay.set(life, String(response.body));
      if (!isRead || origin === 'Sync') {
        timeline.note(life, `${origin} ${method} ${path} → ${response.status}`);
      }
      if (!isRead && origin === 'Kubernetes') {
        const write = { at: clock.now(), by: life, method, path, body, status: response.status };
        for (const listener of kubeListeners) listener(write);
      }
      return response;
    };
  };
  const noteIdentity = (life: string, body: string) => {
    const holder = /"holderIdentity":"(sync-operator-[^"]+)"/.exec(body)?.[1];
    if (holder) identities.set(life, holder);
  };

  const make = (life: string) => {
    setting.blindUntil = Math.max(setting.blindUntil, clock.now());
    const instance = createInstance({
      config: CONFIG,
      clock,
      random: forApps!,
      files: { read: (path) => (path === KUBECONFIG ? kubeconfig(KUBE_URL) : undefined) },
      servers: new Map([
        [KUBE_URL, watched(life, 'Kubernetes', cluster.handler)],
        [SYNC_URL, watched(life, 'Sync', (request) => simulator.handler(request))],
      ]),
      latencyMs: [latencyMs[0], latencyMs[1]],
      logger: timeline.logger(life),
      record: false,
    });
    instance.network.watch = ({ origin, method, path }, phase) => {
      if (phase !== 'replied' || origin !== SYNC_URL || method !== 'GET' || !WORKSPACES.test(path)) return;
      for (const listener of toldListeners) listener(life, underWay.get(life) ?? '');
    };
    instance.network.fault = ({ method, origin, path }) =>
      setting.fate(life, method, origin === SYNC_URL ? 'Sync' : 'Kubernetes', path);
    return instance;
  };
  const replica = (name: string) => createReplica({ name, clock, timeline, make });

  const setting: Setting = {
    seed,
    clock,
    dice,
    rareDice: createDice(forRare!),
    cluster,
    simulator,
    installations,
    timeline,
    mirror,
    policies: createPolicies(
      mirror,
      () => clock.now(),
      () => setting.blindUntil,
    ),
    replicas: [replica('A'), replica('B')],
    blindUntil: 0,
    fate: () => undefined,
    identityOf: (life) => identities.get(life),
    onSyncWrite: (listener) => void syncListeners.push(listener),
    onSyncCall: (listener) => void callListeners.push(listener),
    onTold: (listener) => void toldListeners.push(listener),
    onKubeWrite: (listener) => void kubeListeners.push(listener),
    violate(oracle, what) {
      violations.push(`${oracle}: ${what}`);
      timeline.note('ORACLE', `${oracle}: ${what}`);
    },
    violations,
    async metrics() {
      const pages = setting.replicas.map(async ({ instance }) => (await instance?.meter.scrape())?.body ?? '');
      return (await Promise.all(pages)).join('\n');
    },
  };
  return setting;
}

/** One server in three is as the reference has it. */
function dialectOf(random: Parameters<typeof randomDialect>[0], seed: number): Dialect | undefined {
  const drawn = randomDialect(random);
  return seed % 3 === 0 ? undefined : drawn;
}

const CONFIG: Config = {
  kubeconfig: KUBECONFIG,
  operatorNamespace: OPERATOR_NAMESPACE,
  leaderElect: true,
  metricsAddress: '0',
  healthAddress: '0',
  logLevel: 'debug',
  logFormat: 'json',
  metricsMaxObjects: 2_000,
};
