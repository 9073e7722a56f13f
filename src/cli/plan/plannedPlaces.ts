import { Blocked } from '../../engine/blocked.ts';
import { isPlannedId } from '../../engine/preview.ts';
import type { ServerSession, Sessions, WorkspaceSession } from '../../kinds/session/sessions.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { RunsOfKind } from '../../sync/runs.ts';
import { type Collection, createCollection } from '../../sync/snapshot.ts';

interface Deps {
  clock: Clock;
  random: Random;
}

/** The same servers, in which workspaces and pipelines that are only planned are there and empty: nothing is asked about them. */
export function withPlannedPlaces(sessions: Sessions, deps: Deps): Sessions {
  return {
    get(serverKey) {
      const session = sessions.get(serverKey);
      return session && withPlanned(session, deps);
    },
  };
}

function withPlanned(session: ServerSession, deps: Deps): ServerSession {
  // Its properties are asked anew each time, as they change.
  const planned: ServerSession = Object.create(session);
  const own: Pick<ServerSession, 'workspace' | 'eventsOf' | 'tables'> = {
    workspace: (id) => (isPlannedId(id) ? emptyWorkspace(id, deps) : session.workspace(id)),
    eventsOf: (id) => (isPlannedId(id) ? empty(deps) : session.eventsOf(id)),
    tables: async (id) => {
      if (isPlannedId(id)) throw new Blocked('ReferenceNotReady', 'the connection is only planned');
      return session.tables(id);
    },
  };
  return Object.assign(planned, own);
}

function emptyWorkspace(id: string, deps: Deps): WorkspaceSession {
  return {
    id,
    polled: new Map(),
    connections: empty(deps),
    jobs: empty(deps),
    transformations: empty(deps),
    pipelines: empty(deps),
    jobRuns: NO_RUNS,
    transformationRuns: NO_RUNS,
    pipelineRuns: NO_RUNS,
    changes: [],
  };
}

/** Listed by whoever asks; never by time. */
function empty({ clock, random }: Deps): Collection {
  return createCollection({
    list: async () => {},
    clock,
    random,
    pollIntervalMs: Number.POSITIVE_INFINITY,
    lagGraceMs: 0,
    onChange() {},
  });
}

const NO_RUNS: RunsOfKind = { follow() {}, unfollow() {}, expectRun() {}, sawStatus() {}, view: () => undefined };
