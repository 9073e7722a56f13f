import { keyOf, type Resource } from '../../engine/resource.ts';
import { isFinished, runStatusOf } from '../../engine/run/model.ts';
import { nextDue } from '../../sync/due.ts';
import type { RunRecord } from '../../sync/models/records.ts';
import type { RunSchedule } from '../../sync/runs.ts';
import type { KindContext } from '../context.ts';

/** A run that began so long after its due time, by the clock of the server, was started by the schedule; milliseconds. */
const LATE_MS = 5_000;

/**
 * Who started a run, as far as that can be known: the SyncRun that has its id, the schedule when it was due just then, else
 * somebody. Undefined: nobody can tell.
 */
export function startedBy(
  { stores }: Pick<KindContext, 'stores'>,
  target: Resource,
  run: Pick<RunRecord, 'id' | 'startedAt'>,
  schedule: RunSchedule,
): string | undefined {
  const own = run.id === undefined ? [] : (stores.SyncRun?.byIndex('runId', run.id) ?? []);
  const mine = own.find((one) => runStatusOf(one).target?.id === target.status?.id);
  if (mine) return `SyncRun ${keyOf(mine)}`;
  const targetId = target.status?.id;
  const mayBeOurs = stores.SyncRun?.byIndex('ref', `${target.kind}/${keyOf(target)}`).some((one) => {
    const { intent, runId, target: of } = runStatusOf(one);
    return intent !== undefined && runId === undefined && of?.id === targetId && !isFinished(one);
  });
  if (mayBeOurs || run.startedAt === undefined || schedule.enabled === undefined) return undefined;
  if (!schedule.enabled) return 'somebody';
  const due = nextDue(schedule.cron ?? '', schedule.zone, run.startedAt - LATE_MS - 1);
  if (due === undefined) return undefined;
  return due <= run.startedAt ? 'schedule' : 'somebody';
}
