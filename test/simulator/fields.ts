import type { Json } from '../../src/ports/json.ts';

export type Kind = 'workspace' | 'connection' | 'job' | 'transformation' | 'pipeline' | 'event' | 'user';
export type ChildKind = 'jobTask' | 'transformationTask' | 'step';

export type FieldType =
  | 'string'
  | 'bool'
  | 'int'
  | 'cron'
  | 'strings'
  | 'map'
  | 'connectionRef'
  | 'jobRef'
  | 'ids'
  | 'roles';

/** One writable field: a dotted path in our canonical snake_case (sync-api-v2.md section 3). */
export interface Field {
  path: string;
  type: FieldType;
  required?: boolean;
  /** The words that are allowed; compared without case. */
  words?: readonly string[];
  initial?: Json;
  /** Further spellings that are accepted in requests. */
  aliases?: readonly string[];
  writeOnly?: boolean;
  /** Which switch decides how it is nested in replies. */
  shape?: 'schedule' | 'alerts';
}

const text = (path: string, more: Partial<Field> = {}): Field => ({ path, type: 'string', ...more });
const bool = (path: string, initial?: boolean, more: Partial<Field> = {}): Field => ({
  path,
  type: 'bool',
  initial,
  ...more,
});
const int = (path: string, initial?: number): Field => ({ path, type: 'int', initial });

const NAME = text('name', { required: true });
const LABELS: Field = { path: 'labels', type: 'strings', initial: [] };
const ALERTS: Field[] = [
  bool('alerts.send_email', false, { aliases: ['send_email'], shape: 'alerts' }),
  text('alerts.email_to', { aliases: ['email_to'], shape: 'alerts' }),
  bool('alerts.email_error_only', false, { aliases: ['email_error_only'], shape: 'alerts' }),
];
const ENABLED = bool('schedule.enabled', false, { aliases: ['schedule'], shape: 'schedule' });
const CRON: Field = { path: 'schedule.cron', type: 'cron', aliases: ['cron'], shape: 'schedule' };

export const FIELDS: Record<Kind, readonly Field[]> = {
  workspace: [NAME],
  connection: [
    NAME,
    text('connector', { required: true }),
    text('connector_version', { initial: '25.0.9000' }),
    { path: 'properties', type: 'map', initial: {} },
    text('settings.metadata_refresh_interval', {
      words: ['Never', 'Hourly', 'Daily', 'Start_of_Job'],
      initial: 'Never',
    }),
    text('settings.logfile_verbosity', { words: ['None', 'Error', 'Info', 'Transfer', 'Verbose'], initial: 'Info' }),
    bool('settings.use_cdata_callback_url', false),
    LABELS,
    text('connection_string', { writeOnly: true }),
  ],
  job: [
    NAME,
    text('type', {
      words: ['Standard', 'SyncAll', 'LoadFolder', 'ChangeDataCapture', 'ReverseETL'],
      initial: 'Standard',
    }),
    { path: 'source_connection', type: 'connectionRef', required: true, aliases: ['source'] },
    { path: 'destination_connection', type: 'connectionRef', required: true, aliases: ['destination'] },
    ENABLED,
    CRON,
    ...ALERTS,
    bool('enable_parallel_processing', false),
    int('worker_pool', 5),
    text('verbosity', { initial: 'Info' }),
    text('destination_schema'),
    text('table_name_prefix'),
    bool('use_gmt_datetime', false),
    bool('truncate_table_data', false),
    bool('drop_table', false),
    bool('auto_truncate_strings', true),
    bool('continue_on_error', false),
    bool('alter_schema', false),
    int('replicate_interval'),
    text('replicate_interval_unit'),
    text('replicate_start_date'),
    int('batch_size', 10_000),
    int('command_timeout', 300),
    bool('skip_deleted', false),
    text('other_cache_options'),
  ],
  transformation: [
    NAME,
    text('type', { words: ['SQL', 'DBT', 'DBT-Cloud'], initial: 'SQL' }),
    { path: 'destination_connection', type: 'connectionRef', required: true, aliases: ['destination'] },
    ENABLED,
    text('trigger.type', { words: ['None', 'Scheduled', 'AfterJob'], initial: 'None' }),
    { path: 'trigger.after_job', type: 'jobRef' },
    { path: 'trigger.after_job_tasks', type: 'ids' },
    { path: 'trigger.schedule_cron', type: 'cron' },
    ...ALERTS,
    int('command_timeout', 300),
    bool('automatic_job_retry', false),
    text('verbosity', { initial: 'Info' }),
    text('project_type'),
    text('project_path'),
    text('dbt_schema'),
    int('threads'),
    text('git_repository_url'),
    text('git_token', { writeOnly: true }),
  ],
  pipeline: [NAME, ENABLED, CRON, LABELS],
  event: [NAME, text('script', { initial: '' }), LABELS],
  user: [
    text('user', { required: true }),
    text('email_address'),
    text('password', { writeOnly: true }),
    bool('is_active', true),
    { path: 'roles', type: 'roles', initial: [] },
  ],
};

/** A step's `reference` is read apart, see children.ts. */
export const CHILD_FIELDS: Record<ChildKind, readonly Field[]> = {
  jobTask: [text('table', { aliases: ['table_name', 'name'] }), text('query')],
  transformationTask: [text('name'), text('query', { aliases: ['sql'] })],
  step: [
    text('type', { aliases: ['step_type', 'kind'] }),
    text('reference', {
      aliases: [
        'reference_id',
        'reference.id',
        'job',
        'job_id',
        'job.id',
        'transformation',
        'transformation_id',
        'transformation.id',
        'event',
        'event_id',
        'event.id',
      ],
    }),
  ],
};

/** Keys that replies have and requests may send back; they change nothing. */
export const READ_ONLY: ReadonlySet<string> = new Set(
  [
    ...['id', 'workspace_id', 'connection_id', 'job_id', 'task_id', 'transformation_id', 'pipeline_id', 'step_id'],
    ...[
      'event_id',
      'user_id',
      'created_at',
      'updated_at',
      'is_default',
      'permissions',
      'connections',
      'transformations',
    ],
    ...['connection_state', 'last_tested', 'status', 'tasks', 'steps', 'position', 'index', 'reference.name'],
    ...['job.name', 'transformation.name', 'event.name'],
  ].map(fold),
);

/** Case and separators do not count. */
export function fold(key: string): string {
  return key.toLowerCase().replace(/[-_ .]/g, '');
}
