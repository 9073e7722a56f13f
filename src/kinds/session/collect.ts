import type { Again } from '../../sync/paging.ts';
import type { Change } from '../../sync/picture.ts';
import type { TakeEntity } from '../../sync/session.ts';
import { type Collection, createCollection } from '../../sync/snapshot.ts';
import type { RemoteName, SessionContext } from './context.ts';

export interface Collected {
  /** The kind of the resources: `SyncJob`. */
  kind: string;
  /** Absent for what lies above or below workspaces. */
  workspaceId?: string;
  /** Listed once and then when somebody asks, never by time. */
  onRequest?: boolean;
  /** Hands on each listed object that `again` does not take; rejects unless they were all. */
  list(take: TakeEntity, signal?: AbortSignal, again?: Again): Promise<void>;
  /** The operation that reads one: `jobs.get`. Servers without it have their whole objects kept from the lists. */
  getOperation: string;
  onChange?(changes: readonly Change[]): void;
}

/** A polled collection that wakes the resources concerned. */
export function collect(
  { deps, key, settings, client, writes }: SessionContext,
  { kind, workspaceId, onRequest = false, list, getOperation, onChange }: Collected,
): Collection {
  return createCollection({
    list(take, signal, again) {
      const seen: TakeEntity = (entity, mark) => {
        writes.listed(entity.id);
        take(entity, mark);
      };
      return list(seen, signal, (mark) => {
        const known = again?.(mark);
        if (known) writes.listed(known.id);
        return known;
      });
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
