import type { SyncPipelineSpec, SyncPipelineStatus } from '../../api/syncPipeline.ts';
import type { KindHooks } from '../../engine/kind.ts';
import type { Remote } from '../../engine/remote.ts';
import type { Entity } from '../../sync/models/entity.ts';
import type { RunMemory } from '../running/hooks.ts';
import type { RunningInput } from '../running/runningKind.ts';
import { remoteCall } from '../shared/remoteCall.ts';

type Input = RunningInput<RunMemory>;

const LANE = { lane: 'user' } as const;

/**
 * What a pipeline holds when it is deleted: its steps go with it, its events go before it, and what is somebody else's stops it unless
 * `deleteContents` says otherwise (design §8).
 */
export function deletionHooks(input: Input): KindHooks {
  const { resource, place } = input;
  const { session } = place;
  const { events, pipelines } = session.client;
  const { deleteContents } = resource.spec as unknown as SyncPipelineSpec;
  const stepsOf = (id: string) => remoteCall(session, () => pipelines.steps.list(id, LANE));
  const eventsOf = (id: string) => remoteCall(session, () => events.list(id, LANE));
  return {
    async content(id) {
      if (deleteContents) return [];
      const ours = new Set((resource.status as SyncPipelineStatus).children?.map((step) => step.id));
      const [steps, scripts] = [await stepsOf(id), await eventsOf(id)];
      return [
        ...named('step', steps, (step) => ours.has(step.id)),
        ...named('event', scripts, (event) => isDeletedWithUs(input, event.id)),
      ];
    },
    async empty(id) {
      for (const step of listed(await stepsOf(id))) {
        if (session.writes.wasRemoved(step.id)) continue;
        await remoteCall(session, () => pipelines.steps.delete(id, step.id, LANE));
        session.writes.forget(step.id);
      }
    },
  };
}

/**
 * A pipeline that is deleted with its events where the spec gives them up. The server's own cascade (`pipeline_only=false`) is never
 * asked for: it would take along jobs and transformations, which are objects of their own.
 */
export function withContents(remote: Remote, { place: { session }, resource }: Omit<Input, 'running'>): Remote {
  const { events, pipelines } = session.client;
  if (!(resource.spec as unknown as SyncPipelineSpec).deleteContents) return remote;
  return {
    ...remote,
    async delete(id) {
      const scripts = listed(await remoteCall(session, () => events.list(id, LANE)));
      // What a step still runs may be refused.
      const steps = scripts.length === 0 ? [] : listed(await remoteCall(session, () => pipelines.steps.list(id, LANE)));
      for (const step of steps) await remoteCall(session, () => pipelines.steps.delete(id, step.id, LANE));
      for (const event of scripts) await remoteCall(session, () => events.delete(id, event.id, LANE));
      await remote.delete(id);
    },
  };
}

/** Whether a resource owns the event and takes it away when it is deleted itself. */
function isDeletedWithUs({ context, place }: Input, id: string): boolean {
  const owners = context.stores.SyncEvent?.byIndex('remoteId', id) ?? [];
  const { identity } = place.session;
  return owners.some(
    ({ status }) =>
      status?.owned === true &&
      status.policies?.deletionPolicy === 'Delete' &&
      (identity === undefined || status.serverIdentity === identity),
  );
}

function named(noun: string, found: Entity[] | 'unsupported', isOurs: (entity: Entity) => boolean): string[] {
  if (found === 'unsupported') return [`${noun}s, which this server does not list`];
  return found
    .map((entity, at) => ({ entity, at }))
    .filter(({ entity }) => !isOurs(entity))
    .map(({ entity, at }) => `${noun} ${entity.name === undefined ? at + 1 : `"${entity.name}"`}`);
}

function listed(found: Entity[] | 'unsupported'): Entity[] {
  return found === 'unsupported' ? [] : found;
}
