import { pick, withSpec } from '../examples.ts';
import type { Step } from '../step.ts';
import { showChange } from './plan.ts';

export const approve: Step = {
  title: 'A change that loses something waits for approval',
  async run({ print, cluster, examples, inSync, until, condition, untilReady, prove, writesSince }) {
    const job = pick(examples, 'SyncJob', 'crm-nightly');
    const since = Date.now();
    print.say('the second task is taken out of the manifest; with it would go its replication state');
    await cluster.apply(withSpec(job, { tasks: job.spec.tasks.filter((_: unknown, at: number) => at !== 1) }));
    const held = async () => (await condition('SyncJob', 'crm-nightly', 'Ready')) === 'False AwaitingApproval';
    await until('the job to await approval', held);
    const { plan } = (await cluster.get('SyncJob', 'crm-nightly'))!.status;
    print.say(`status.plan ${plan.id}: ${plan.summary}`);
    print.quote(plan.changes.map(showChange));
    // Long enough for two polls, in which it could still be done.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const children = () => inSync('jobs', job.spec.name)!.children.length;
    prove('the removal of a task is held: it is still in Sync', children() === 3 && writesSince(since).length === 0);
    print.say(`kubectl annotate syncjob crm-nightly sync.cdata.com/approve-plan=${plan.id}`);
    await cluster.annotate('SyncJob', 'crm-nightly', { 'sync.cdata.com/approve-plan': plan.id });
    await untilReady('SyncJob', 'crm-nightly');
    print.quote(writesSince(since));
    prove(
      'once approved, exactly that removal was made',
      children() === 2 && String(writesSince(since)) === 'DELETE jobs.tasks.delete',
    );
  },
};
