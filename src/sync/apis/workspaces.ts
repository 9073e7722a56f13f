import type { Json } from '../../ports/json.ts';
import type { Entity } from '../models/entity.ts';
import type { CallOptions, Created, Session } from '../session.ts';

/** sync-api-v2.md section 4.1. Every function rejects with SyncError only. */
export interface WorkspacesApi {
  list(options?: CallOptions): Promise<Entity[]>;
  /** `default` is the default workspace; the entity has its real id. */
  get(id: string, options?: CallOptions): Promise<Entity>;
  create(fields: ReadonlyMap<string, Json>, options?: CallOptions): Promise<Created>;
  update(base: Entity, changes: ReadonlyMap<string, Json>, options?: CallOptions): Promise<void>;
  delete(id: string, options?: CallOptions): Promise<void>;
}

export function createWorkspacesApi(session: Session): WorkspacesApi {
  const at = (workspace_id: string, options?: CallOptions) => ({ ...options, params: { workspace_id } });
  return {
    list: (options) => session.entities('workspace', 'workspaces.list', { ...options }),
    get: (id, options) => session.entity('workspace', 'workspaces.get', at(id, options), id),
    create: (fields, options) => session.create('workspace', 'workspaces.create', { ...options }, fields),
    update: (base, changes, options) =>
      session.update('workspace', 'workspaces.update', at(base.id, options), base, changes),
    delete: async (id, options) => void (await session.call('workspaces.delete', at(id, options))),
  };
}
