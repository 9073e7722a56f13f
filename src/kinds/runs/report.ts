import { parseDuration } from '../../api/duration.ts';
import type { LastRun } from '../../api/runStatus.ts';
import type { SyncJobSpec, SyncJobStatus } from '../../api/syncJob.ts';
import { isoSeconds } from '../../engine/conditions.ts';
import type { KindReport } from '../../engine/kind.ts';
import type { JsonObject } from '../../ports/json.ts';
import { nextDue } from '../../sync/due.ts';
import type { RunRecord } from '../../sync/models/records.ts';
import type { RunSchedule } from '../../sync/runs.ts';
import type { RunView } from '../../sync/runView.ts';
import { AGAIN_MS, type Freshness, freshness, marginOf } from './freshness.ts';
import { lastRunCondition, lastRunOf, taskRunsOf } from './runReport.ts';

export interface RunsInput {
  spec: Pick<SyncJobSpec, 'freshness'>;
  schedule: RunSchedule;
  /** Who started a run; undefined: not known. */
  startedBy?(run: RunRecord): string | undefined;
  view: RunView | undefined;
  /** The status as it is, from which is taken what was not read yet since the operator began. */
  status: Pick<SyncJobStatus, 'lastRun' | 'taskRuns' | 'nextRun'> & { conditions?: KindReport['conditions'] };
  /** Since when there could have been a run, ms since the epoch. */
  since: number;
  /** When this process began to look at it, ms since the epoch. */
  startedAt: number;
  now: number;
}

/** Runs in status and conditions, from what is known; nothing in it moves by itself. */
export function reportRuns(input: RunsInput): KindReport {
  const { schedule, view, status, now } = input;
  const isRead = view?.readAt !== undefined || view?.lastRun !== undefined;
  const finished = isRead
    ? view.lastRun && withStarter(lastRunOf({ running: false, lastRun: view.lastRun })!, view.lastRun, input)
    : overOf(status.lastRun);
  const current = view?.running === true ? lastRunOf(view) : undefined;
  const lastRun = current ? withStarter(current, view!.current, input) : isRead ? finished : status.lastRun;
  const before = status.conditions?.find(({ type }) => type === 'LastRunSucceeded');
  const succeeded = !isRead && !finished && before ? before : lastRunCondition(finished);
  const fresh = freshOf(input, isRead);
  return {
    status: {
      lastRun,
      taskRuns: isRead ? taskRunsSince(status, view, finished) : status.taskRuns,
      nextRun: nextRunOf(schedule, status.nextRun, now),
    } as JsonObject,
    conditions: [succeeded, ...(fresh ? [fresh.condition] : [])],
    againMs: fresh?.againMs,
  };
}

/** What was told once of the same run stays told: the SyncRun that started it may be gone since. */
function withStarter(shown: LastRun, run: RunRecord | undefined, { startedBy, status }: RunsInput): LastRun {
  const before =
    status.lastRun?.runId === shown.runId && shown.runId !== undefined ? status.lastRun?.startedBy : undefined;
  const by = before?.startsWith('SyncRun ') ? before : ((run && startedBy?.(run)) ?? before);
  return by === undefined ? shown : { ...shown, startedBy: by };
}

/** The condition Fresh; a short while after a restart, what is not read yet is as status has it. */
function freshOf({ spec, view, status, since, startedAt, now }: RunsInput, isRead: boolean): Freshness | undefined {
  if (!spec.freshness) return undefined;
  const lastSuccess = isRead ? view?.lastSuccess : successOf(status.lastRun);
  const fresh = freshness({ freshness: spec.freshness, lastSuccess, readAt: view?.readAt, since, now });
  const before = status.conditions?.find(({ type }) => type === 'Fresh');
  const isYoung = now - startedAt <= marginOf(parseDuration(spec.freshness.maxAge));
  if (isRead || !before || !isYoung || fresh.condition.status === 'True') return fresh;
  return { condition: before, againMs: AGAIN_MS };
}

function overOf(run: LastRun | undefined): LastRun | undefined {
  return run?.state === 'Running' ? undefined : run;
}

/** The tasks of the last run; those that status has stay while they were not read for the same run, or another goes on. */
function taskRunsSince({ lastRun, taskRuns }: RunsInput['status'], view: RunView, finished: LastRun | undefined) {
  const read = taskRunsOf(view.taskRuns);
  if (read || view.running === true) return read ?? taskRuns;
  const same = lastRun?.runId === finished?.runId && lastRun?.completionTime === finished?.completionTime;
  return same ? taskRuns : undefined;
}

/** A run as a status remembers it, where it succeeded. */
function successOf(run: LastRun | undefined) {
  if (run?.state !== 'Succeeded') return undefined;
  const at = run.completionTime ?? run.startTime;
  return { ...(at !== undefined && { endedAt: Date.parse(at) }), records: run.recordsAffected };
}

/** When it is due next; what status says stays while the server's own schedule was not read. */
function nextRunOf({ cron, enabled, zone }: RunSchedule, before: string | undefined, now: number): string | undefined {
  if (enabled === undefined || (enabled && cron === undefined)) {
    return before !== undefined && Date.parse(before) > now ? before : undefined;
  }
  const due = enabled ? nextDue(cron!, zone, now) : undefined;
  return due === undefined ? undefined : isoSeconds(due);
}
