import { isDeepStrictEqual } from 'node:util';
import type { Change, Store } from '../kube/store.ts';
import { claimsOf } from './claims.ts';
import type { Queue } from './queue.ts';
import { keyOf, type Resource } from './resource.ts';

/** One kind as the wiring sees it. */
export interface Wired {
  kind: string;
  store: Store<Resource>;
  queue: Queue;
  references(resource: Resource): string[];
}

/** `SyncServer/team/prod`: how references and the index `ref` name a resource. */
export function refOf(resource: Resource): string {
  return `${resource.kind}/${keyOf(resource)}`;
}

/** Adds the indexes that wake-ups, claims and remote changes are found by. */
export function indexStore({ store, references }: Wired): void {
  store.addIndex('ref', references);
  store.addIndex('claim', claimsOf);
  store.addIndex('remoteId', ({ status }) => (status?.id ? [status.id] : []));
  store.addIndex('remoteName', ({ spec }) => (typeof spec.name === 'string' ? [spec.name] : []));
}

/**
 * Turns changes of resources into keys to look at: the resource itself when a person changed it, those that refer to it when
 * what they use of it changed, what it refers to when that waits for it to go, and rivals for one remote object.
 */
export function createWakes(
  all: readonly Wired[],
  hasStarted: () => boolean,
): (kind: Wired, change: Change<Resource>) => void {
  const byKind = new Map(all.map((wired) => [wired.kind, wired]));
  const wakeRef = (ref: string, needed: boolean) => {
    const [kind, namespace, name] = ref.split('/') as [string, string, string];
    const wired = byKind.get(kind);
    const target = wired?.store.get(`${namespace}/${name}`);
    // What deletes something needs what it refers to until then, and frees it afterwards.
    if (target && (needed || target.metadata.deletionTimestamp || target.metadata.finalizers))
      wired!.queue.add(keyOf(target), 'retry');
  };
  return (wired, { key, before, after }) => {
    if (!after) {
      wired.queue.add(key, 'delete');
    } else if (!before) {
      wired.queue.add(key, hasStarted() ? 'user' : 'startup');
    } else if (askedFor(before, after)) {
      wired.queue.add(key, after.metadata.deletionTimestamp ? 'delete' : 'user');
    }
    const resource = (after ?? before)!;
    if (!isDeepStrictEqual(usedByOthers(before), usedByOthers(after))) {
      // What a server or workspace says holds for all below it, however far.
      wakeReferrers(all, resource, before?.metadata.generation !== after?.metadata.generation);
    }
    if (!after || !isDeepStrictEqual(before?.metadata.finalizers, after.metadata.finalizers)) {
      const needed = (after?.metadata.finalizers ?? []).length > 0;
      for (const ref of wired.references(resource)) wakeRef(ref, needed);
    }
    wakeRivals(wired, before, after);
  };
}

function wakeReferrers(all: readonly Wired[], resource: Resource, deep: boolean): void {
  for (const { store, queue } of all) {
    for (const referrer of store.byIndex('ref', refOf(resource))) {
      queue.add(keyOf(referrer), 'retry');
      if (deep) wakeReferrers(all, referrer, deep);
    }
  }
}

function wakeRivals(wired: Wired, before: Resource | undefined, after: Resource | undefined): void {
  if (before?.status?.owned === after?.status?.owned) return;
  for (const claim of new Set([...(before ? claimsOf(before) : []), ...(after ? claimsOf(after) : [])])) {
    for (const rival of wired.store.byIndex('claim', claim)) {
      if (rival.metadata.uid !== (after ?? before)!.metadata.uid) wired.queue.add(keyOf(rival), 'retry');
    }
  }
}

/** A person or a controller other than us changed something that a pass reads. */
function askedFor(before: Resource, after: Resource): boolean {
  return (
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    !isDeepStrictEqual(before.metadata.annotations, after.metadata.annotations)
  );
}

/** What those that refer to a resource use of it. */
function usedByOthers(resource: Resource | undefined): unknown {
  if (!resource) return undefined;
  const { metadata, spec, status } = resource;
  const { uid, deletionTimestamp, generation } = metadata;
  return [uid, deletionTimestamp, generation, spec.suspend, status?.id, status?.tokens, status?.applied];
}
