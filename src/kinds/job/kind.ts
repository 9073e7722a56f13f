import { FIELDS, parseSyncJob, type SyncJobSpec } from '../../api/syncJob.ts';
import type { Kind } from '../../engine/kind.ts';
import type { Resource } from '../../engine/resource.ts';
import type { KindContext } from '../context.ts';
import { referenceTo } from '../place/references.ts';
import { createRunningKind } from '../running/runningKind.ts';
import type { Reached } from '../shared/passes.ts';
import { desiredJob } from './desired.ts';
import { type JobMemory, verifyingTables } from './hooks.ts';
import { naturalTask, withOneSubject } from './tasks.ts';

export const REACHED: Reached = {
  kind: 'job',
  api: ({ jobs }, workspaceId) => ({
    ...jobs,
    getOperation: 'jobs.get',
    create: (fields, options) => jobs.create(workspaceId, fields, options),
    children: withOneSubject(jobs.tasks),
  }),
  collection: ({ jobs }) => jobs,
  renames: { sourceRef: 'source', destinationRef: 'destination' },
};

/** SyncJob: tables of a source, replicated to a destination as ordered tasks (sync-api-v2.md sections 3.3, 3.4 and 4.3). */
export function createJobKind(context: KindContext): Kind {
  return createRunningKind<JobMemory>(context, {
    name: 'SyncJob',
    fields: FIELDS,
    children: { noun: 'Task', list: 'tasks', natural: naturalTask, loss: 'the replication state' },
    lossWhenRemade: 'the replication state of its tables: everything would be loaded anew',
    parse: parseSyncJob,
    reached: REACHED,
    crons: ['schedule.cron'],
    runs: ({ jobRuns }) => jobRuns,
    cancel: ({ jobs }, id) => jobs.cancel(id),
    references: connectionReferences,
    desired: desiredJob,
    hooks: verifyingTables,
  });
}

function connectionReferences({ spec, metadata }: Resource): string[] {
  const { sourceRef, destinationRef } = spec as unknown as SyncJobSpec;
  return [sourceRef?.name, destinationRef?.name]
    .filter((name) => name !== undefined)
    .map((name) => referenceTo('SyncConnection', metadata.namespace, name));
}
