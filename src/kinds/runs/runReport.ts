import type { LastRun, RunState, TaskRun } from '../../api/runStatus.ts';
import { isoSeconds } from '../../engine/conditions.ts';
import type { KindReport } from '../../engine/kind.ts';
import type { RunRecord, TaskRunRecord } from '../../sync/models/records.ts';
import type { RunView } from '../../sync/runView.ts';

const STATES: Readonly<Record<RunRecord['state'], RunState>> = {
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  skipped: 'Skipped',
  unknown: 'Unknown',
};

/** The run as status shows it: the one that goes on, else the last one. Of one that goes on nothing is shown that moves by itself. */
export function lastRunOf(view: RunView): LastRun | undefined {
  const { running, current, lastRun } = view;
  if (running === true) {
    const { id, startedAt } = current ?? {};
    return { state: 'Running', ...(id !== undefined && { runId: id }), ...timeOf('startTime', startedAt) };
  }
  return lastRun && { ...common(lastRun), ...(lastRun.id !== undefined && { runId: lastRun.id }) };
}

/** The tasks of the last run: what failed first, then what nobody can tell, then the others; in each the order of the run. */
export function taskRunsOf(taskRuns: readonly TaskRunRecord[] | undefined): TaskRun[] | undefined {
  if (!taskRuns || taskRuns.length === 0) return undefined;
  const rank = ({ state }: TaskRunRecord) => (state === 'failed' ? 0 : state === 'succeeded' ? 2 : 1);
  return taskRuns
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, 50)
    .map((run) => ({ name: cut(run.name ?? run.taskId ?? 'unnamed', 512), ...common(run) }));
}

function common({ state, rawStatus, startedAt, endedAt, records, words }: RunRecord | TaskRunRecord) {
  return {
    state: STATES[state],
    ...(rawStatus !== '' && { rawStatus: cut(rawStatus, 256) }),
    ...timeOf('startTime', startedAt),
    ...timeOf('completionTime', endedAt),
    ...(records !== undefined && Number.isSafeInteger(records) && records >= 0 && { recordsAffected: records }),
    ...(words !== '' && { message: cut(words, 1024) }),
  };
}

function timeOf(name: 'startTime' | 'completionTime', ms: number | undefined) {
  return ms === undefined ? {} : { [name]: isoSeconds(ms) };
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

type Condition = KindReport['conditions'][number];

/** How the last run that is over ended. An end that nobody can tell is Unknown, never success. */
export function lastRunCondition(run: LastRun | undefined): Condition {
  const type = 'LastRunSucceeded';
  if (!run) return { type, status: 'Unknown', reason: 'NoRunKnown', message: 'no finished run is known' };
  const said = run.message ? `: ${run.message}` : '';
  const at = run.completionTime ? ` at ${run.completionTime}` : '';
  switch (run.state) {
    case 'Succeeded':
      return { type, status: 'True', reason: 'RunSucceeded', message: `the last run succeeded${at}` };
    case 'Failed':
      return { type, status: 'False', reason: 'RunFailed', message: `the last run failed${at}${said}` };
    case 'Cancelled':
      return { type, status: 'False', reason: 'RunCancelled', message: `the last run was cancelled${at}${said}` };
    case 'Skipped':
      return { type, status: 'Unknown', reason: 'RunSkipped', message: `the last run was skipped${at}${said}` };
    default: {
      const word = run.rawStatus ? `"${run.rawStatus}"` : 'nothing';
      return {
        type,
        status: 'Unknown',
        reason: 'RunStateUnknown',
        message: `Sync says ${word} of the last run${said}`,
      };
    }
  }
}
