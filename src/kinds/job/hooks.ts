import type { SyncJobSpec } from '../../api/syncJob.ts';
import { isoSeconds } from '../../engine/conditions.ts';
import type { KindHooks, KindReport } from '../../engine/kind.ts';
import type { RemoteObject } from '../../engine/remote.ts';
import type { Resource } from '../../engine/resource.ts';
import type { RunSchedule } from '../../sync/runs.ts';
import type { KindContext } from '../context.ts';
import type { WorkspacePlace } from '../place/place.ts';
import { reportRuns } from '../runs/report.ts';
import { startedBy } from '../runs/startedBy.ts';
import type { Remembered } from '../shared/remembered.ts';
import { remoteCall } from '../shared/remoteCall.ts';
import { checkTables } from './tables.ts';

/** What is remembered of one job between passes. */
export interface JobMemory extends Remembered {
  /** The schedule as the server last showed it. */
  schedule?: Pick<RunSchedule, 'cron' | 'enabled'>;
  /** When this process first reported on it, ms since the epoch. */
  startedAt?: number;
  /** Why the tables of added tasks could not be checked; empty: they could. */
  unchecked?: string;
}

/** What a job does beyond configuration: it runs. */
export function hooksOf(
  context: Pick<KindContext, 'stores'>,
  resource: Resource,
  place: WorkspacePlace,
  memory: JobMemory,
): KindHooks {
  const spec = resource.spec as unknown as SyncJobSpec;
  const { session, server, workspace } = place;
  const { jobRuns } = workspace.session;
  const zone = server.spec.timeZone as string | undefined;
  // What the server shows is what runs; the spec may not be written yet.
  const schedule = (): RunSchedule => ({ ...spec.schedule, ...memory.schedule, ...(zone !== undefined && { zone }) });
  return {
    async check(want, have) {
      if (!spec.verifyTables) return undefined;
      const check = await checkTables(want, have, (id) => session.tables(id));
      memory.unchecked = check.state === 'unknown' ? session.client.scrubber.scrub(check.message) : '';
      return check.state === 'missing' ? { reason: 'TablesNotFound', message: check.message } : undefined;
    },
    running(id) {
      const { running, current } = jobRuns.view(id) ?? {};
      if (running === undefined) return undefined;
      const since = current?.startedAt === undefined ? '' : ` since ${isoSeconds(current.startedAt)}`;
      return {
        running,
        what: `a run of ${spec.name}${current?.id === undefined ? '' : ` (${current.id})`} goes on${since}`,
      };
    },
    async cancel(id) {
      const { jobs } = session.client;
      await remoteCall(session, () => jobs.cancel(id));
      jobRuns.expectRun(id);
    },
    follow: (id) => jobRuns.follow(id, schedule()),
    report({ id, status, observed, now }) {
      if (id !== undefined && observed && learnSchedule(memory, observed)) jobRuns.follow(id, schedule());
      const view = id === undefined ? undefined : jobRuns.view(id);
      const since = Date.parse(resource.metadata.creationTimestamp);
      memory.startedAt ??= now;
      const runs = reportRuns({
        spec,
        schedule: schedule(),
        startedBy: (run) => startedBy(context, { ...resource, status }, run, schedule()),
        view,
        status,
        since,
        startedAt: memory.startedAt,
        now,
      });
      return { ...runs, conditions: [...runs.conditions, ...uncheckedTables(spec, memory, status)] };
    },
  };
}

/** Remembers the server's own schedule; true when it is another. */
function learnSchedule(memory: JobMemory, { fields }: RemoteObject): boolean {
  const [cron, enabled] = [fields.get('schedule.cron'), fields.get('schedule.enabled')];
  const seen = {
    ...(typeof cron === 'string' && cron !== '' && { cron }),
    ...(typeof enabled === 'boolean' && { enabled }),
  };
  const same = memory.schedule?.cron === seen.cron && memory.schedule?.enabled === seen.enabled;
  memory.schedule = seen;
  return !same;
}

/** Present only while tasks stand unchecked, also over a restart. */
function uncheckedTables(
  { verifyTables }: SyncJobSpec,
  { unchecked }: JobMemory,
  { conditions }: { conditions?: KindReport['conditions'] },
): KindReport['conditions'] {
  if (!verifyTables || unchecked === '') return [];
  const before = conditions?.find(({ type }) => type === 'TablesVerified')?.message;
  const message = unchecked ?? before;
  return message === undefined
    ? []
    : [{ type: 'TablesVerified', status: 'Unknown', reason: 'TablesUnchecked', message }];
}
