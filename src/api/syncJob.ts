import { z } from 'zod';
import { AGE, ID, LAST_RUN, LAST_RUN_END, READY, REASON, SYNCED, specColumn } from './columns.ts';
import { ownedStatusShape, type Resource } from './common.ts';
import { type Definition, type Parsed, parseResource } from './definition.ts';
import type { Field } from './fields.ts';
import { reference } from './references.ts';
import { runStatusShape } from './runStatus.ts';
import { anyJson, choice, flag, integer, list, map, name, ruled, text, vocabulary } from './schema.ts';
import {
  ALERT_FIELDS,
  alerts,
  freshness,
  idRule,
  local,
  neededToCreate,
  OWNED_FIELDS,
  ownedShape,
  runHistoryLimits,
  SCHEDULE_FIELDS,
  schedule,
  serverBesideIdRule,
  updated,
  updatedWord,
  WORKSPACE_FIELDS,
  workspaceShape,
} from './specParts.ts';
import { INTERVAL_UNITS, JOB_TYPES, JOB_VERBOSITIES } from './words.ts';

/** A replication job: tables of a source, copied to a destination, as ordered tasks (sync-api-v2.md 3.3, 3.4). */

const task = ruled(
  z
    .object({
      key: name('A name for the task, so that it is known again when its table or query changes.', 128).optional(),
      table: name('The table, exactly as the source names it.', 512).optional(),
      query: name('A replication query, as REPLICATE [Table].', 65_536).optional(),
      extra: map(
        anyJson('The value as Sync takes it.'),
        32,
        'Fields that this version does not know, by wire path.',
      ).optional(),
    })
    .meta({ description: 'One task; exactly one of table and query.' }),
  [
    {
      rule: 'has(self.table) != has(self.query)',
      message: 'give a task either a table or a query, not both',
      holds: (value) => (value.table === undefined) !== (value.query === undefined),
    },
  ],
);

export type JobTask = z.infer<typeof task>;

const options = z
  .object({
    enableParallelProcessing: flag('Run tasks in parallel.').optional(),
    workerPool: integer('How many tasks run at a time.', 0, 10_000).optional(),
    verbosity: vocabulary('How much the log says.', JOB_VERBOSITIES).optional(),
    destinationSchema: text('The schema that tables are written to.').optional(),
    tableNamePrefix: text('Put before the names of replicated tables.').optional(),
    useGMTDateTime: flag('Store times in GMT.').optional(),
    truncateTableData: flag('Delete all rows of the destination table before each run.').optional(),
    dropTable: flag('Drop the destination table before each run.').optional(),
    autoTruncateStrings: flag('Shorten strings that are too long for their column.').optional(),
    continueOnError: flag('Go on with the next task when one fails.').optional(),
    alterSchema: flag("Follow changes of the source's schema.").optional(),
    replicateInterval: integer(
      'Size of the chunks of the first replication, in replicateIntervalUnit.',
      0,
      1_000_000_000,
    ).optional(),
    replicateIntervalUnit: vocabulary('Unit of replicateInterval.', INTERVAL_UNITS).optional(),
    replicateStartDate: text('Where replication starts: a date, or a number for sources that count.', 64).optional(),
    batchSize: integer('Rows in a batch.', 0, 1_000_000_000).optional(),
    commandTimeout: integer('Seconds after which a command counts as failed.', 0, 1_000_000_000).optional(),
    skipDeleted: flag('Ignore rows that were deleted in the source.').optional(),
  })
  .meta({ description: 'How the job works. What is absent is left as Sync has it.' });

const SYNC_ALL = /^[Ss][Yy][Nn][Cc][ _.-]*[Aa][Ll][Ll]$/;

const spec = ruled(
  z
    .object({
      ...workspaceShape,
      name: name('Name of the job in Sync.'),
      type: vocabulary('What kind of job it is.', JOB_TYPES).optional(),
      sourceRef: reference('SyncConnection', 'The connection to read from.').optional(),
      destinationRef: reference('SyncConnection', 'The connection to write to.').optional(),
      schedule: schedule.optional(),
      alerts: alerts.optional(),
      options: options.optional(),
      tasks: list(
        task,
        2000,
        'The tasks, in order. When absent, tasks are not managed; an empty list means that there are none.',
      ).optional(),
      tasksPolicy: choice(
        ['Exact', 'AtLeast'],
        'Exact: tasks that the spec does not list are removed. AtLeast: they stay. Exact when absent.',
      ).optional(),
      verifyTables: flag('Check that the source has the tables before tasks are added. false when absent.').optional(),
      freshness: freshness.optional(),
      runHistoryLimits: runHistoryLimits.optional(),
      ...ownedShape,
    })
    .meta({ description: 'The job as it shall be. Only fields that are given are managed.' }),
  [
    idRule,
    serverBesideIdRule,
    ...neededToCreate(['type', 'sourceRef', 'destinationRef']),
    {
      rule: `!has(self.tasks) || !has(self.type) || !self.type.matches(${JSON.stringify(SYNC_ALL.source)})`,
      message: 'a job of type SyncAll takes no tasks: remove them, or choose another type',
      path: 'tasks',
      holds: (value) => value.tasks === undefined || value.type === undefined || !SYNC_ALL.test(value.type),
    },
  ],
);

const status = z
  .object({ ...ownedStatusShape, ...runStatusShape })
  .meta({ description: 'What the operator knows of the job.' });

export type SyncJobSpec = z.infer<typeof spec>;
export type SyncJobStatus = z.infer<typeof status>;
export type SyncJob = Resource<SyncJobSpec, SyncJobStatus>;

export const FIELDS: readonly Field[] = [
  ...WORKSPACE_FIELDS,
  updated('name', 'string'),
  updatedWord('type', JOB_TYPES, true),
  updated('sourceRef', 'reference', true),
  updated('destinationRef', 'reference', true),
  ...SCHEDULE_FIELDS,
  ...ALERT_FIELDS,
  updated('options.enableParallelProcessing', 'boolean'),
  updated('options.workerPool', 'number'),
  updatedWord('options.verbosity', JOB_VERBOSITIES),
  updated('options.destinationSchema', 'string', true),
  updated('options.tableNamePrefix', 'string', true),
  updated('options.useGMTDateTime', 'boolean'),
  updated('options.truncateTableData', 'boolean', 'whenTrue'),
  updated('options.dropTable', 'boolean', 'whenTrue'),
  updated('options.autoTruncateStrings', 'boolean'),
  updated('options.continueOnError', 'boolean'),
  updated('options.alterSchema', 'boolean'),
  updated('options.replicateInterval', 'number'),
  updatedWord('options.replicateIntervalUnit', INTERVAL_UNITS),
  updated('options.replicateStartDate', 'string', true),
  updated('options.batchSize', 'number'),
  updated('options.commandTimeout', 'number'),
  updated('options.skipDeleted', 'boolean'),
  local('tasks[].key'),
  updated('tasks[].table', 'string', true),
  updated('tasks[].query', 'string', true),
  { path: 'tasks[].extra.*', change: 'unknown', equality: 'json' },
  local('tasksPolicy'),
  local('verifyTables', 'boolean'),
  local('freshness', 'json'),
  local('runHistoryLimits', 'json'),
  ...OWNED_FIELDS,
];

export const SYNC_JOB: Definition<SyncJobSpec, SyncJobStatus> = {
  kind: 'SyncJob',
  plural: 'syncjobs',
  shortNames: ['sjob'],
  description: 'A job of CData Sync: replicates tables from a source connection to a destination connection.',
  spec,
  status,
  columns: [READY, REASON, SYNCED, LAST_RUN, LAST_RUN_END, specColumn('Type', 'type', 'Type of the job.', 1), ID, AGE],
  selectableFields: [
    '.spec.workspaceRef.name',
    '.spec.sourceRef.name',
    '.spec.destinationRef.name',
    '.spec.name',
    '.status.id',
  ],
  fields: FIELDS,
  installed: true,
};

/** Reads an object as a SyncJob; see parseResource. */
export function parseSyncJob(object: unknown): Parsed<SyncJob> {
  return parseResource(SYNC_JOB, object);
}
