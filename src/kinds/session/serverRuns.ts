import { SyncError } from '../../sync/errors.ts';
import { runStateOf } from '../../sync/models/records.ts';
import { createWire } from '../../sync/models/wire.ts';
import { createRunTracker, type RunsOfKind, type RunTracker, runsOfGroup } from '../../sync/runs.ts';
import type { SessionContext } from './context.ts';

/** What runs, by the client's name of the API. */
export type Runnable = 'jobs' | 'transformations' | 'pipelines';

export interface ServerRuns extends Record<Runnable, RunsOfKind> {
  tracker: RunTracker;
}

const KINDS = { jobs: 'SyncJob', transformations: 'SyncTransformation', pipelines: 'SyncPipeline' } as const;

/** The runs of all that runs on a server: one tracker, since the server's rate of run reads is one. Its ids are `jobs/<id>`. */
export function createServerRuns(
  { deps, key, settings, client, watched }: SessionContext,
  workspaceOf: (what: Runnable, id: string) => string | undefined,
  isShown: (what: Runnable, id: string) => Promise<boolean>,
): ServerRuns {
  const wire = createWire(settings.client.wire, settings.client.timeZone);
  const options = (what: Runnable, id: string) => ({ lane: 'poll', known: () => isShown(what, id) }) as const;
  const tracker = createRunTracker({
    groupOf: (member) => split(member).what,
    status(member) {
      const { what, id } = split(member);
      return watched(client[what].status(id, options(what, id)));
    },
    history(member) {
      const { what, id } = split(member);
      return watched(client[what].history(id, options(what, id)));
    },
    async taskRuns(member) {
      const { what, id } = split(member);
      if (what === 'jobs') return watched(client.jobs.tasks.lastRun(id, options(what, id)));
      // Sections 4.4 and 4.5 list no such operation: their records carry the tasks and steps, or nobody tells.
      throw new SyncError(`${what}.tasks.lastRun`, 'read', { kind: 'unsupported' }, 'the API has no such operation');
    },
    stateOf: (word) => runStateOf(word, wire),
    clock: deps.clock,
    random: deps.random,
    limits: { runReadsPerMinute: settings.runReadsPerMinute },
    onChange(member) {
      const { what, id } = split(member);
      deps.wake(KINDS[what], workspaceOf(what, id), [{ id }], 'run', key);
    },
    zone: settings.client.timeZone,
  });
  return {
    tracker,
    jobs: runsOfGroup(tracker, 'jobs'),
    transformations: runsOfGroup(tracker, 'transformations'),
    pipelines: runsOfGroup(tracker, 'pipelines'),
  };
}

function split(member: string): { what: Runnable; id: string } {
  const at = member.indexOf('/');
  return { what: member.slice(0, at) as Runnable, id: member.slice(at + 1) };
}
