import type { Reconciler } from '../engine/reconciler.ts';
import { keyOf, type Resource } from '../engine/resource.ts';
import { refOf, type Wired } from '../engine/wakes.ts';
import type { SessionsDeps } from '../kinds/session/context.ts';

type Links = Pick<SessionsDeps, 'wake' | 'deepDue' | 'known' | 'serverChanged'>;

/** Dependents of a server that are woken at once when it changes, and the pause before the next ones; a limited rate. */
const BATCH = 50;
const PAUSE_MS = 1_000;

/** How the live servers find the resources that their changes concern. `reconcilers` is filled in once this process leads. */
export function createSessionLinks(wired: readonly Wired[], reconcilers: ReadonlyMap<string, Reconciler>): Links {
  const byKind = new Map(wired.map((one) => [one.kind, one]));
  const dependents = createDependents(wired);
  /** A run also keeps what the job refers to from being changed. */
  const wakeHeldUp = (one: Wired, key: string) => {
    const job = one.store.get(key);
    for (const ref of job ? one.references(job) : []) {
      const [kind, namespace, name] = ref.split('/') as [string, string, string];
      const target = byKind.get(kind)?.store.get(`${namespace}/${name}`);
      const busy = target?.status?.conditions?.some(({ type, reason }) => type === 'Ready' && reason === 'RemoteBusy');
      if (busy) byKind.get(kind)!.queue.add(`${namespace}/${name}`, 'retry');
    }
  };
  return {
    wake(kind, _workspaceId, objects, reason) {
      const one = byKind.get(kind);
      if (!one) return;
      const keys = new Set<string>();
      for (const { id, name } of objects) {
        for (const resource of one.store.byIndex('remoteId', id)) keys.add(keyOf(resource));
        const named = name === undefined ? [] : one.store.byIndex('remoteName', name);
        for (const resource of named) if (resource.status?.owned !== true) keys.add(keyOf(resource));
      }
      for (const key of keys) {
        one.queue.add(key, 'drift');
        if (reason === 'run') wakeHeldUp(one, key);
      }
    },
    deepDue(kind, id) {
      const one = byKind.get(kind);
      const resources = one?.store.byIndex('remoteId', id) ?? [];
      for (const resource of resources) {
        reconcilers.get(kind)?.deepDue(keyOf(resource));
        one!.queue.add(keyOf(resource), 'drift');
      }
      return resources.length > 0;
    },
    *known(kind, serverKey, workspaceId) {
      for (const resource of dependents(`SyncServer/${serverKey}`, workspaceId)) {
        if (resource.kind === kind && resource.status?.owned && resource.status.id) yield resource.status.id;
      }
    },
    serverChanged(serverKey) {
      // Before that everything waits for its first pass anyway.
      if (reconcilers.size === 0) return;
      byKind.get('SyncServer')?.queue.add(serverKey, 'user');
      let delay = 0;
      let count = 0;
      for (const resource of dependents(`SyncServer/${serverKey}`, undefined)) {
        if (++count % BATCH === 0) delay += PAUSE_MS;
        byKind.get(resource.kind)?.queue.addAfter(keyOf(resource), delay, 'startup');
      }
    },
  };
}

/** All resources below a server, in one workspace of it or in all. */
function createDependents(wired: readonly Wired[]) {
  return function* dependents(ref: string, workspaceId: string | undefined): Generator<Resource> {
    for (const { store, kind } of wired) {
      for (const resource of store.byIndex('ref', ref)) {
        if (kind === 'SyncWorkspace') {
          if (workspaceId === undefined) yield resource;
          if (workspaceId === undefined || resource.status?.id === workspaceId)
            yield* dependents(refOf(resource), undefined);
        } else if (workspaceId === undefined || (resource.spec.workspaceRef as { id?: string })?.id === workspaceId) {
          yield resource;
          // What lies in a pipeline depends on the server through it.
          if (kind === 'SyncPipeline') yield* dependents(refOf(resource), undefined);
        }
      }
    }
  };
}
