import type { Json } from '../../ports/json.ts';
import type { Entity } from '../models/entity.ts';
import type { Again } from '../paging.ts';
import type { CallOptions, Created, Session, TakeEntity } from '../session.ts';
import { type ChildrenApi, createChildrenApi } from './children.ts';
import { createRunsApi, type RunsApi } from './runs.ts';

/** sync-api-v2.md section 4.4; there is no cancel. Every function rejects with SyncError only. */
export interface TransformationsApi extends RunsApi {
  list(workspaceId: string, options?: CallOptions): Promise<Entity[]>;
  /** Hands on each object of the list that `again` does not take. Only when it resolves were they all. */
  each(workspaceId: string, take: TakeEntity, options?: CallOptions, again?: Again): Promise<void>;
  get(id: string, options?: CallOptions): Promise<Entity>;
  create(workspaceId: string, fields: ReadonlyMap<string, Json>, options?: CallOptions): Promise<Created>;
  update(base: Entity, changes: ReadonlyMap<string, Json>, options?: CallOptions): Promise<void>;
  delete(id: string, options?: CallOptions): Promise<void>;
  tasks: ChildrenApi & { get(transformationId: string, taskId: string, options?: CallOptions): Promise<Entity> };
}

export function createTransformationsApi(session: Session): TransformationsApi {
  const within = (workspace_id: string, options?: CallOptions) => ({ ...options, params: { workspace_id } });
  const at = (transformation_id: string, options?: CallOptions) => ({ ...options, params: { transformation_id } });
  const tasks = createChildrenApi(session, {
    kind: 'transformationTask',
    prefix: 'transformations.tasks',
    parentParam: 'transformation_id',
    childParam: 'task_id',
  });
  return {
    ...createRunsApi(session, 'transformations', 'transformation_id'),
    list: (workspaceId, options) =>
      session.entities('transformation', 'transformations.list', within(workspaceId, options)),
    each: (workspaceId, take, options, again) =>
      session.eachEntity('transformation', 'transformations.list', within(workspaceId, options), take, again),
    get: (id, options) => session.entity('transformation', 'transformations.get', at(id, options), id),
    create: (workspaceId, fields, options) =>
      session.create('transformation', 'transformations.create', within(workspaceId, options), fields),
    update: (base, changes, options) =>
      session.update('transformation', 'transformations.update', at(base.id, options), base, changes),
    delete: async (id, options) => void (await session.call('transformations.delete', at(id, options))),
    tasks: {
      ...tasks,
      get: (transformation_id, task_id, options) =>
        session.entity(
          'transformationTask',
          'transformations.tasks.get',
          { ...options, params: { transformation_id, task_id } },
          task_id,
        ),
    },
  };
}
