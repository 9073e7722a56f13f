import { pick } from '../examples.ts';
import type { Step } from '../step.ts';

export const drift: Step = {
  title: 'Somebody changes the job in the console',
  async run({ print, examples, simulator, inSync, until, untilReady, prove, writesSince }) {
    const { name } = pick(examples, 'SyncJob', 'crm-nightly').spec;
    const { id } = inSync('jobs', name)!;
    print.say(
      'in the console: continue on error, which the manifest names, is switched off; the batch size becomes 77',
    );
    const since = Date.now();
    simulator.console.edit('job', id, { continue_on_error: false, batch_size: 77 });
    await until('the correction', () => inSync('jobs', name)!.fields.continue_on_error === true);
    await untilReady('SyncJob', 'crm-nightly');
    print.quote(writesSince(since));
    prove(
      'a change made in the console was found and put right by one PUT',
      String(writesSince(since)) === 'PUT jobs.update',
    );
    prove('a field that the manifest does not name was left as it is', inSync('jobs', name)!.fields.batch_size === 77);
  },
};
