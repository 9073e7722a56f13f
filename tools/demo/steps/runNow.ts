import type { Loose } from '../../../test/cluster/types.ts';
import { pick, readRun, withSpec } from '../examples.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

const RECORDS = 2_500;

/** One run is followed to its end, another one is cancelled. */
export const runNow: Step = {
  title: 'A run on demand: started once, followed, and another one cancelled',
  async run(stage) {
    const { print, cluster, examples, simulator, inSync, until, condition, prove, writesSince } = stage;
    const job = pick(examples, 'SyncJob', 'crm-nightly');
    const { id } = inSync('jobs', job.spec.name)!;
    simulator.console.behaviour(id, { records: RECORDS, taskMs: 2_000 });
    const since = Date.now();
    print.say('kubectl apply -f examples/runs/run.yaml');
    const manifest = readRun('run.yaml');
    await cluster.apply(manifest);
    const seen = await follow(stage, 'crm-now');
    const { status } = (await cluster.get('SyncRun', 'crm-now'))!;
    print.table([
      ['TASK', 'STATE', 'RECORDS'],
      ...status.tasks.map((task: Loose) => [task.name, task.state, String(task.recordsAffected ?? '–')]),
    ]);
    prove('the job was started by one call', String(writesSince(since)) === 'POST jobs.execute');
    prove('the run was followed while it went on', seen.includes('Running'));
    const succeeded = await condition('SyncRun', 'crm-now', 'Succeeded');
    const moved = job.spec.tasks.length * RECORDS;
    prove(
      `it is Succeeded with the records that the server counted (${moved})`,
      succeeded?.startsWith('True') === true && status.recordsAffected === moved,
    );
    const started = await until('the run in the status of the job', async () => {
      const { lastRun } = (await cluster.get('SyncJob', 'crm-nightly'))!.status;
      return lastRun?.runId === status.runId && lastRun.startedBy;
    });
    prove(`the job says who started its last run: ${started}`, started === `SyncRun ${cluster.namespace}/crm-now`);

    simulator.console.behaviour(id, { taskMs: 60_000 });
    print.say('a second SyncRun, crm-again; while it runs, its spec.cancel becomes true');
    const again = { ...manifest, metadata: { name: 'crm-again' } };
    await cluster.apply(again);
    await until(
      'the second run',
      async () => (await condition('SyncRun', 'crm-again', 'Finished')) === 'False Running',
    );
    await cluster.apply(withSpec(again, { cancel: true }));
    await follow(stage, 'crm-again');
    const runs = [...simulator.state.runs.values()].filter(({ cause }) => cause === 'api');
    const cancelled = await condition('SyncRun', 'crm-again', 'Succeeded');
    prove(
      'the second run was cancelled, in Sync too',
      cancelled === 'False RunCancelled' && runs.at(-1)?.end === 'cancelled',
    );
    simulator.console.behaviour(id, { taskMs: 400 });
  },
};

/** Shows how a run goes until it has finished; gives the reasons that were seen. */
async function follow({ print, cluster, until }: Stage, name: string): Promise<string[]> {
  const seen: string[] = [];
  let last = '';
  await until(`the end of SyncRun ${name}`, async () => {
    const { status = {} } = (await cluster.get('SyncRun', name))!;
    const finished = status.conditions?.find(({ type }: Loose) => type === 'Finished');
    const line = finished
      ? `${name}: ${finished.reason}, ${status.recordsAffected ?? 0} records: ${finished.message}`
      : last;
    if (line !== last) print.quote([line.slice(0, 140)]);
    last = line;
    if (finished) seen.push(finished.reason);
    return finished?.status === 'True';
  });
  return seen;
}
