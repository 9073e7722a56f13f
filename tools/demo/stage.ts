import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createCluster } from '../../test/cluster/cluster.ts';
import { kubeconfig, serveCluster } from '../../test/cluster/serve.ts';
import type { Loose, Manifest } from '../../test/cluster/types.ts';
import { createSimulator, type Simulator } from '../../test/simulator/simulator.ts';
import { type Collection, type Item, nameOf } from '../../test/simulator/state.ts';
import { listen } from '../../test/support/listen.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { readExamples } from './examples.ts';
import { createOperator, type Operator } from './operator.ts';
import type { Printer } from './print.ts';

/** What the steps play on: Kubernetes, a Sync server, the controller, and the manifests of `examples/basic`. */
export interface Stage {
  print: Printer;
  cluster: Cluster;
  kubeconfig: string;
  simulator: Simulator;
  syncUrl: string;
  operator: Operator;
  examples: Manifest[];
  /** Values that must not be seen anywhere. */
  secrets: string[];
  /** Everything that was proved so far. */
  proofs: string[];
  /** Says that it holds; throws when it does not. */
  prove(what: string, holds: boolean): void;
  /** Looks until it holds and gives what was seen; throws after 45 s, or `limitMs`, with the state of everything. */
  until<T>(
    what: string,
    look: () => Promise<T | undefined | false> | T | undefined | false,
    limitMs?: number,
  ): Promise<T>;
  /** `True ReasonWord` */
  condition(kind: string, name: string, type: string): Promise<string | undefined>;
  untilReady(kind: string, name: string): Promise<Loose>;
  /** The object of that name in Sync. */
  inSync(collection: Collection, name: string): Item | undefined;
  /** What the server was asked to change since a point in time. */
  writesSince(at: number): string[];
  close(): Promise<void>;
}

const LIMIT_MS = 45_000;
const LOOK_EVERY_MS = 100;

export interface StageOptions {
  print: Printer;
  /** A real cluster's; the twin when absent. */
  kubeconfig?: string | undefined;
}

export async function setStage({ print, kubeconfig: given }: StageOptions): Promise<Stage> {
  const clock = systemClock();
  const random = systemRandom();
  const closing: (() => Promise<unknown> | unknown)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const simulator = createSimulator({ clock, random, token: `token-${random.uuid()}` });
    const sync = await listen(simulator.handler);
    closing.push(() => sync.close());
    simulator.console.behaviour(undefined, { startMs: 200, testMs: 200, taskMs: 400 });

    const folder = mkdtempSync(join(tmpdir(), 'sync-operator-demo-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const file = given ?? join(folder, 'kubeconfig');
    if (given === undefined) {
      const twin = await serveCluster(createCluster({ clock, random }));
      closing.push(() => twin.close());
      writeFileSync(file, kubeconfig(twin.url));
    }
    const namespace = given === undefined ? 'sync-demo' : `sync-demo-${random.uuid().slice(0, 8)}`;
    const cluster = await openCluster(file, namespace);
    closing.push(() => cluster.close());
    const operator = await createOperator(file, namespace);
    closing.push(() => operator.kill());
    if (given !== undefined) closing.push(() => cluster.cleanUp());

    const secrets = { crm: `crm-${random.uuid()}`, token: `st-${random.uuid()}`, warehouse: `wh-${random.uuid()}` };
    const examples = readExamples({
      url: sync.url,
      token: simulator.token,
      secrets: {
        'crm-credentials': { password: secrets.crm, 'security-token': secrets.token },
        'warehouse-credentials': { password: secrets.warehouse },
      },
    });
    const stage: Stage = {
      print,
      cluster,
      kubeconfig: file,
      simulator,
      syncUrl: sync.url,
      operator,
      examples,
      secrets: [simulator.token, ...Object.values(secrets)],
      proofs: [],
      prove(what, holds) {
        if (!holds) throw new Error(`it does not hold that ${what}`);
        stage.proofs.push(what);
        print.proved(what);
      },
      async until(what, look, limitMs = LIMIT_MS) {
        const deadline = clock.monotonic() + limitMs;
        for (;;) {
          const seen = await look();
          if (seen !== undefined && seen !== false) return seen;
          if (clock.monotonic() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`);
          await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
        }
      },
      async condition(kind, name, type) {
        const found = conditionOf(await cluster.get(kind, name), type);
        return found && `${found.status} ${found.reason}`;
      },
      untilReady: (kind, name) =>
        stage.until(`${kind} ${name} to be Ready`, async () => {
          const object = await cluster.get(kind, name);
          const ready = conditionOf(object, 'Ready');
          const current = ready?.observedGeneration === object?.metadata.generation;
          return current && ready?.status === 'True' ? object : undefined;
        }),
      inSync: (collection, name) => [...simulator.state[collection].values()].find((item) => nameOf(item) === name),
      writesSince: (at) =>
        simulator
          .writes()
          .filter((request) => request.at >= at)
          .map(({ method, operation }) => `${method} ${operation}`),
      close,
    };
    return stage;
  } catch (error) {
    await close();
    throw error;
  }
}

function conditionOf(object: Loose, type: string): Loose {
  return object?.status?.conditions?.find((condition: Loose) => condition.type === type);
}
