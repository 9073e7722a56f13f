import { createKinds } from '../../app/controllers.ts';
import { createSessionLinks } from '../../app/sessionLinks.ts';
import type { Kind } from '../../engine/kind.ts';
import type { Macs } from '../../engine/macs.ts';
import type { EngineDeps, PassResult } from '../../engine/pass.ts';
import { createPreview, type Preview } from '../../engine/preview.ts';
import { createReconciler } from '../../engine/reconciler.ts';
import type { Resource } from '../../engine/resource.ts';
import { indexStore, refOf, type Wired } from '../../engine/wakes.ts';
import type { KindContext } from '../../kinds/context.ts';
import { createServerReconciler } from '../../kinds/server/reconcile.ts';
import { references as serverReferences } from '../../kinds/server/references.ts';
import { createSessions } from '../../kinds/session/createSessions.ts';
import type { ValueReader } from '../../kube/secretReader.ts';
import { silentLogger } from '../../ports/logger.ts';
import { silentMeter } from '../../ports/meter.ts';
import { createOrigins } from '../../sync/origin.ts';
import type { Context } from '../command.ts';
import { readOnly } from '../readOnly.ts';
import { withPlannedPlaces } from './plannedPlaces.ts';
import { memoryWriter, storesOf } from './stores.ts';
import { passOver } from './worklist.ts';

export interface DirectInput {
  /** All that is known: what is planned, and what that may refer to. */
  resources: readonly Resource[];
  /** What is planned, by `SyncJob/team/nightly`. */
  selected: ReadonlySet<string>;
  values: ValueReader;
  macs: Macs;
  namespaceLabels: KindContext['namespaceLabels'];
  /** Told how many objects have been looked at, and of how many. */
  progress(done: number, all: number): void;
}

export interface DirectPlan {
  outcomes: Preview['outcomes'];
  /** The object as it would be then; its conditions say what is in the way. */
  after(ref: string): Resource | undefined;
}

/** Plans by the controller's own passes, over objects in memory and a server that is only read. Rejects with what a pass rejects with. */
export async function planDirectly(
  { clock, random, transport, signal }: Pick<Context, 'clock' | 'random' | 'transport' | 'signal'>,
  { resources, selected, values, macs, namespaceLabels, progress }: DirectInput,
): Promise<DirectPlan> {
  const logger = silentLogger();
  const stores = storesOf(resources);
  const kinds: Kind[] = [];
  const kindOf = (name: string) => kinds.find((kind) => kind.name === name);
  const wired: Wired[] = Object.entries(stores).map(([kind, store]) => ({
    kind,
    store,
    queue: NO_QUEUE,
    references: (resource) =>
      kind === 'SyncServer' ? serverReferences(resource) : (kindOf(kind)?.references(resource) ?? []),
    nameOf: (resource) => kindOf(kind)?.nameOf?.(resource) ?? (resource.spec.name as string | undefined),
  }));
  const origins = createOrigins({ clock, random, transport: readOnly(transport, 'a plan'), meter: silentMeter() });
  const { known } = createSessionLinks(wired, new Map());
  const links = { known, whenKnown: async () => {}, wake() {}, deepDue: () => true, serverChanged() {} };
  const sessions = createSessions({ clock, random, origins, ...links });
  const context: KindContext = {
    clock,
    random,
    logger,
    stores,
    sessions: withPlannedPlaces(sessions, { clock, random }),
    values,
    namespaceLabels,
    createRun: async () => {},
  };
  const preview = createPreview();
  kinds.push(...createKinds(context).map(preview.wrap));
  for (const one of wired) indexStore(one);

  const work = passOver({ wired, selected, signal, progress });
  const deps: EngineDeps = {
    clock,
    random,
    logger,
    macs,
    preview,
    kube: memoryWriter(stores, work.changed),
    record() {},
    // Nothing of this may write; whoever asks anyway is told so.
    mayWrite: () => false,
    get: (kind, key) => stores[kind]?.get(key),
    claimants: (kind, claim) => stores[kind]?.byIndex('claim', claim) ?? [],
    referrers: (resource) => wired.flatMap(({ store }) => store.byIndex('ref', refOf(resource))),
    wake() {},
    isTerminating: async () => false,
    count() {},
  };
  const passes = new Map<string, (key: string) => Promise<PassResult>>([
    ['SyncServer', createServerReconciler({ ...deps, context, sessions })],
    ...kinds.map((kind) => [kind.name, fullPasses(kind, deps)] as const),
  ]);
  try {
    await work.run(passes);
  } finally {
    sessions.closeAll();
  }
  return {
    outcomes: preview.outcomes,
    after(ref) {
      const [kind, ...key] = ref.split('/') as [string, string, string];
      return stores[kind]?.get(key.join('/'));
    },
  };
}

const NO_QUEUE = { add() {}, addAfter() {} } as unknown as Wired['queue'];

/** Whatever lists show: what is planned is read in full. */
function fullPasses(kind: Kind, deps: EngineDeps): (key: string) => Promise<PassResult> {
  const reconciler = createReconciler(kind, deps);
  return (key) => {
    reconciler.deepDue(key);
    return reconciler.reconcile(key);
  };
}
