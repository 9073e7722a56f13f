import { definitionOf } from '../../api/registry.ts';
import { isoSeconds } from '../../engine/conditions.ts';
import { runStatusOf } from '../../engine/run/model.ts';
import { RUNNABLES } from '../../kinds/run/targets.ts';
import type { SyncClient } from '../../sync/client.ts';
import type { RunRecord } from '../../sync/models/records.ts';
import type { CallOptions } from '../../sync/session.ts';
import { type Command, isOn, OUTPUT } from '../command.ts';
import { CliError } from '../failure.ts';
import { numberOf } from '../numbers.ts';
import { showRows } from '../output.ts';
import { withSync } from '../sync.ts';
import { table } from '../table.ts';
import { shortest, targetOf } from '../targets.ts';
import { paint, type Terminal } from '../terminal.ts';
import { duration } from './progress.ts';

/** A past run, as it is shown and handed out. */
interface Row {
  runId?: string;
  /** The task, with --tasks. */
  task?: string;
  state: string;
  rawStatus: string;
  startTime?: string;
  completionTime?: string;
  recordsAffected?: number;
  message?: string;
  /** Name of the SyncRun that started it. */
  syncRun?: string;
}

/** Runs shown, of each task with --tasks. */
const MOST = 20;

/** What ran before. */
export const history: Command = {
  name: 'history',
  summary: 'Show the past runs of a job, transformation or pipeline, as Sync has them',
  args: 'TYPE/NAME',
  flags: {
    limit: { value: 'N', help: `at most so many, the newest first (${MOST})` },
    tasks: { help: 'of a job: the runs of each of its tasks' },
    output: OUTPUT,
  },
  examples: [
    { text: 'the last twenty runs', line: 'kubectl sync history job/crm-nightly' },
    { text: 'task by task, as data', line: 'kubectl sync history job/crm-nightly --tasks -o json' },
  ],
  needs: ['get the kind named, syncworkspaces, syncservers, secrets', 'list syncruns'],
  completes: 'runnable',
  async run(context, given) {
    const target = targetOf(
      given.args,
      RUNNABLES.map(({ kind }) => kind),
    );
    const ofTasks = isOn(given, 'tasks');
    if (ofTasks && target.definition.kind !== 'SyncJob') {
      throw new CliError('--tasks is for jobs: the API has no history of the parts of others');
    }
    const cluster = await context.cluster();
    const runnable = RUNNABLES.find(({ kind }) => kind === target.definition.kind)!;
    const limit = numberOf(given, 'limit', 1) ?? MOST;
    const rows = await withSync(context, target, async (sync, id, options) => {
      if (ofTasks) return taskRows(sync, id, limit, options);
      const runs = (await runnable.calls(sync).history(id, options)) as RunRecord[];
      const ours = await cluster.list(definitionOf('SyncRun')!);
      const names = new Map(ours.map((run) => [runStatusOf(run).runId, run.metadata.name]));
      return runs.slice(0, limit).map((run) => rowOf(run, run.id === undefined ? {} : { syncRun: names.get(run.id) }));
    });
    showRows(context.terminal, given, rows, {
      asTable: () => tableOf(rows, ofTasks, context.terminal),
      none: `Sync knows of no run of ${shortest(target.definition.kind)}/${target.name}`,
    });
    return 0;
  },
};

async function taskRows(sync: SyncClient, jobId: string, limit: number, options: CallOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const task of await sync.jobs.tasks.list(jobId, options)) {
    // It was listed just now.
    const runs = await sync.jobs.tasks.history(jobId, task.id, { known: async () => true });
    const name = String(task.fields.get('table') ?? task.fields.get('query') ?? task.id);
    rows.push(...runs.slice(0, limit).map((run) => rowOf(run, { task: name })));
  }
  return rows;
}

function rowOf(run: RunRecord, more: { task?: string; syncRun?: string | undefined }): Row {
  const { id, state, rawStatus, startedAt, endedAt, records, words } = run;
  return {
    ...(more.task !== undefined && { task: more.task }),
    ...(id !== undefined && { runId: id }),
    state: state[0]!.toUpperCase() + state.slice(1),
    rawStatus,
    ...(startedAt !== undefined && { startTime: isoSeconds(startedAt) }),
    ...(endedAt !== undefined && { completionTime: isoSeconds(endedAt) }),
    ...(records !== undefined && { recordsAffected: records }),
    ...(words !== '' && { message: words }),
    ...(more.syncRun !== undefined && { syncRun: more.syncRun }),
  };
}

function tableOf(rows: readonly Row[], ofTasks: boolean, terminal: Terminal): string {
  const headings = [
    ...(ofTasks ? ['TASK'] : []),
    'STARTED',
    'STATE',
    'TOOK',
    'RECORDS',
    ...(ofTasks ? [] : ['SYNCRUN']),
    'MESSAGE',
  ];
  const cells = rows.map((row) => {
    const { task = '', startTime, completionTime, state, recordsAffected, syncRun = '', message = '' } = row;
    const took = startTime && completionTime ? duration(Date.parse(completionTime) - Date.parse(startTime)) : '';
    const tone = state === 'Succeeded' ? 'good' : state === 'Failed' ? 'bad' : 'warn';
    const common = [startTime ?? '', paint(terminal, tone, state), took, recordsAffected?.toString() ?? ''];
    return [...(ofTasks ? [task] : []), ...common, ...(ofTasks ? [] : [syncRun]), message];
  });
  return table(headings, cells);
}
