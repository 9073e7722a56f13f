import type { Loose } from '../../../test/cluster/types.ts';
import { pick, withSpec } from '../examples.ts';
import type { Step } from '../step.ts';

/** The job is only observed first: the operator says what it would do, and does not do it. */
export const plan: Step = {
  title: 'The plan comes first',
  async run({ print, cluster, examples, simulator, until, untilReady, prove }) {
    const job = pick(examples, 'SyncJob', 'crm-nightly');
    print.say('kubectl apply -f examples/basic, with the job under managementPolicy: Observe');
    await cluster.apply(...examples.filter((manifest) => manifest !== job));
    await untilReady('SyncConnection', 'crm');
    await untilReady('SyncConnection', 'warehouse');
    await cluster.apply(withSpec(job, { managementPolicy: 'Observe' }));
    const status = await until('the plan of the job', async () => {
      const found = (await cluster.get('SyncJob', 'crm-nightly'))?.status;
      return found?.plan && found;
    });
    print.say(`status.plan: ${status.plan.summary}`);
    print.quote(status.plan.changes.map(showChange));
    prove('the plan of a new job can be read before anything is done', status.plan.changes.length > 0);
    prove('observing does nothing: Sync has no job yet', simulator.state.jobs.size === 0);
  },
};

/** `update options.batchSize: 10 → 20 (destructive; Approval)` */
export function showChange(change: Loose): string {
  const { verb, path, from, to, destructive, held } = change;
  const values = path === undefined ? '' : ` ${path}: ${from ?? '–'} → ${to ?? '–'}`;
  const remarks = [destructive && 'destructive', held && `held: ${held}`].filter(Boolean).join(', ');
  return `${verb}${values}${remarks ? `  (${remarks})` : ''}`;
}
