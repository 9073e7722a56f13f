import { z } from 'zod';
import { AGE, conditionColumn, specColumn } from './columns.ts';
import { baseStatusShape, intent, type Resource } from './common.ts';
import { type Definition, type Parsed, parseResource } from './definition.ts';
import type { Field } from './fields.ts';
import { reference, resourceName, serverReference } from './references.ts';
import { runState, taskRuns } from './runStatus.ts';
import { choice, count, flag, integer, list, name, type Rule, ruled, text, time } from './schema.ts';
import { fixed, local } from './specParts.ts';

/** One run of a job, a transformation or a pipeline (design §7). Nothing here is configuration of Sync, so schema defaults are allowed. */

const TARGETS = ['jobRef', 'transformationRef', 'pipelineRef'] as const;
/** Fields that never change; `cancel` and `ttlSecondsAfterFinished` may. */
const IMMUTABLE = [
  ...TARGETS,
  ...['workspaceRef', 'serverRef', 'activeDeadlineSeconds', 'startingDeadlineSeconds'],
  ...['backoffLimit', 'onUnknown', 'onDelete'],
] as const;

const shape = z
  .object({
    jobRef: reference('SyncJob', 'The job to run.').optional(),
    transformationRef: reference('SyncTransformation', 'The transformation to run.').optional(),
    pipelineRef: reference('SyncPipeline', 'The pipeline to run.').optional(),
    workspaceRef: z
      .object({ name: resourceName('Name of a SyncWorkspace in the same namespace.') })
      .meta({ description: 'The workspace of a target that is given by id.' })
      .optional(),
    serverRef: serverReference.meta({ description: 'The server of a target that is given by id.' }).optional(),
    activeDeadlineSeconds: integer(
      'How long the run may take; then it is cancelled where Sync can do that.',
      1,
      31_536_000,
    ).optional(),
    startingDeadlineSeconds: integer(
      'How long to wait for a target that is not there, not Ready or occupied.',
      0,
      31_536_000,
    ).default(3600),
    backoffLimit: integer('How often to run again after a failure that was seen.', 0, 10).default(0),
    onUnknown: choice(
      ['Stop', 'RetryAfterGrace'],
      'What to do when nobody knows whether the run started. RetryAfterGrace may run it twice.',
    ).default('Stop'),
    onDelete: choice(
      ['Leave', 'Cancel'],
      'What happens to a run that is going on when this resource is deleted.',
    ).default('Leave'),
    cancel: flag('Set to true to cancel the run.').optional(),
    ttlSecondsAfterFinished: integer(
      'Delete this resource so long after the end. Never when absent; not for runs that are kept in Git.',
      0,
      31_536_000,
    ).optional(),
  })
  .meta({ description: 'What to run, and how often to try.' });

type Shape = z.infer<typeof shape>;

const unchanged = (field: string) =>
  `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`;

const rules: Rule<Shape>[] = [
  {
    rule: `[${TARGETS.map((field) => `has(self.${field})`).join(', ')}].filter(given, given).size() == 1`,
    message: 'give exactly one of jobRef, transformationRef and pipelineRef',
    holds: (value) => TARGETS.filter((field) => value[field] !== undefined).length === 1,
  },
  {
    rule: `([${TARGETS.map((field) => `has(self.${field}) && has(self.${field}.id)`).join(', ')}].exists(byId, byId) ? 1 : 0) == [has(self.workspaceRef), has(self.serverRef)].filter(given, given).size()`,
    message: 'a target given by id needs either workspaceRef or serverRef beside it; one given by name needs neither',
    holds: (value) =>
      (TARGETS.some((field) => value[field]?.id !== undefined) ? 1 : 0) ===
      [value.workspaceRef, value.serverRef].filter((ref) => ref !== undefined).length,
  },
  ...IMMUTABLE.map((field) => ({
    rule: unchanged(field),
    message: `${field} cannot be changed, only cancel and ttlSecondsAfterFinished can: make a new SyncRun`,
    path: field,
  })),
];

const spec = ruled(shape, rules);

const attempt = z
  .object({
    state: runState,
    runId: name('Id of the run in Sync.', 128).optional(),
    startTime: time('When the operator began it.').optional(),
    completionTime: time('When the operator saw its end.').optional(),
    message: text("Sync's words about it.", 1024).optional(),
  })
  .meta({ description: 'One attempt.' });

const target = z
  .object({
    id: name('Id in Sync.', 128),
    uid: text('Uid of the resource.', 64).optional(),
    serverIdentity: text('The server: origin, path and default workspace.', 1024),
    server: text('namespace/name of the SyncServer.', 512),
    workspaceId: name('Id in Sync of the workspace.', 128).optional(),
  })
  .meta({ description: 'What was run.' });

const runIntent = intent
  .extend({
    latest: time('When the newest run known before had begun, by the clock of Sync.').optional(),
  })
  .meta({ description: 'A start that was begun and whose run has not ended yet.' });

const cancelled = z
  .object({ at: time('When Sync was first asked.'), why: text('Why.', 256) })
  .meta({ description: 'The request to cancel, once Sync was asked.' });

const status = z
  .object({
    ...baseStatusShape,
    intent: runIntent.optional(),
    target: target.optional(),
    runId: name('Id of the run in Sync.', 128).optional(),
    attribution: choice(
      ['Reported', 'Inferred', 'Ambiguous', 'Unknown'],
      'How the run was found: Sync named it, it was the only new one, there were several new ones, or there was none.',
    ).optional(),
    candidates: list(name('Id of a run.', 128), 16, 'The new runs, when there were several.').optional(),
    state: runState.optional(),
    rawStatus: text('The word that Sync used.', 256).optional(),
    startTime: time('When it began.').optional(),
    completionTime: time('When it ended.').optional(),
    recordsAffected: count('How many records it moved.').optional(),
    tasks: taskRuns.optional(),
    attempts: list(attempt, 11, 'All attempts that are over, oldest first.').optional(),
    cancelled: cancelled.optional(),
  })
  .meta({ description: 'How the run goes or went.' });

export type SyncRunSpec = z.infer<typeof spec>;
export type SyncRunStatus = z.infer<typeof status>;
export type SyncRun = Resource<SyncRunSpec, SyncRunStatus>;

export const FIELDS: readonly Field[] = [
  ...IMMUTABLE.map((field) => fixed(field)),
  local('cancel', 'boolean'),
  local('ttlSecondsAfterFinished', 'number'),
];

export const SYNC_RUN: Definition<SyncRunSpec, SyncRunStatus> = {
  kind: 'SyncRun',
  plural: 'syncruns',
  shortNames: ['srun'],
  description: 'One run of a job, a transformation or a pipeline of CData Sync.',
  spec,
  status,
  columns: [
    conditionColumn('Finished', 'Finished', 'Whether the run has ended.'),
    conditionColumn('Succeeded', 'Succeeded', 'Whether it ended well.'),
    {
      name: 'Reason',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Finished")].reason',
      description: 'Where it stands, or how it ended.',
    },
    { name: 'State', type: 'string', jsonPath: '.status.state', description: 'The state of the run.' },
    { name: 'Records', type: 'integer', jsonPath: '.status.recordsAffected', description: 'Records moved.' },
    specColumn('Job', 'jobRef.name', 'The job.', 1),
    specColumn('Pipeline', 'pipelineRef.name', 'The pipeline.', 1),
    AGE,
  ],
  selectableFields: ['.spec.jobRef.name', '.spec.transformationRef.name', '.spec.pipelineRef.name', '.status.state'],
  fields: FIELDS,
  installed: true,
};

/** Reads an object as a SyncRun, with its defaults filled in; see parseResource. */
export function parseSyncRun(object: unknown): Parsed<SyncRun> {
  return parseResource(SYNC_RUN, object);
}
