import type { EntityKind } from './entity.ts';
import type { Vocabulary } from './wire.ts';

/** reference: `{id, name}`. words: a list of strings. map: an object whose keys are ours to pass through. roles: a list of names. */
export type FieldType =
  | 'string'
  | 'boolean'
  | 'number'
  | 'word'
  | 'reference'
  | 'words'
  | 'ids'
  | 'map'
  | 'roles'
  | 'json';

/** One field of a kind: where it stands in our model and on the wire. */
export interface ModelField {
  /** The path of the custom resource's spec. */
  path: string;
  type: FieldType;
  /** Wire paths, snake_case, best first: the first is where a new object has it, the others are read too. */
  names: readonly string[];
  /** Of a `word`: which words the server has for it. */
  vocabulary?: Vocabulary;
  /** Of a `reference`: the kind it points at, whose ids it carries. */
  to?: EntityKind;
  /** A reference that is the bare id (`after_job`), not a pair. */
  bare?: boolean;
  /** Sent at creation only. */
  createOnly?: boolean;
  /** Never sent. */
  readOnly?: boolean;
}

const field = (path: string, type: FieldType, names: string, more: Partial<ModelField> = {}): ModelField => ({
  path,
  type,
  names: names.split(' '),
  ...more,
});
const word = (path: string, vocabulary: Vocabulary, names: string) => field(path, 'word', names, { vocabulary });

const NAME = field('name', 'string', 'name');
const LABELS = field('labels', 'words', 'labels');
const POSITION = field('position', 'number', 'position index order sequence order_index sort_order', {
  readOnly: true,
});

const WORKSPACE = [NAME, field('isDefault', 'boolean', 'is_default default', { readOnly: true })];

const CONNECTION = [
  NAME,
  field('connector', 'string', 'connector provider_name provider connector_name connector_type'),
  field('connectorVersion', 'string', 'connector_version'),
  field('properties', 'map', 'properties'),
  word(
    'settings.metadataRefreshInterval',
    'metadataRefresh',
    'settings.metadata_refresh_interval metadata_refresh_interval',
  ),
  word('settings.logfileVerbosity', 'logfileVerbosity', 'settings.logfile_verbosity logfile_verbosity'),
  field('settings.useCDataCallbackURL', 'boolean', 'settings.use_cdata_callback_url use_cdata_callback_url'),
  LABELS,
];

const alerts = (first: string, second: string) => [
  field('alerts.sendEmail', 'boolean', `${first}send_email ${second}send_email`),
  field('alerts.emailTo', 'string', `${first}email_to ${second}email_to`),
  field('alerts.emailErrorOnly', 'boolean', `${first}email_error_only ${second}email_error_only`),
];

// Section 3.3; from truncateTableData on, the names follow v1's and were seen on no v2 page.
const JOB_OPTIONS = [
  field('options.enableParallelProcessing', 'boolean', 'enable_parallel_processing'),
  field('options.workerPool', 'number', 'worker_pool'),
  word('options.verbosity', 'verbosity', 'verbosity'),
  field('options.destinationSchema', 'string', 'destination_schema cache_schema'),
  field('options.tableNamePrefix', 'string', 'table_name_prefix'),
  field('options.useGMTDateTime', 'boolean', 'use_gmt_datetime'),
  field('options.truncateTableData', 'boolean', 'truncate_table_data'),
  field('options.dropTable', 'boolean', 'drop_table'),
  field('options.autoTruncateStrings', 'boolean', 'auto_truncate_strings'),
  field('options.continueOnError', 'boolean', 'continue_on_error'),
  field('options.alterSchema', 'boolean', 'alter_schema'),
  field('options.replicateInterval', 'number', 'replicate_interval'),
  word('options.replicateIntervalUnit', 'intervalUnit', 'replicate_interval_unit'),
  field('options.replicateStartDate', 'string', 'replicate_start_date replicate_start_value'),
  field('options.batchSize', 'number', 'batch_size'),
  field('options.commandTimeout', 'number', 'command_timeout'),
  field('options.skipDeleted', 'boolean', 'skip_deleted'),
].map((option) => ({ ...option, names: [...option.names, ...option.names.map((name) => `options.${name}`)] }));

const JOB = [
  NAME,
  word('type', 'jobType', 'type job_type'),
  field('source', 'reference', 'source_connection source', { to: 'connection' }),
  field('destination', 'reference', 'destination_connection destination', { to: 'connection' }),
  field('schedule.enabled', 'boolean', 'schedule.enabled schedule_enabled schedule scheduled'),
  field('schedule.cron', 'string', 'schedule.cron cron schedule_cron scheduled_cron'),
  ...alerts('', 'alerts.'),
  ...JOB_OPTIONS,
];

const TRANSFORMATION = [
  NAME,
  word('type', 'transformationType', 'type transformation_type'),
  field('destination', 'reference', 'destination_connection destination', { to: 'connection' }),
  field('schedule.enabled', 'boolean', 'schedule.enabled schedule_enabled schedule scheduled'),
  word('trigger.type', 'triggerType', 'trigger.type trigger_type'),
  field('trigger.afterJob', 'reference', 'trigger.after_job after_job', { to: 'job', bare: true }),
  field('trigger.afterTasks', 'ids', 'trigger.after_job_tasks after_job_tasks', { to: 'jobTask' }),
  // Section 3.5 has one cron, below the trigger.
  field('trigger.cron', 'string', 'trigger.schedule_cron trigger.cron schedule.cron schedule_cron'),
  ...alerts('alerts.', ''),
  word('options.verbosity', 'verbosity', 'verbosity options.verbosity'),
  field('options.commandTimeout', 'number', 'command_timeout options.command_timeout'),
];

const PIPELINE = [
  NAME,
  field('schedule.enabled', 'boolean', 'schedule.enabled schedule_enabled schedule'),
  field('schedule.cron', 'string', 'schedule.cron schedule_cron cron'),
  LABELS,
];

const target = (to: EntityKind) => field(to, 'reference', to, { to });

// Section 3.6: no wire field of a step was readable; `type` and a reference pair follow the other objects.
const STEP = [
  word('type', 'stepType', 'type step_type kind reference_type entity_type'),
  field('reference', 'reference', 'reference entity object item ref'),
  target('job'),
  target('transformation'),
  target('event'),
  POSITION,
];

const USER = [
  field('user', 'string', 'user user_name login', { createOnly: true }),
  field('emailAddress', 'string', 'email_address email'),
  field('password', 'string', 'password'),
  field('isActive', 'boolean', 'is_active active'),
  field('roles', 'roles', 'roles'),
];

const TABLES: Readonly<Record<EntityKind, readonly ModelField[]>> = {
  workspace: WORKSPACE,
  connection: CONNECTION,
  job: JOB,
  jobTask: [field('table', 'string', 'table table_name'), field('query', 'string', 'query sql'), NAME, POSITION],
  transformation: TRANSFORMATION,
  transformationTask: [field('query', 'string', 'query sql'), NAME, POSITION],
  pipeline: PIPELINE,
  step: STEP,
  event: [NAME, field('script', 'string', 'script'), LABELS],
  user: USER,
};

/** The fields of a kind (sync-api-v2.md section 3), with `fields` corrections in front of the built-in names. */
export function fieldsOf(
  kind: EntityKind,
  corrections: readonly { kind: EntityKind; path: string; name: string }[],
): readonly ModelField[] {
  const own = corrections.filter((correction) => correction.kind === kind);
  if (own.length === 0) return TABLES[kind];
  const corrected = TABLES[kind].map((entry) => {
    const names = own.filter((correction) => correction.path === entry.path).map((correction) => correction.name);
    return names.length === 0 ? entry : { ...entry, names: [...names, ...entry.names] };
  });
  const added = own.filter((correction) => !TABLES[kind].some((entry) => entry.path === correction.path));
  return [...corrected, ...added.map((correction) => field(correction.path, 'json', correction.name))];
}

/** Where the children of a kind stand when they come inside it. */
export const CHILDREN: Readonly<Partial<Record<EntityKind, { kind: EntityKind; names: readonly string[] }>>> = {
  job: { kind: 'jobTask', names: ['tasks', 'job_tasks'] },
  transformation: { kind: 'transformationTask', names: ['tasks', 'queries'] },
  pipeline: { kind: 'step', names: ['steps', 'pipeline_steps'] },
};
