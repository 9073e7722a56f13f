import type { Json } from '../../ports/json.ts';
import { isObject } from '../json.ts';
import type { Entity } from '../models/entity.ts';
import { decodeRun, decodeTaskRun, type RunRecord, type TaskRunRecord } from '../models/records.ts';
import type { Again } from '../paging.ts';
import type { CallOptions, Created, Session, TakeEntity } from '../session.ts';
import { type ChildrenApi, createChildrenApi } from './children.ts';
import { createRunsApi, newestFirst, type RunsApi, readHistoryEntry } from './runs.ts';

/** sync-api-v2.md section 4.3. Every function rejects with SyncError only. */
export interface JobsApi extends RunsApi {
  list(workspaceId: string, options?: CallOptions): Promise<Entity[]>;
  /** Hands on each object of the list that `again` does not take. Only when it resolves were they all. */
  each(workspaceId: string, take: TakeEntity, options?: CallOptions, again?: Again): Promise<void>;
  /** In no list of the documentation: `unsupported` on servers without it, where the list is all there is. */
  get(id: string, options?: CallOptions): Promise<Entity>;
  create(workspaceId: string, fields: ReadonlyMap<string, Json>, options?: CallOptions): Promise<Created>;
  update(base: Entity, changes: ReadonlyMap<string, Json>, options?: CallOptions): Promise<void>;
  delete(id: string, options?: CallOptions): Promise<void>;
  cancel(id: string, options?: CallOptions): Promise<void>;
  historyEntry(id: string, historyId: string, options?: CallOptions): Promise<RunRecord>;
  tasks: ChildrenApi & {
    get(jobId: string, taskId: string, options?: CallOptions): Promise<Entity>;
    /** The last run of every task. */
    lastRun(jobId: string, options?: CallOptions): Promise<TaskRunRecord[]>;
    history(jobId: string, taskId: string, options?: CallOptions): Promise<RunRecord[]>;
  };
}

export function createJobsApi(session: Session): JobsApi {
  const within = (workspace_id: string, options?: CallOptions) => ({ ...options, params: { workspace_id } });
  const at = (job_id: string, options?: CallOptions) => ({ ...options, params: { job_id } });
  const taskAt = (job_id: string, task_id: string, options?: CallOptions) => ({
    ...options,
    params: { job_id, task_id },
  });
  return {
    ...createRunsApi(session, 'jobs', 'job_id'),
    list: (workspaceId, options) => session.entities('job', 'jobs.list', within(workspaceId, options)),
    each: (workspaceId, take, options, again) =>
      session.eachEntity('job', 'jobs.list', within(workspaceId, options), take, again),
    get: (id, options) => session.entity('job', 'jobs.get', at(id, options), id),
    create: (workspaceId, fields, options) =>
      session.create('job', 'jobs.create', within(workspaceId, options), fields),
    update: (base, changes, options) => session.update('job', 'jobs.update', at(base.id, options), base, changes),
    delete: async (id, options) => void (await session.call('jobs.delete', at(id, options))),
    cancel: async (id, options) => void (await session.act('jobs.cancel', at(id, options))),
    historyEntry: (id, history_id, options) =>
      readHistoryEntry(session, 'jobs.historyEntry', { ...options, params: { job_id: id, history_id } }, id),
    tasks: {
      ...createChildrenApi(session, {
        kind: 'jobTask',
        prefix: 'jobs.tasks',
        parentParam: 'job_id',
        childParam: 'task_id',
      }),
      get: (jobId, taskId, options) =>
        session.entity('jobTask', 'jobs.tasks.get', taskAt(jobId, taskId, options), taskId),
      lastRun: async (jobId, options) => {
        const items = await session.items('jobs.tasks.lastRun', at(jobId, options));
        return items.filter(isObject).map((item) => decodeTaskRun(item, session.wire, session.scrub));
      },
      history: async (jobId, taskId, options) => {
        const items = await session.items('jobs.tasks.history', taskAt(jobId, taskId, options));
        return newestFirst(items.filter(isObject).map((item) => decodeRun(item, session.wire, session.scrub, taskId)));
      },
    },
  };
}
