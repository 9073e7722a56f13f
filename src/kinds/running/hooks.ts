import type { SyncJobSpec } from '../../api/syncJob.ts';
import { isoSeconds } from '../../engine/conditions.ts';
import type { KindHooks } from '../../engine/kind.ts';
import type { RemoteObject } from '../../engine/remote.ts';
import type { Resource } from '../../engine/resource.ts';
import type { RunSchedule, RunsOfKind } from '../../sync/runs.ts';
import type { KindContext } from '../context.ts';
import type { WorkspacePlace } from '../place/place.ts';
import { reportRuns } from '../runs/report.ts';
import { startedBy } from '../runs/startedBy.ts';
import type { Remembered } from '../shared/remembered.ts';
import { remoteCall } from '../shared/remoteCall.ts';

/** What is remembered between passes of something that runs. */
export interface RunMemory extends Remembered {
  /** The schedule as the server last showed it. */
  schedule?: Pick<RunSchedule, 'cron' | 'enabled'>;
  /** When this process first reported on it, ms since the epoch. */
  startedAt?: number;
}

export interface RunHooksInput {
  context: Pick<KindContext, 'stores'>;
  resource: Resource;
  place: WorkspacePlace;
  memory: RunMemory;
  runs: RunsOfKind;
  /** The path of its cron expression. */
  cronPath: string;
  /** Cancels a run; absent where the API cannot. */
  cancel?(id: string): Promise<void>;
}

/** What jobs, transformations and pipelines do beyond configuration: they run. */
export function runHooks({ context, resource, place, memory, runs, cronPath, cancel }: RunHooksInput): KindHooks {
  const spec = resource.spec as unknown as Pick<SyncJobSpec, 'name' | 'schedule' | 'freshness'>;
  const { session, server } = place;
  const zone = server.spec.timeZone as string | undefined;
  // What the server shows is what runs; the spec may not be written yet.
  const schedule = (): RunSchedule => ({ ...spec.schedule, ...memory.schedule, ...(zone !== undefined && { zone }) });
  return {
    running(id) {
      const { running, current } = runs.view(id) ?? {};
      if (running === undefined) return undefined;
      const since = current?.startedAt === undefined ? '' : ` since ${isoSeconds(current.startedAt)}`;
      const which = current?.id === undefined ? '' : ` (${current.id})`;
      return { running, what: `a run of ${spec.name}${which} goes on${since}` };
    },
    ...(cancel && {
      async cancel(id: string) {
        await remoteCall(session, () => cancel(id));
        runs.expectRun(id);
      },
    }),
    follow: (id) => runs.follow(id, schedule()),
    report({ id, status, observed, now }) {
      if (id !== undefined && observed && learnSchedule(memory, observed, cronPath)) runs.follow(id, schedule());
      const view = id === undefined ? undefined : runs.view(id);
      const since = Date.parse(resource.metadata.creationTimestamp);
      memory.startedAt ??= now;
      return reportRuns({
        spec,
        schedule: schedule(),
        startedBy: (run) => startedBy(context, { ...resource, status }, run, schedule()),
        view,
        status,
        since,
        startedAt: memory.startedAt,
        now,
      });
    },
  };
}

/** Remembers the server's own schedule; true when it is another. */
function learnSchedule(memory: RunMemory, { fields }: RemoteObject, cronPath: string): boolean {
  const [cron, enabled] = [fields.get(cronPath), fields.get('schedule.enabled')];
  const seen = {
    ...(typeof cron === 'string' && cron !== '' && { cron }),
    ...(typeof enabled === 'boolean' && { enabled }),
  };
  const same = memory.schedule?.cron === seen.cron && memory.schedule?.enabled === seen.enabled;
  memory.schedule = seen;
  return !same;
}
