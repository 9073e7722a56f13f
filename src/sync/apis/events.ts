import type { Json } from '../../ports/json.ts';
import type { Entity } from '../models/entity.ts';
import type { CallOptions, Created, Session } from '../session.ts';

/** sync-api-v2.md section 4.6: the scripts of a pipeline. Every function rejects with SyncError only. */
export interface EventsApi {
  list(pipelineId: string, options?: CallOptions): Promise<Entity[]>;
  get(pipelineId: string, id: string, options?: CallOptions): Promise<Entity>;
  create(pipelineId: string, fields: ReadonlyMap<string, Json>, options?: CallOptions): Promise<Created>;
  update(pipelineId: string, base: Entity, changes: ReadonlyMap<string, Json>, options?: CallOptions): Promise<void>;
  delete(pipelineId: string, id: string, options?: CallOptions): Promise<void>;
}

export function createEventsApi(session: Session): EventsApi {
  const within = (pipeline_id: string, options?: CallOptions) => ({ ...options, params: { pipeline_id } });
  const at = (pipeline_id: string, event_id: string, options?: CallOptions) => ({
    ...options,
    params: { pipeline_id, event_id },
  });
  return {
    list: (pipelineId, options) => session.entities('event', 'events.list', within(pipelineId, options)),
    get: (pipelineId, id, options) => session.entity('event', 'events.get', at(pipelineId, id, options), id),
    create: (pipelineId, fields, options) =>
      session.create('event', 'events.create', within(pipelineId, options), fields),
    update: (pipelineId, base, changes, options) =>
      session.update('event', 'events.update', at(pipelineId, base.id, options), base, changes),
    delete: async (pipelineId, id, options) => void (await session.call('events.delete', at(pipelineId, id, options))),
  };
}
