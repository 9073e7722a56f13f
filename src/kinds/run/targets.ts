import type { RemotePart, RemoteRun } from '../../engine/run/model.ts';
import type { SyncClient } from '../../sync/client.ts';
import type { RunsOfKind } from '../../sync/runs.ts';
import type { CallOptions } from '../../sync/session.ts';
import type { Collection } from '../../sync/snapshot.ts';
import type { WorkspaceSession } from '../session/sessions.ts';

/** What is special about the runs of one kind of object. All calls reject with SyncError only. */
export interface Runnable {
  /** In the spec of a SyncRun. */
  field: 'jobRef' | 'transformationRef' | 'pipelineRef';
  /** Of the resource. */
  kind: string;
  /** For people. */
  noun: string;
  calls(client: SyncClient): RunCalls;
  /** Where the objects are listed: a 404 means a missing route only for one that a fresh list shows. */
  collection(workspace: WorkspaceSession): Collection;
  /** Who follows their runs for the status of their resources. */
  tracker(workspace: WorkspaceSession): RunsOfKind;
}

export interface RunCalls {
  execute(id: string, options: CallOptions): Promise<RemoteRun>;
  status(id: string, options: CallOptions): Promise<RemoteRun>;
  history(id: string, options: CallOptions): Promise<RemoteRun[]>;
  cancel?(id: string, options: CallOptions): Promise<void>;
  /** One history entry with its tasks or steps. */
  entry?(id: string, runId: string, options: CallOptions): Promise<RemoteRun>;
  /** The last run of each task. */
  lastParts?(id: string, options: CallOptions): Promise<RemotePart[]>;
}

export const RUNNABLES: readonly Runnable[] = [
  {
    field: 'jobRef',
    kind: 'SyncJob',
    noun: 'job',
    calls: ({ jobs }) => ({ ...jobs, entry: jobs.historyEntry, lastParts: jobs.tasks.lastRun }),
    collection: ({ jobs }) => jobs,
    tracker: ({ jobRuns }) => jobRuns,
  },
  {
    // The API has no call that cancels a transformation (sync-api-v2.md section 4.4).
    field: 'transformationRef',
    kind: 'SyncTransformation',
    noun: 'transformation',
    calls: ({ transformations: { execute, status, history } }) => ({ execute, status, history }),
    collection: ({ transformations }) => transformations,
    tracker: ({ transformationRuns }) => transformationRuns,
  },
  {
    field: 'pipelineRef',
    kind: 'SyncPipeline',
    noun: 'pipeline',
    calls: ({ pipelines }) => ({ ...pipelines, entry: pipelines.historyEntry }),
    collection: ({ pipelines }) => pipelines,
    tracker: ({ pipelineRuns }) => pipelineRuns,
  },
];
