import { isDeepStrictEqual } from 'node:util';
import type { Change, Store } from '../kube/store.ts';
import { claimsOf, makingOf } from './claims.ts';
import type { Queue } from './queue.ts';
import { keyOf, type Resource } from './resource.ts';

/** One kind as the wiring sees it. */
export interface Wired {
  kind: string;
  store: Store<Resource>;
  queue: Queue;
  references(resource: Resource): string[];
  /** What the resource is called on the server. */
  nameOf(resource: Resource): string | undefined;
  /** Those that refer to something without needing it: they keep nothing from being deleted. */
  needsNothing?: boolean;
}

/** `SyncServer/team/prod`: how references and the index `ref` name a resource. */
export function refOf(resource: Resource): string {
  return `${resource.kind}/${keyOf(resource)}`;
}

/** Adds the indexes that wake-ups, claims and remote changes are found by. */
export function indexStore({ store, references, nameOf }: Wired): void {
  store.addIndex('ref', references);
  store.addIndex('claim', (resource) => [...claimsOf(resource), ...makingOf(resource, nameOf(resource))]);
  store.addIndex('remoteId', ({ status }) => (status?.id ? [status.id] : []));
  store.addIndex('remoteName', (resource) => {
    const name = nameOf(resource);
    return name === undefined ? [] : [name];
  });
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
  const wakeRef = (ref: string, isNeeded: boolean) => {
    const [kind, namespace, name] = ref.split('/') as [string, string, string];
    const wired = byKind.get(kind);
    const target = wired?.store.get(`${namespace}/${name}`);
    // What deletes something needs what it refers to until then, and frees it afterwards.
    if (target && (isNeeded || target.metadata.deletionTimestamp || target.metadata.finalizers))
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
      // What a server or workspace says holds for all below it, however far, and so does where it is.
      const saysOther = before?.metadata.generation !== after?.metadata.generation;
      wakeReferrers(all, resource, saysOther || before?.status?.id !== after?.status?.id);
    }
    if (!after || !isDeepStrictEqual(before?.metadata.finalizers, after.metadata.finalizers)) {
      // What it lies in must outlast it from the moment on that it has to be deleted on the server.
      const isNeeded = (after?.metadata.finalizers?.length ?? 0) > (before?.metadata.finalizers?.length ?? 0);
      for (const ref of wired.references(resource)) wakeRef(ref, isNeeded);
    }
    wakeRivals(wired, before, after);
  };
}

/** A pipeline and its events refer to each other: each is woken once. */
function wakeReferrers(all: readonly Wired[], resource: Resource, deep: boolean, woken = new Set<string>()): void {
  for (const { store, queue } of all) {
    for (const referrer of store.byIndex('ref', refOf(resource))) {
      const ref = refOf(referrer);
      if (woken.has(ref)) continue;
      woken.add(ref);
      queue.add(keyOf(referrer), 'retry');
      if (deep) wakeReferrers(all, referrer, deep, woken);
    }
  }
}

function wakeRivals(wired: Wired, before: Resource | undefined, after: Resource | undefined): void {
  const [had, has] = [before, after].map((resource) => (resource ? claimsOf(resource) : []));
  if (before?.status?.owned === after?.status?.owned && had!.join() === has!.join()) return;
  for (const claim of new Set([...had!, ...has!])) {
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
  const children = status?.children?.map(({ id, key }) => [id, key]);
  return [
    ...[metadata.uid, metadata.deletionTimestamp, metadata.generation],
    ...[spec.suspend, status?.id, children, status?.tokens, status?.applied],
  ];
}
