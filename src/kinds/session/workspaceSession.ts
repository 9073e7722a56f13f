import type { TakeEntity } from '../../sync/session.ts';
import type { Turns } from '../../sync/turns.ts';
import { collect } from './collect.ts';
import type { SessionContext } from './context.ts';
import { createSecretTeacher } from './secrets.ts';
import type { ServerRuns } from './serverRuns.ts';
import type { Held, WorkspaceSession } from './sessions.ts';

export interface LiveWorkspace extends WorkspaceSession {
  start(): void;
  stop(): void;
}

/** What a workspace holds, by the client's name of the API. */
const HELD = {
  connections: { kind: 'SyncConnection', turn: 'connection' },
  jobs: { kind: 'SyncJob', turn: 'job' },
  transformations: { kind: 'SyncTransformation', turn: 'transformation' },
  pipelines: { kind: 'SyncPipeline', turn: 'pipeline' },
} as const satisfies Record<Held, { kind: string; turn: string }>;

/** What one workspace holds. Connections and jobs are polled from now on, the others from the first question on. */
export function openWorkspace(context: SessionContext, id: string, runs: ServerRuns, deepReads: Turns): LiveWorkspace {
  const polled = new Map<Held, ReturnType<typeof collectHeld>>();
  let stopped = false;
  const lists = (what: Held) => {
    let collection = polled.get(what);
    if (!collection) {
      collection = collectHeld(context, id, what, runs, deepReads);
      if (!stopped) collection.start();
      polled.set(what, collection);
    }
    return collection;
  };
  // Nearly every workspace has resources of these, and connections teach what must not be shown.
  lists('connections');
  lists('jobs');
  return {
    id,
    polled,
    get connections() {
      return lists('connections');
    },
    get jobs() {
      return lists('jobs');
    },
    get transformations() {
      return lists('transformations');
    },
    get pipelines() {
      return lists('pipelines');
    },
    jobRuns: runs.jobs,
    transformationRuns: runs.transformations,
    pipelineRuns: runs.pipelines,
    changes: [],
    start() {
      stopped = false;
      for (const collection of polled.values()) collection.start();
    },
    stop() {
      stopped = true;
      for (const collection of polled.values()) collection.stop();
    },
  };
}

function collectHeld(context: SessionContext, workspaceId: string, what: Held, runs: ServerRuns, deepReads: Turns) {
  const { client, deps, key, watched } = context;
  const { kind, turn } = HELD[what];
  const teach = createSecretTeacher(client.scrubber);
  const ofKind = what === 'connections' ? undefined : runs[what];
  return collect(context, {
    kind,
    workspaceId,
    getOperation: `${what}.get`,
    list(take, signal, again) {
      const see: TakeEntity = (entity, mark) => {
        if (what === 'connections') teach(entity);
        take(entity, mark);
      };
      return watched(client[what].each(workspaceId, see, { lane: 'poll', signal }, again));
    },
    onSeen({ id, status }, asOf) {
      if (status !== undefined) ofKind?.sawStatus(id, status, asOf);
    },
    onChange(changes) {
      for (const { what: happened, id, touched, cause } of changes) {
        // Tasks and steps may have changed, which lists leave out.
        if (touched && cause === 'list') deps.deepDue(kind, id, key);
        if (happened !== 'vanished') continue;
        deepReads.remove(`${turn}/${id}`);
        ofKind?.unfollow(id);
      }
    },
  });
}
