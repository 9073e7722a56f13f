import type { KubeObject, Loose, Manifest } from '../cluster/types.ts';
import { secret } from '../support/manifests.ts';
import type { Dice } from './chance.ts';
import { keyOf } from './mirror.ts';
import type { Setting } from './setting.ts';
import type { Snap } from './syncWrites.ts';

/** What people have declared and know: the manifests as they stand in Git, and the secrets. */
export interface Land {
  setting: Setting;
  dice: Dice;
  /** By `Kind/namespace/name`. */
  wanted: Map<string, Manifest>;
  /** Secret name → its value now, and since when. */
  secrets: Map<string, { value: string; since: number }>;
  /** Every secret there ever was: none may ever be read anywhere. */
  canaries: string[];
  /** Which of them is the token of the server, and since when. */
  readonly tokenAt: number;
  readonly tokenSince: number;
  newToken(token: string): void;
  onNewToken(then: () => void): void;
  /** Remote id → until when lists may lack it, ms of the clock. */
  lacking: Map<string, number>;
  /** Since when each resource has its object as a baseline, by uid, unless it made the object: older secrets were never written. */
  baselines: Map<string, number>;
  /** Fields, by id, that were edited by hand so soon after a write of ours that the edit may pass for what the server made of that. */
  hurried: Map<string, ReadonlySet<string>>;
  /** The cluster is being lost and restored: what goes now is not deleted by anybody. */
  restoring: boolean;
  grants: Grants;
  /** Nothing in this seed may happen by time alone: hours of quiet follow. */
  quiet: boolean;
  /** `conn-3`: never used before. */
  newName(prefix: string): string;
  /** As `kubectl apply`; false when the API server refuses it. */
  apply(manifest: Manifest): boolean;
  /** As `kubectl delete --wait=false`. */
  remove(key: string): void;
  /** Sets an annotation below `sync.cdata.com/`. */
  annotate(resource: KubeObject, name: string, value: string): void;
  /** Writes a new value into a Secret; a new Secret when there is none of that name. */
  rotate(name: string): void;
  /** Names of the resources of a kind that are wanted. */
  names(kind: string): string[];
}

/** What people have allowed or asked for, for those who judge what came of it. */
export interface Grants {
  /** Somebody approved the plan that the resource shows now. */
  approved(resource: KubeObject): void;
  /** Somebody asked for a one-shot call. */
  requested(resource: KubeObject, token: string): void;
  /** Somebody said of the server that answers now what it is. */
  accepted(identity: string): void;
  /** Somebody changed an object in the console. */
  edited(before: Snap, after: Snap): void;
}

export function createLand(setting: Setting): Land {
  const { cluster, timeline, dice } = setting;
  let made = 0;
  let tokenAt = 0;
  let tokenSince = setting.clock.now();
  const tokenWaiters: (() => void)[] = [];
  const land: Land = {
    setting,
    dice,
    wanted: new Map(),
    secrets: new Map(),
    canaries: [setting.simulator.token],
    get tokenAt() {
      return tokenAt;
    },
    get tokenSince() {
      return tokenSince;
    },
    newToken(token) {
      tokenAt = land.canaries.push(token) - 1;
      tokenSince = setting.clock.now();
      for (const then of tokenWaiters.splice(0)) then();
    },
    onNewToken: (then) => void tokenWaiters.push(then),
    lacking: new Map(),
    baselines: new Map(),
    hurried: new Map(),
    restoring: false,
    grants: { approved() {}, requested() {}, accepted() {}, edited() {} },
    quiet: setting.seed % 40 === 20,
    newName: (prefix) => `${prefix}-${++made}`,
    apply(manifest) {
      const key = keyOf(manifest as KubeObject);
      try {
        cluster.apply(manifest);
      } catch (error) {
        timeline.note('kubectl', `apply ${key} is refused: ${(error as Error).message.slice(0, 200)}`);
        return false;
      }
      land.wanted.set(key, manifest);
      return true;
    },
    remove(key) {
      const [kind, namespace, name] = key.split('/') as [string, string, string];
      land.wanted.delete(key);
      if (setting.mirror.resources.has(key)) cluster.delete(kind, name, namespace);
    },
    annotate({ kind, metadata }, name, value) {
      const annotations = { [`sync.cdata.com/${name}`]: value };
      cluster.patch(kind, metadata.name, metadata.namespace, { metadata: { annotations } });
    },
    rotate(name) {
      const value = `canary-${dice.random.uuid()}/+`;
      land.secrets.set(name, { value, since: setting.clock.now() });
      land.canaries.push(value);
      cluster.apply(secret(name, { password: value }));
    },
    names: (kind) =>
      [...land.wanted.values()].filter((one) => one.kind === kind).map(({ metadata }) => metadata.name as string),
  };
  return land;
}

/** A copy of a manifest whose spec `change` has changed. */
export function edited(manifest: Manifest, change: (spec: Loose) => void): Manifest {
  const copy = structuredClone(manifest);
  change(copy.spec);
  return copy;
}
