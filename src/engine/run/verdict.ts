import type { Condition } from '../resource.ts';
import type { ShownState } from './model.ts';

/** How a run stands, before it is spelled out as conditions (design §4, the last row of the table). */
export type RunVerdict =
  | { state: 'active'; reason: string; message: string }
  | { state: 'finished'; succeeded: Condition['status']; reason: string; message: string };

type Draft = Omit<Condition, 'lastTransitionTime'>;

/** All conditions of a run; those that do not hold are left out. */
export function conditionsOfRun(verdict: RunVerdict): Draft[] {
  const { reason, message } = verdict;
  if (verdict.state === 'active') {
    return [
      { type: 'Ready', status: 'False', reason, message },
      { type: 'Reconciling', status: 'True', reason, message },
      { type: 'Finished', status: 'False', reason, message },
      { type: 'Succeeded', status: 'Unknown', reason, message },
    ];
  }
  const good = verdict.succeeded === 'True';
  return [
    { type: 'Ready', status: good ? 'True' : 'False', reason, message },
    ...(good ? [] : [{ type: 'Stalled', status: 'True', reason, message } as const]),
    { type: 'Finished', status: 'True', reason, message },
    { type: 'Succeeded', status: verdict.succeeded, reason, message },
  ];
}

export interface End {
  state: ShownState;
  /** What it runs, for people. */
  target: string;
  runId?: string;
  /** The remote words about it. */
  words: string;
  rawStatus: string;
  records?: number;
  attempts: number;
  /** We asked for the end, and why. */
  cancelled?: string;
}

/** The verdict over a run whose end was seen. */
export function verdictOfEnd(end: End): RunVerdict & { state: 'finished' } {
  const { state, target, runId, words, rawStatus, records, attempts, cancelled } = end;
  const run = runId === undefined ? `the run of ${target}` : `run ${runId} of ${target}`;
  const said = words === '' ? '' : `: ${words}`;
  const tries = attempts > 1 ? ` in attempt ${attempts}` : '';
  switch (state) {
    case 'Succeeded': {
      const moved = records === undefined ? '' : `, ${records} records`;
      return {
        state: 'finished',
        succeeded: 'True',
        reason: 'RunSucceeded',
        message: `${run} succeeded${tries}${moved}`,
      };
    }
    case 'Failed':
      return { state: 'finished', succeeded: 'False', reason: 'RunFailed', message: `${run} failed${tries}${said}` };
    case 'Cancelled': {
      const reason = cancelled?.startsWith('activeDeadlineSeconds') ? 'DeadlineExceeded' : 'RunCancelled';
      const why = cancelled === undefined ? 'by somebody else' : `(${cancelled})`;
      return { state: 'finished', succeeded: 'False', reason, message: `${run} was cancelled ${why}` };
    }
    case 'Skipped':
      return { state: 'finished', succeeded: 'False', reason: 'RunSkipped', message: `${run} was skipped${said}` };
    default: {
      const message = `${run} is over, but nobody knows how: Sync says "${rawStatus}"${said}`;
      return { state: 'finished', succeeded: 'Unknown', reason: 'RunStateUnknown', message };
    }
  }
}
