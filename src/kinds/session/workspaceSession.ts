import type { RunTracker } from '../../sync/runs.ts';
import type { Turns } from '../../sync/turns.ts';
import type { WorkspaceSession } from '../server/sessions.ts';
import { collect } from './collect.ts';
import type { SessionContext } from './context.ts';
import { createSecretTeacher } from './secrets.ts';

export interface LiveWorkspace extends WorkspaceSession {
  start(): void;
  stop(): void;
}

/** What one workspace holds, polled from now on. */
export function openWorkspace(
  context: SessionContext,
  id: string,
  jobRuns: RunTracker,
  deepReads: Turns,
): LiveWorkspace {
  const { client, deps, watched } = context;
  const teach = createSecretTeacher(client.scrubber);
  const connections = collect(context, {
    kind: 'SyncConnection',
    workspaceId: id,
    getOperation: 'connections.get',
    async list(signal) {
      const entities = await watched(client.connections.list(id, { lane: 'poll', signal }));
      for (const entity of entities) teach(entity);
      return entities;
    },
    onChange: (changes) => {
      for (const change of changes) if (change.what === 'vanished') deepReads.remove(`connection/${change.id}`);
    },
  });
  const jobs = collect(context, {
    kind: 'SyncJob',
    workspaceId: id,
    getOperation: 'jobs.get',
    async list(signal) {
      const asOf = deps.clock.now();
      const entities = await watched(client.jobs.list(id, { lane: 'poll', signal }));
      for (const entity of entities) if (entity.status !== undefined) jobRuns.sawStatus(entity.id, entity.status, asOf);
      return entities;
    },
    onChange(changes) {
      for (const change of changes) {
        if (change.what !== 'vanished') continue;
        deepReads.remove(`job/${change.id}`);
        jobRuns.unfollow(change.id);
      }
    },
  });
  const start = () => {
    connections.start();
    jobs.start();
  };
  start();
  return {
    id,
    connections,
    jobs,
    jobRuns,
    deepReads,
    changes: [],
    start,
    stop() {
      connections.stop();
      jobs.stop();
    },
  };
}
