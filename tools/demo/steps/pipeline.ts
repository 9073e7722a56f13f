import type { Loose, Manifest } from '../../../test/cluster/types.ts';
import type { Step } from '../step.ts';

const manifest = (kind: string, name: string, spec: Loose): Manifest => ({
  apiVersion: 'sync.cdata.com/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

const PLACE = { workspaceRef: { name: 'analytics' }, deletionPolicy: 'Delete' };
const MORNING = manifest('SyncPipeline', 'morning', {
  ...PLACE,
  name: 'Morning',
  steps: [
    { jobRef: { name: 'crm-nightly' } },
    { eventRef: { name: 'check' } },
    { transformationRef: { name: 'revenue' } },
  ],
});
const CHECK = manifest('SyncEvent', 'check', {
  pipelineRef: { name: 'morning' },
  deletionPolicy: 'Delete',
  name: 'Check',
  script: '<api:script>checked</api:script>',
});
const REVENUE = manifest('SyncTransformation', 'revenue', {
  ...PLACE,
  name: 'Revenue',
  type: 'SQL',
  destinationRef: { name: 'warehouse' },
  tasks: [{ query: 'DELETE FROM revenue' }, { query: 'INSERT INTO revenue SELECT * FROM crm.opportunity' }],
});
const RUN = manifest('SyncRun', 'morning-now', { pipelineRef: { name: 'morning' } });

export const pipeline: Step = {
  title: 'A pipeline, and a run of it with its steps',
  async run({ print, cluster, inSync, until, untilReady, condition, prove, writesSince }) {
    print.say('the pipeline is applied before what its steps run');
    await cluster.apply(MORNING);
    await until('the first step', () => inSync('pipelines', 'Morning')?.children.length === 1);
    print.say(`Ready=${await condition('SyncPipeline', 'morning', 'Ready')}: one step of three is in Sync`);
    await cluster.apply(CHECK, REVENUE);
    await untilReady('SyncPipeline', 'morning');
    const steps = inSync('pipelines', 'Morning')!.children.map(({ fields }) => fields.reference);
    const targets = [inSync('jobs', 'CRM nightly'), inSync('events', 'Check'), inSync('transformations', 'Revenue')];
    prove(
      'the pipeline took each step when it could, in the order of the spec',
      String(steps) === String(targets.map((target) => target?.id)),
    );

    const since = Date.now();
    await cluster.apply(RUN);
    const seen: string[] = [];
    const over = await until('the end of the run', async () => {
      const { state, tasks = [] } = (await cluster.get('SyncRun', 'morning-now'))?.status ?? {};
      const line = tasks.map((task: Loose) => `${task.name}: ${task.state}`).join(', ');
      if (line !== '' && line !== seen.at(-1)) {
        seen.push(line);
        print.quote([line]);
      }
      return state === 'Succeeded' && tasks;
    });
    prove(
      'the run succeeded, step by step',
      over.length === 3 && over.every((task: Loose) => task.state === 'Succeeded'),
    );
    prove(
      'it was started by one call',
      writesSince(since).filter((write) => / pipelines.execute$/.test(write)).length === 1,
    );

    for (const { kind, metadata } of [RUN, MORNING, CHECK, REVENUE]) await cluster.remove(kind, String(metadata.name));
    await until('the end of the pipeline', () => inSync('pipelines', 'Morning') === undefined);
    await until('the end of the transformation', () => inSync('transformations', 'Revenue') === undefined);
    prove(
      'deleted, it took its event along, and left the job',
      inSync('events', 'Check') === undefined && inSync('jobs', 'CRM nightly') !== undefined,
    );
  },
};
