import { z } from 'zod';
import { AGE, ID, LAST_RUN, LAST_RUN_END, READY, REASON, SYNCED, specColumn } from './columns.ts';
import { ownedStatusShape, type Resource } from './common.ts';
import { type Definition, type Parsed, parseResource } from './definition.ts';
import type { Field } from './fields.ts';
import { reference } from './references.ts';
import { runStatusShape } from './runStatus.ts';
import { anyJson, integer, list, map, name, ruled, vocabulary } from './schema.ts';
import {
  ALERT_FIELDS,
  alerts,
  cron,
  freshness,
  idRule,
  local,
  neededToCreate,
  OWNED_FIELDS,
  ownedShape,
  SCHEDULE_FIELDS,
  schedule,
  serverBesideIdRule,
  updated,
  updatedWord,
  WORKSPACE_FIELDS,
  workspaceShape,
} from './specParts.ts';
import { JOB_VERBOSITIES, TRANSFORMATION_TYPES, TRIGGER_TYPES } from './words.ts';

/** A transformation: SQL or dbt that runs in a destination, as ordered tasks (sync-api-v2.md 3.5). */

const task = z
  .object({
    key: name('A name for the task, so that it is known again when its query changes.', 128).optional(),
    query: name('The query.', 65_536),
    extra: map(
      anyJson('The value as Sync takes it.'),
      32,
      'Fields that this version does not know, by wire path.',
    ).optional(),
  })
  .meta({ description: 'One task.' });

const trigger = z
  .object({
    type: vocabulary('What starts it.', TRIGGER_TYPES).optional(),
    afterJobRef: reference('SyncJob', 'The job that it follows.').optional(),
    afterTasks: list(
      name('Key, table or id of a task of that job.', 512),
      2000,
      'Tasks of that job to wait for; the whole job when absent.',
      'set',
    ).optional(),
    cron: cron('Cron expression for type Scheduled, with 5 to 7 fields, passed on as it is.').optional(),
  })
  .meta({ description: 'What starts the transformation.' });

const options = z
  .object({
    verbosity: vocabulary('How much the log says.', JOB_VERBOSITIES).optional(),
    commandTimeout: integer('Seconds after which a command counts as failed.', 0, 1_000_000_000).optional(),
  })
  .meta({ description: 'How the transformation works. What is absent is left as Sync has it.' });

const spec = ruled(
  z
    .object({
      ...workspaceShape,
      name: name('Name of the transformation in Sync.'),
      type: vocabulary('What kind of transformation it is.', TRANSFORMATION_TYPES).optional(),
      destinationRef: reference('SyncConnection', 'The connection that it runs in.').optional(),
      schedule: schedule.optional(),
      trigger: trigger.optional(),
      alerts: alerts.optional(),
      options: options.optional(),
      tasks: list(
        task,
        2000,
        'The tasks, in order. When absent, tasks are not managed; an empty list means that there are none.',
      ).optional(),
      freshness: freshness.optional(),
      ...ownedShape,
    })
    .meta({ description: 'The transformation as it shall be. Only fields that are given are managed.' }),
  [
    idRule,
    serverBesideIdRule,
    ...neededToCreate(['type', 'destinationRef']),
    {
      rule: '!(has(self.schedule) && has(self.schedule.cron) && has(self.trigger) && has(self.trigger.cron))',
      message: 'a transformation has one cron: give schedule.cron or trigger.cron, not both',
      path: 'trigger.cron',
      holds: (value) => value.schedule?.cron === undefined || value.trigger?.cron === undefined,
    },
    {
      rule: '!has(self.trigger) || !has(self.trigger.afterTasks) || has(self.trigger.afterJobRef)',
      message: 'afterTasks are tasks of the job that afterJobRef names: give both',
      path: 'trigger.afterTasks',
      holds: (value) => value.trigger?.afterTasks === undefined || value.trigger.afterJobRef !== undefined,
    },
  ],
);

const status = z
  .object({ ...ownedStatusShape, ...runStatusShape })
  .meta({ description: 'What the operator knows of the transformation.' });

export type SyncTransformationSpec = z.infer<typeof spec>;
export type SyncTransformationStatus = z.infer<typeof status>;
export type SyncTransformation = Resource<SyncTransformationSpec, SyncTransformationStatus>;

export const FIELDS: readonly Field[] = [
  ...WORKSPACE_FIELDS,
  updated('name', 'string'),
  updatedWord('type', TRANSFORMATION_TYPES, true),
  updated('destinationRef', 'reference', true),
  ...SCHEDULE_FIELDS,
  updatedWord('trigger.type', TRIGGER_TYPES),
  updated('trigger.afterJobRef', 'reference'),
  updated('trigger.afterTasks', 'set'),
  updated('trigger.cron', 'cron'),
  ...ALERT_FIELDS,
  updatedWord('options.verbosity', JOB_VERBOSITIES),
  updated('options.commandTimeout', 'number'),
  local('tasks[].key'),
  updated('tasks[].query', 'string', true),
  { path: 'tasks[].extra.*', change: 'unknown', equality: 'json' },
  local('freshness', 'json'),
  ...OWNED_FIELDS,
];

export const SYNC_TRANSFORMATION: Definition<SyncTransformationSpec, SyncTransformationStatus> = {
  kind: 'SyncTransformation',
  plural: 'synctransformations',
  shortNames: ['strans'],
  description: 'A transformation of CData Sync: SQL or dbt that runs in a destination.',
  spec,
  status,
  columns: [
    READY,
    REASON,
    SYNCED,
    LAST_RUN,
    LAST_RUN_END,
    specColumn('Type', 'type', 'Type of the transformation.', 1),
    ID,
    AGE,
  ],
  selectableFields: ['.spec.workspaceRef.name', '.spec.destinationRef.name', '.spec.name', '.status.id'],
  fields: FIELDS,
  installed: true,
};

/** Reads an object as a SyncTransformation; see parseResource. */
export function parseSyncTransformation(object: unknown): Parsed<SyncTransformation> {
  return parseResource(SYNC_TRANSFORMATION, object);
}
