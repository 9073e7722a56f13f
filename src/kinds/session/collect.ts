import type { Change } from '../../sync/picture.ts';
import { type Collection, type CollectionOptions, createCollection } from '../../sync/snapshot.ts';
import type { RemoteName, SessionContext } from './context.ts';

export interface Collected {
  /** The kind of the resources: `SyncJob`. */
  kind: string;
  /** Absent for what lies above or below workspaces. */
  workspaceId?: string;
  /** Listed once and then when somebody asks, never by time. */
  onRequest?: boolean;
  list: CollectionOptions['list'];
  /** The operation that reads one: `jobs.get`. Servers without it have their whole objects kept from the lists. */
  getOperation: string;
  onSeen?: CollectionOptions['onSeen'];
  onChange?(changes: readonly Change[]): void;
}

/** A polled collection that wakes the resources concerned. */
export function collect(
  { deps, key, settings, client, writes }: SessionContext,
  { kind, workspaceId, onRequest = false, list, getOperation, onSeen, onChange }: Collected,
): Collection {
  return createCollection({
    async list(take, signal, again) {
      await list(take, signal, again);
      await deps.whenKnown(kind);
    },
    onSeen(object, asOf) {
      writes.listed(object.id);
      onSeen?.(object, asOf);
    },
    clock: deps.clock,
    random: deps.random,
    pollIntervalMs: onRequest ? Number.POSITIVE_INFINITY : settings.pollIntervalMs,
    lagGraceMs: settings.lagGraceMs,
    // A list on request is never old enough to be suspected.
    known: () => (onRequest ? [] : deps.known(kind, key, workspaceId)),
    keep: () => client.routeState(getOperation) === 'unsupported',
    onChange(changes) {
      onChange?.(changes);
      // Who wrote knows it already.
      const objects = changes.filter(({ cause }) => cause === 'list').flatMap(namesOf);
      if (objects.length > 0) deps.wake(kind, workspaceId, objects, 'list', key);
    },
    onState() {
      if (workspaceId !== undefined) deps.wake('SyncWorkspace', undefined, [{ id: workspaceId }], 'state', key);
    },
  });
}

/** Who waits for the old name learns that it is free, who waits for the new one that it is taken. */
function namesOf({ id, name, oldName }: Change): RemoteName[] {
  return [{ id, ...(name !== undefined && { name }) }, ...(oldName === undefined ? [] : [{ id, name: oldName }])];
}
