import { definitionOf } from '../api/registry.ts';
import { createBreath } from '../engine/breath.ts';
import { type Controller, createController } from '../engine/controller.ts';
import type { Kind } from '../engine/kind.ts';
import { createResourceWriter } from '../engine/kubeWriter.ts';
import type { Macs } from '../engine/macs.ts';
import type { EngineDeps, PassResult } from '../engine/pass.ts';
import { createReconciler, type Reconciler } from '../engine/reconciler.ts';
import type { Resource } from '../engine/resource.ts';
import { createRunReconciler } from '../engine/run/runReconciler.ts';
import { refOf, type Wired } from '../engine/wakes.ts';
import { createConnectionKind } from '../kinds/connection/kind.ts';
import type { KindContext } from '../kinds/context.ts';
import { createEventKind } from '../kinds/event/kind.ts';
import { createJobKind } from '../kinds/job/kind.ts';
import { createPipelineKind } from '../kinds/pipeline/kind.ts';
import { createRunKind } from '../kinds/run/kind.ts';
import { createServerReconciler } from '../kinds/server/reconcile.ts';
import type { SessionsControl } from '../kinds/session/createSessions.ts';
import { createTransformationKind } from '../kinds/transformation/kind.ts';
import { createUserKind } from '../kinds/user/kind.ts';
import { createWorkspaceKind } from '../kinds/workspace/kind.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Elector } from '../kube/lease.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { Recorder } from '../kube/recorder.ts';
import type { Store } from '../kube/store.ts';
import { controllerRuntimeMetrics } from '../observability/controllerMetrics.ts';
import type { Ports } from '../ports/ports.ts';
import { typeOf } from './caches.ts';
import { runMeter } from './runMetrics.ts';
import { removeResource } from './runObjects.ts';

/** Workers a kind: they mostly wait for the network, and the server's own limits bind first. */
const WORKERS = 16;

export interface ControllersInput {
  ports: Ports;
  client: KubeClient;
  kinds: readonly Kind[];
  context: KindContext;
  sessions: SessionsControl;
  wired: readonly Wired[];
  namespaces: Store<KubeObject>;
  recorder: Recorder;
  elector: Elector | undefined;
  macs: Macs;
}

export interface Controllers {
  controllers: Controller[];
  /** The reconcilers of kinds that own remote objects, by kind. */
  reconcilers: ReadonlyMap<string, Reconciler>;
}

/** The kinds that own remote objects. */
export function createKinds(context: KindContext): Kind[] {
  return [
    createWorkspaceKind(context),
    createConnectionKind(context),
    createJobKind(context),
    createTransformationKind(context),
    createPipelineKind(context),
    createEventKind(context),
    createUserKind(context),
  ];
}

/** One controller a kind, all over one set of dependencies. */
export function createControllers(input: ControllersInput): Controllers {
  const { ports, wired, kinds } = input;
  const measures = controllerRuntimeMetrics(ports.meter);
  const breathe = createBreath(ports.clock);
  const reconcilers = new Map(kinds.map((kind) => [kind.name, createReconciler(kind, engineDeps(input, kind.name))]));
  const controllers = wired.map(({ kind, queue }) =>
    createController({
      name: kind,
      queue,
      workers: WORKERS,
      reconcile: reconcilers.get(kind)?.reconcile ?? OTHER_PASSES[kind]!(input),
      clock: ports.clock,
      random: ports.random,
      logger: ports.logger,
      meter: measures(kind.toLowerCase(), WORKERS),
      breathe,
    }),
  );
  return { controllers, reconcilers };
}

/** Kinds that stand for no remote object have passes of their own. */
const OTHER_PASSES: Readonly<Record<string, (input: ControllersInput) => (key: string) => Promise<PassResult>>> = {
  SyncServer: serverPasses,
  SyncRun: runPasses,
};

function runPasses(input: ControllersInput): (key: string) => Promise<PassResult> {
  const { context, client, ports } = input;
  return createRunReconciler(createRunKind(context), {
    ...engineDeps(input, 'SyncRun'),
    runsOf: (key) => context.stores.SyncRun?.byIndex('runTarget', key) ?? [],
    remove: (resource) => removeResource(client, resource),
    meter: runMeter(ports.meter),
  });
}

function serverPasses(input: ControllersInput): (key: string) => Promise<PassResult> {
  return createServerReconciler({
    ...engineDeps(input, 'SyncServer'),
    context: input.context,
    sessions: input.sessions,
  });
}

function engineDeps(
  { ports, client, wired, namespaces, recorder, elector, macs, context }: ControllersInput,
  kind: string,
): EngineDeps {
  const { clock, random, logger, meter } = ports;
  const byKind = new Map(wired.map((one) => [one.kind, one]));
  const corrected = meter.counter('cdata_sync_drift_corrected_total', 'Drift that was corrected, by kind', ['kind']);
  const orphaned = meter.counter(
    'cdata_sync_orphaned_total',
    'Remote objects left behind by a forced release, by kind',
    ['kind'],
  );
  // A counter that appears with its first event hides that event from increase().
  for (const counter of [corrected, orphaned]) counter.inc({ kind }, 0);
  const mayWrite = (ms: number) => elector === undefined || elector.remainingMs() > ms;
  return {
    clock,
    random,
    logger,
    macs,
    kube: createResourceWriter(client, typeOf(definitionOf(kind)!), context.stores[kind]!, mayWrite),
    record: (resource, type, reason, message) => recorder.record(resource, type, reason, message),
    mayWrite,
    get: (name, key) => byKind.get(name)?.store.get(key),
    claimants: (name, claim) => byKind.get(name)?.store.byIndex('claim', claim) ?? [],
    referrers: (resource) => referrersOf(wired, resource),
    wake: (name, key) => byKind.get(name)?.queue.add(key, 'retry'),
    isTerminating: async (namespace) => namespaces.get(namespace)?.metadata.deletionTimestamp !== undefined,
    count: (what, of) => (what === 'driftCorrected' ? corrected : orphaned).inc({ kind: of }),
  };
}

function referrersOf(wired: readonly Wired[], resource: Resource): Resource[] {
  return wired.flatMap(({ store, needsNothing }) => (needsNothing ? [] : store.byIndex('ref', refOf(resource))));
}
