import { pick } from '../examples.ts';
import type { Step } from '../step.ts';

export const drift: Step = {
  title: 'Somebody changes the job in the console',
  async run({ print, examples, simulator, inSync, until, untilReady, prove, writesSince }) {
    const { name, options } = pick(examples, 'SyncJob', 'crm-nightly').spec;
    const { id } = inSync('jobs', name)!;
    print.say(`in the console: destination schema ${options.destinationSchema} → scratch, batch size → 77`);
    const since = Date.now();
    simulator.console.edit('job', id, { destination_schema: 'scratch', batch_size: 77 });
    await until('the correction', () => inSync('jobs', name)!.fields.destination_schema === options.destinationSchema);
    await untilReady('SyncJob', 'crm-nightly');
    print.quote(writesSince(since));
    prove('the change was found and put right by one PUT', String(writesSince(since)) === 'PUT jobs.update');
    prove('what the manifest does not name was left as it is', inSync('jobs', name)!.fields.batch_size === 77);
  },
};
