import type { Json, JsonObject } from '../../ports/json.ts';
import { decodeRunState, idText, type RunState } from '../decode.ts';
import { isObject } from '../json.ts';
import { foldKey, pick } from '../keys.ts';
import { decodeTime } from '../times.ts';
import type { Wire } from './wire.ts';

/** One run, as an execute reply, a status or a history entry tells it (sync-api-v2.md section 3.9). Absent: not told. */
export interface RunRecord {
  id?: string;
  state: RunState;
  /** The server's word for the state, scrubbed; empty when there is none. */
  rawStatus: string;
  /** Milliseconds since the epoch. */
  startedAt?: number;
  endedAt?: number;
  records?: number;
  /** What the server says about it, scrubbed. */
  words: string;
  /** Tasks, queries or steps, in the order told. */
  tasks: TaskRunRecord[];
  logFile?: string;
}

export interface TaskRunRecord {
  /** The id of the task or step. */
  taskId?: string;
  /** Its name, table or query. */
  name?: string;
  state: RunState;
  rawStatus: string;
  startedAt?: number;
  endedAt?: number;
  records?: number;
  words: string;
}

export interface TableRecord {
  name: string;
  schema?: string;
  catalog?: string;
  type?: string;
}

export interface ColumnRecord {
  name: string;
  dataType?: string;
  nullable?: boolean;
  primaryKey?: boolean;
}

export interface LogFileRecord {
  name: string;
  /** Bytes. */
  size?: number;
  modifiedAt?: number;
}

type Scrub = (text: string) => string;

const RUN_ID = ['run_id', 'execution_id', 'instance_id', 'history_id', 'job_run_id', 'pipeline_run_id', 'id'];
const STATUS = ['status', 'run_status', 'job_status', 'pipeline_status', 'last_run_status', 'state', 'run_state'];
const STARTED = [
  'run_start_date',
  'started_at',
  'start_time',
  'start_date',
  'started',
  'start',
  'last_run_start',
  'last_run',
];
const ENDED = [
  'run_end_date',
  'ended_at',
  'end_time',
  'end_date',
  'finished_at',
  'completed_at',
  'completion_time',
  'ended',
  'end',
  'finished',
];
const RECORDS = ['records_affected', 'records', 'rows_affected', 'record_count', 'row_count', 'rows'];
const WORDS = ['details', 'detail', 'message', 'error_message', 'error', 'result'];
const TASKS = ['tasks', 'queries', 'task_runs', 'steps', 'step_runs'];

/** A run out of any of the replies that tell of one. `ownerId`: an `id` equal to it is the job's, not the run's. */
export function decodeRun(raw: JsonObject, wire: Wire, scrub: Scrub, ownerId?: string): RunRecord {
  const ids = RUN_ID.map((name) => idText(pick(raw, name)));
  const id = ids.find((value) => value !== undefined && value !== ownerId);
  const tasks = TASKS.map((name) => pick(raw, name)).find(Array.isArray) ?? [];
  const logFile = idText(pick(raw, 'log_file', 'log_file_name'));
  return {
    ...(id !== undefined && { id }),
    ...common(raw, wire, scrub),
    tasks: tasks.filter(isObject).map((task) => decodeTaskRun(task, wire, scrub)),
    ...(logFile !== undefined && { logFile }),
  };
}

/** One task's or step's part of a run. */
export function decodeTaskRun(raw: JsonObject, wire: Wire, scrub: Scrub): TaskRunRecord {
  const taskId = idText(pick(raw, 'task_id', 'step_id', 'id'));
  const name = idText(pick(raw, 'name', 'task_name', 'table', 'table_name', 'query'));
  return { ...(taskId !== undefined && { taskId }), ...(name !== undefined && { name }), ...common(raw, wire, scrub) };
}

function common(raw: JsonObject, wire: Wire, scrub: Scrub) {
  const status = STATUS.map((name) => pick(raw, name)).find((value) => idText(value) !== undefined);
  const rawStatus = idText(status) ?? '';
  const startedAt = firstTime(raw, STARTED, wire);
  const endedAt = firstTime(raw, ENDED, wire);
  const records = RECORDS.map((name) => count(pick(raw, name))).find((value) => value !== undefined);
  return {
    state: runStateOf(rawStatus, wire),
    rawStatus: scrub(rawStatus),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(records !== undefined && { records }),
    words: scrub(wordsOf(raw)),
  };
}

const STATES: readonly string[] = [
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
  'unknown',
] satisfies RunState[];

/** The state of a status word, by `wire.values` of the vocabulary `runState` first. */
export function runStateOf(word: string, wire: Wire): RunState {
  const corrected = wire.values.find(
    (value) => value.vocabulary === 'runState' && foldKey(value.theirs) === foldKey(word),
  )?.ours;
  if (corrected !== undefined && STATES.includes(corrected)) return corrected as RunState;
  return decodeRunState(word);
}

function wordsOf(raw: JsonObject): string {
  for (const name of WORDS) {
    const value = pick(raw, name);
    const text = isObject(value) ? idText(pick(value, 'message', 'detail')) : idText(value);
    if (text !== undefined) return text;
  }
  return '';
}

function firstTime(raw: JsonObject, names: readonly string[], wire: Wire): number | undefined {
  return names.map((name) => decodeTime(pick(raw, name), wire.timeZone)).find((time) => time !== undefined);
}

function count(value: Json | undefined): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A table of a connection (sync-api-v2.md section 3.10); undefined when it has no name. */
export function decodeTable(raw: Json): TableRecord | undefined {
  const name = nameOf(raw, ['table_name', 'name', 'table']);
  if (name === undefined) return undefined;
  const [schema, catalog, type] = ['schema table_schema', 'catalog table_catalog', 'table_type type'].map((names) =>
    textOf(raw, names),
  );
  return {
    name,
    ...(schema !== undefined && { schema }),
    ...(catalog !== undefined && { catalog }),
    ...(type !== undefined && { type }),
  };
}

/** A column of a table; undefined when it has no name. */
export function decodeColumn(raw: Json): ColumnRecord | undefined {
  const name = nameOf(raw, ['column_name', 'name', 'column']);
  if (name === undefined) return undefined;
  const dataType = textOf(raw, 'data_type type type_name');
  const [nullable, primaryKey] = ['is_nullable nullable', 'is_primary_key primary_key is_key key'].map((names) =>
    flagOf(raw, names),
  );
  return {
    name,
    ...(dataType !== undefined && { dataType }),
    ...(nullable !== undefined && { nullable }),
    ...(primaryKey !== undefined && { primaryKey }),
  };
}

/** A log file of a connection; undefined when it has no name. */
export function decodeLogFile(raw: Json, wire: Wire): LogFileRecord | undefined {
  const name = nameOf(raw, ['file_name', 'name', 'log_file', 'file', 'id']);
  if (name === undefined) return undefined;
  const size = isObject(raw) ? count(pick(raw, 'size', 'file_size', 'length', 'bytes')) : undefined;
  const modifiedAt = isObject(raw)
    ? firstTime(raw, ['last_modified', 'modified_at', 'modified', 'updated_at', 'date', 'created_at'], wire)
    : undefined;
  return { name, ...(size !== undefined && { size }), ...(modifiedAt !== undefined && { modifiedAt }) };
}

function nameOf(raw: Json, names: readonly string[]): string | undefined {
  return idText(isObject(raw) ? pick(raw, ...names) : raw);
}

function textOf(raw: Json, names: string): string | undefined {
  return isObject(raw) ? idText(pick(raw, ...names.split(' '))) : undefined;
}

function flagOf(raw: Json, names: string): boolean | undefined {
  const value = isObject(raw) ? pick(raw, ...names.split(' ')) : undefined;
  if (typeof value === 'boolean') return value;
  const folded = idText(value)?.toLowerCase();
  return folded === undefined
    ? undefined
    : ['true', 'yes', '1'].includes(folded)
      ? true
      : ['false', 'no', '0'].includes(folded)
        ? false
        : undefined;
}
