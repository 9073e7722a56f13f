import { SYNC_JOB } from '../../api/syncJob.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { ExportRules } from '../export/rules.ts';
import { REACHED } from './kind.ts';

export const EXPORT: ExportRules = {
  definition: SYNC_JOB,
  within: { field: 'workspaceRef', kind: 'SyncWorkspace' },
  list: ({ jobs }, workspaceId) => jobs.list(workspaceId),
  get: ({ jobs }, id, _parent, options) => jobs.get(id, options),
  children: { list: 'tasks', api: ({ jobs }) => jobs.tasks },
  renames: REACHED.renames,
  references: { sourceRef: 'SyncConnection', destinationRef: 'SyncConnection' },
  refine({ tasks = [] }) {
    // A server may show a query for a table; what a task is known by is the table (tasks.ts).
    for (const task of tasks as JsonObject[]) if (task.table !== undefined) delete task.query;
  },
};
