import { pick, withSpec } from '../examples.ts';
import type { Step } from '../step.ts';
import { LEGACY } from './adopt.ts';

export const remove: Step = {
  title: 'Deleting resources',
  async run({ print, cluster, examples, inSync, until, untilReady, prove, writesSince }) {
    const scratch = {
      ...withSpec(pick(examples, 'SyncConnection', 'warehouse'), { name: 'Scratch', deletionPolicy: 'Delete' }),
      metadata: { name: 'scratch' },
    };
    print.say('a connection scratch with deletionPolicy: Delete is made; legacy has none, so Retain');
    await cluster.apply(scratch);
    await untilReady('SyncConnection', 'scratch');
    prove('a connection with deletionPolicy: Delete was made', inSync('connections', 'Scratch') !== undefined);
    const since = Date.now();
    print.say('kubectl delete syncconnection legacy scratch');
    await cluster.remove('SyncConnection', LEGACY.metadata.name!);
    await cluster.remove('SyncConnection', 'scratch');
    for (const name of ['legacy', 'scratch']) {
      await until(`${name} to be gone`, async () => (await cluster.get('SyncConnection', name)) === undefined);
    }
    print.quote(writesSince(since));
    prove('the retained connection outlived its resource in Sync', inSync('connections', 'Legacy') !== undefined);
    prove(
      'the other one was deleted in Sync, by one call',
      inSync('connections', 'Scratch') === undefined && String(writesSince(since)) === 'DELETE connections.delete',
    );
  },
};
