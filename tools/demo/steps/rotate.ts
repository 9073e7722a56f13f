import type { Step } from '../step.ts';

/** The operator may not list Secrets: it reads those that are referred to once a minute. */
const WITHIN_MS = 90_000;

export const rotate: Step = {
  title: 'A password is rotated',
  async run({ print, cluster, secrets, inSync, until, untilReady, prove, writesSince }) {
    const password = `wh-rotated-${crypto.randomUUID()}`;
    secrets.push(password);
    const since = Date.now();
    print.say('kubectl apply: the Secret warehouse-credentials has a new password');
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'warehouse-credentials' },
      stringData: { password },
    });
    const inForce = () => {
      const properties = inSync('connections', 'Warehouse')!.fields.properties as Record<string, string>;
      return properties.Password === password;
    };
    await until('the new password in Sync', inForce, WITHIN_MS);
    await untilReady('SyncConnection', 'warehouse');
    print.quote(writesSince(since));
    prove('a rotated password was sent to Sync, once', String(writesSince(since)) === 'PUT connections.update');
  },
};
