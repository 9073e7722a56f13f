import { z } from 'zod';
import { choice, count, list, name, text, time } from './schema.ts';

/** How runs appear in statuses. */

export const RUN_STATES = ['Running', 'Succeeded', 'Failed', 'Cancelled', 'Skipped', 'Unknown'] as const;
export type RunState = (typeof RUN_STATES)[number];

export const runState = choice(
  RUN_STATES,
  'The state; Unknown when the word that Sync used is not known, never taken for success.',
);
const rawStatus = text('The word that Sync used.', 256).optional();

const span = {
  startTime: time('When it began.').optional(),
  completionTime: time('When it ended.').optional(),
  recordsAffected: count('How many records it moved.').optional(),
  message: text("Sync's words about it.", 1024).optional(),
};

const run = z
  .object({
    state: runState,
    rawStatus,
    ...span,
    runId: name('Id of the run in Sync.', 128).optional(),
    startedBy: text(
      'Who started it, as far as that can be known: SyncRun namespace/name; schedule, when it began as the schedule of Sync was due; somebody, when neither did, as a person in the console. Absent: not known.',
      512,
    ).optional(),
  })
  .meta({ description: 'The last run, whoever started it.' });

const taskRun = z
  .object({ name: name('Table, query or key of the task or step.', 512), state: runState, rawStatus, ...span })
  .meta({ description: 'The last run of one task or step.' });

export type LastRun = z.infer<typeof run>;
export type TaskRun = z.infer<typeof taskRun>;

export const taskRuns = list(taskRun, 50, 'The last run task by task, failed ones first; at most 50.');

/** Fields of the status of kinds that run. */
export const runStatusShape = {
  lastRun: run.optional(),
  taskRuns: taskRuns.optional(),
  nextRun: time('When the schedule is due next, where that can be computed.').optional(),
};
