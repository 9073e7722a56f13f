import type { Json } from '../../ports/json.ts';
import type { Entity } from '../models/entity.ts';
import type { RunRecord } from '../models/records.ts';
import type { Again } from '../paging.ts';
import type { CallOptions, Created, Session, TakeEntity } from '../session.ts';
import { type ChildrenApi, createChildrenApi } from './children.ts';
import { createRunsApi, type RunsApi, readHistoryEntry } from './runs.ts';

/** sync-api-v2.md section 4.5. Every function rejects with SyncError only. */
export interface PipelinesApi extends RunsApi {
  list(workspaceId: string, options?: CallOptions): Promise<Entity[]>;
  /** Hands on each object of the list that `again` does not take. Only when it resolves were they all. */
  each(workspaceId: string, take: TakeEntity, options?: CallOptions, again?: Again): Promise<void>;
  get(id: string, options?: CallOptions): Promise<Entity>;
  create(workspaceId: string, fields: ReadonlyMap<string, Json>, options?: CallOptions): Promise<Created>;
  update(base: Entity, changes: ReadonlyMap<string, Json>, options?: CallOptions): Promise<void>;
  /** `pipelineOnly: false` presumably also deletes the jobs, transformations and events of its steps, so it is never left out. */
  delete(id: string, pipelineOnly: boolean, options?: CallOptions): Promise<void>;
  cancel(id: string, options?: CallOptions): Promise<void>;
  historyEntry(id: string, historyId: string, options?: CallOptions): Promise<RunRecord>;
  steps: ChildrenApi;
}

export function createPipelinesApi(session: Session): PipelinesApi {
  const within = (workspace_id: string, options?: CallOptions) => ({ ...options, params: { workspace_id } });
  const at = (pipeline_id: string, options?: CallOptions) => ({ ...options, params: { pipeline_id } });
  return {
    ...createRunsApi(session, 'pipelines', 'pipeline_id'),
    list: (workspaceId, options) => session.entities('pipeline', 'pipelines.list', within(workspaceId, options)),
    each: (workspaceId, take, options, again) =>
      session.eachEntity('pipeline', 'pipelines.list', within(workspaceId, options), take, again),
    get: (id, options) => session.entity('pipeline', 'pipelines.get', at(id, options), id),
    create: (workspaceId, fields, options) =>
      session.create('pipeline', 'pipelines.create', within(workspaceId, options), fields),
    update: (base, changes, options) =>
      session.update('pipeline', 'pipelines.update', at(base.id, options), base, changes),
    delete: async (id, pipelineOnly, options) => {
      const query = { pipeline_only: String(pipelineOnly) };
      await session.call('pipelines.delete', { ...at(id, options), query });
    },
    cancel: async (id, options) => void (await session.act('pipelines.cancel', at(id, options))),
    historyEntry: (id, history_id, options) =>
      readHistoryEntry(session, 'pipelines.historyEntry', { ...options, params: { pipeline_id: id, history_id } }, id),
    steps: createChildrenApi(session, {
      kind: 'step',
      prefix: 'pipelines.steps',
      parentParam: 'pipeline_id',
      childParam: 'step_id',
    }),
  };
}
