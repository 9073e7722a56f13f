import { pick, withSpec } from '../examples.ts';
import type { Step } from '../step.ts';

const RECORDS = 1_250;

export const run: Step = {
  title: 'A run that the schedule of the server started',
  async run({ print, cluster, examples, simulator, inSync, until, untilReady, condition, prove }) {
    const job = pick(examples, 'SyncJob', 'crm-nightly');
    const { id } = inSync('jobs', job.spec.name)!;
    simulator.console.behaviour(id, { records: RECORDS });
    print.say('the cron of the job becomes */10 * * * * *, every ten seconds; nobody but the server starts it');
    await cluster.apply(withSpec(job, { schedule: { enabled: true, cron: '*/10 * * * * *' } }));
    const status = await until('a run in the status', async () => {
      const found = (await cluster.get('SyncJob', 'crm-nightly'))!.status;
      return found.lastRun?.state === 'Succeeded' && found;
    });
    // No further run, so that what follows can be told apart.
    await cluster.apply(job);
    await untilReady('SyncJob', 'crm-nightly');
    const { lastRun, taskRuns = [] } = status;
    print.say(`status.lastRun: ${lastRun.state}, ${lastRun.recordsAffected} records, ended ${lastRun.completionTime}`);
    const rows = taskRuns.map((task: Record<string, unknown>) => [task.name, task.state, task.recordsAffected ?? '–']);
    if (rows.length > 0) print.table([['TASK', 'STATE', 'RECORDS'], ...rows.map((row: unknown[]) => row.map(String))]);
    const runs = [...simulator.state.runs.values()].filter(({ targetId }) => targetId === id);
    prove(
      'a run of the schedule appears as lastRun; the operator started none',
      runs.every(({ cause }) => cause === 'schedule'),
    );
    const moved = job.spec.tasks.length * RECORDS;
    prove(`lastRun has the records that the server counted (${moved})`, lastRun.recordsAffected === moved);
    const succeeded = await condition('SyncJob', 'crm-nightly', 'LastRunSucceeded');
    prove('the condition LastRunSucceeded is True', succeeded?.startsWith('True') === true);
  },
};
