import { definitionOf } from '../../api/registry.ts';
import type { Resource } from '../../engine/resource.ts';
import { isFinished, runStatusOf } from '../../engine/run/model.ts';
import { refOf } from '../../kinds/run/references.ts';
import { RUNNABLES } from '../../kinds/run/targets.ts';
import type { Cluster } from '../cluster.ts';
import { type Command, isOn } from '../command.ts';
import { CliError } from '../failure.ts';
import { secondsOf } from '../numbers.ts';
import { shortest, type Target, targetOf } from '../targets.ts';
import { CODES, followRun, TIMEOUT } from './follow.ts';

/** `spec.cancel: true` */
export const cancel: Command = {
  name: 'cancel',
  summary: 'Cancel a run, or all runs of a job, transformation or pipeline that were asked for here',
  args: 'TYPE/NAME',
  description: `What a schedule of Sync or a person started has no SyncRun, and is not cancelled. The API cannot cancel transformations:\nof those only a run that has not started yet ends.\nWith --wait: exit code 0 when it was cancelled, ${CODES.failed} when it ended in another way before, ${CODES.unknown} when nobody knows how it ended, ${CODES.timeout} when --timeout came first.`,
  flags: { wait: { short: 'w', help: 'follow it to its end' }, timeout: TIMEOUT },
  examples: [
    { text: 'one run', line: 'kubectl sync cancel run/crm-nightly-1f2e3d4c --wait' },
    { text: 'whatever runs of a job', line: 'kubectl sync cancel job/crm-nightly' },
  ],
  needs: ['get, list, patch syncruns'],
  completes: 'object',
  async run(context, given) {
    const target = targetOf(given.args, ['SyncRun', ...RUNNABLES.map(({ kind }) => kind)]);
    secondsOf(given, 'timeout');
    const cluster = await context.cluster();
    const runs = await runsOf(cluster, target);
    if (runs.length === 0) context.terminal.out(`run/${target.name} was cancelled already\n`);
    for (const { metadata } of runs) {
      await cluster.patch(definitionOf('SyncRun')!, metadata.name, { spec: { cancel: true } });
      context.terminal.out(`run/${metadata.name} asked to end\n`);
    }
    if (!isOn(given, 'wait')) return 0;
    const codes: number[] = [];
    for (const { metadata } of runs) {
      const code = await followRun(context, cluster, metadata.name, given);
      const hasEnded = code === CODES.succeeded || code === CODES.failed;
      codes.push(hasEnded ? await outcome(cluster, metadata.name) : code);
    }
    return Math.max(0, ...codes);
  },
};

/** The exit code of a run that has ended. */
async function outcome(cluster: Cluster, name: string): Promise<number> {
  const run = await cluster.find(definitionOf('SyncRun')!, name);
  return run && runStatusOf(run).state === 'Cancelled' ? 0 : CODES.failed;
}

/** The runs that are meant and have not ended; none when the one that is named was cancelled before. Throws CliError for others that ended. */
async function runsOf(cluster: Cluster, { definition, name }: Target): Promise<Resource[]> {
  if (definition.kind === 'SyncRun') {
    const run = await cluster.get(definition, name);
    if (!isFinished(run)) return [run];
    if (runStatusOf(run).state === 'Cancelled' && run.spec.cancel === true) return [];
    const ended = run.status?.conditions?.find(({ type }) => type === 'Finished');
    throw new CliError(`run/${name} has ended already: ${ended?.message ?? ended?.reason}`);
  }
  await cluster.get(definition, name);
  const all = await cluster.list(definitionOf('SyncRun')!);
  const going = all.filter((run) => {
    const { runnable, reference } = refOf(run);
    return runnable.kind === definition.kind && reference.name === name && !isFinished(run);
  });
  if (going.length === 0) throw new CliError(`no SyncRun of ${shortest(definition.kind)}/${name} is going on`);
  return going;
}
