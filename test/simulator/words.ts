import type { Dialect } from './dialect.ts';
import type { PartPhase, Phase } from './progress.ts';

type Vocabulary = Readonly<Record<Phase, string>>;

const TITLE: Vocabulary = {
  starting: 'Starting',
  testing: 'Testing',
  running: 'In progress',
  success: 'Successful',
  failed: 'Failed',
  error: 'Error',
  cancelled: 'Canceled',
  skipped: 'SKIPPED',
};

const UPPER: Vocabulary = {
  starting: 'STARTING',
  testing: 'TESTING',
  running: 'IN_PROGRESS',
  success: 'SUCCESS',
  failed: 'FAILED',
  error: 'ERROR',
  cancelled: 'CANCELED',
  skipped: 'SKIPPED',
};

const RUNNING: Vocabulary = {
  starting: 'Pending',
  testing: 'Pending',
  running: 'Running',
  success: 'Completed',
  failed: 'Failed',
  error: 'Error',
  cancelled: 'Cancelled',
  skipped: 'Skipped',
};

const NUMBERS: Vocabulary = {
  starting: '1',
  testing: '2',
  running: '3',
  success: '4',
  failed: '5',
  error: '6',
  cancelled: '7',
  skipped: '8',
};

/** A run's state in the server's words; sync-api-v2.md section 5.1 has those that were met. */
export function runWord(
  dialect: Dialect,
  phase: Phase,
  tally: { done: number; failed: number; total: number },
): string {
  switch (dialect.statusWords) {
    case 'title':
      return TITLE[phase];
    case 'upper':
      return UPPER[phase];
    case 'running':
      return RUNNING[phase];
    case 'numeric':
      return NUMBERS[phase];
    case 'sentence':
      return sentence(phase, tally);
  }
}

/** A task's state in the same words. */
export function partWord(dialect: Dialect, phase: PartPhase): string | undefined {
  if (phase === 'pending') return undefined;
  const tally = { done: phase === 'success' ? 1 : 0, failed: phase === 'failed' ? 1 : 0, total: 1 };
  return runWord(dialect, phase, tally);
}

function sentence(phase: Phase, { done, failed, total }: { done: number; failed: number; total: number }): string {
  if (phase === 'failed') return `${failed} of ${total} Tasks Failed`;
  if (phase === 'success') return `${done} of ${total} Tasks Successful`;
  if (phase === 'running') return `In progress, ${done} of ${total} Tasks`;
  if (phase === 'testing') return 'Testing connections';
  if (phase === 'cancelled') return 'Cancelled by user';
  return phase === 'skipped' ? 'Skipped, previous run is active' : TITLE[phase];
}
