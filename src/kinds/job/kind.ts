import { FIELDS, parseSyncJob, type SyncJobSpec } from '../../api/syncJob.ts';
import { unknownWords } from '../../api/words.ts';
import type { Kind } from '../../engine/kind.ts';
import type { Resource } from '../../engine/resource.ts';
import { validCron } from '../../sync/due.ts';
import type { KindContext } from '../context.ts';
import { placeInWorkspace } from '../place/place.ts';
import { placeReferences, referenceTo } from '../place/references.ts';
import { type Reached, reach, unlessDeleting } from '../shared/passes.ts';
import { createMemory } from '../shared/remembered.ts';
import { spelledAs } from '../shared/spelling.ts';
import { desiredJob } from './desired.ts';
import { hooksOf, type JobMemory } from './hooks.ts';
import { naturalTask, withOneSubject } from './tasks.ts';

const JOB: Reached = {
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
  const memoryOf = createMemory<JobMemory>(context, 'SyncJob', () => ({}));
  return {
    name: 'SyncJob',
    fields: FIELDS,
    children: { noun: 'Task', list: 'tasks', natural: naturalTask },
    activation: 'schedule.enabled',
    lossWhenRemade: 'the replication state of its tables: everything would be loaded anew',
    problems(resource) {
      const parsed = parseSyncJob(resource);
      return parsed.ok ? cronProblems(parsed.value.spec) : parsed.problems;
    },
    warnings: ({ spec }) => unknownWords(FIELDS, spec),
    references: (resource) => [...placeReferences(resource), ...connectionReferences(resource)],
    async gather(resource) {
      const place = placeInWorkspace(context, resource);
      const desired = await unlessDeleting(resource, () => desiredJob(context, resource, place));
      const reached = reach(context, resource, place, JOB);
      const memory = memoryOf(resource);
      const { jobRuns, deepReads } = place.workspace.session;
      const id = resource.status?.id;
      memory.unfollow = () => {
        if (id === undefined) return;
        jobRuns.unfollow(id);
        deepReads.remove(`job/${id}`);
      };
      return {
        ...reached,
        remote: spelledAs(desired, reached.remote),
        desired,
        hooks: hooksOf(resource, place, memory),
      };
    },
  };
}

function cronProblems({ schedule }: SyncJobSpec) {
  const problem = schedule?.cron === undefined ? undefined : validCron(schedule.cron);
  if (problem === undefined) return [];
  return [{ path: 'spec.schedule.cron', message: `${problem}; write it as Sync takes it, as 0 0 2 * * *` }];
}

function connectionReferences({ spec, metadata }: Resource): string[] {
  const { sourceRef, destinationRef } = spec as unknown as SyncJobSpec;
  return [sourceRef?.name, destinationRef?.name]
    .filter((name) => name !== undefined)
    .map((name) => referenceTo('SyncConnection', metadata.namespace, name));
}
