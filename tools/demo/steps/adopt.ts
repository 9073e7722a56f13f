import type { Manifest } from '../../../test/cluster/types.ts';
import type { Step } from '../step.ts';
import { showChange } from './plan.ts';

export const LEGACY: Manifest = {
  apiVersion: 'sync.cdata.com/v1alpha1',
  kind: 'SyncConnection',
  metadata: { name: 'legacy' },
  spec: {
    workspaceRef: { name: 'analytics' },
    name: 'Legacy',
    connector: 'MySQL',
    properties: { Server: 'legacy.example.com', Database: 'erp' },
  },
};

export const adopt: Step = {
  title: 'What is there already is adopted only when nothing would change',
  async run({ print, cluster, simulator, inSync, until, condition, untilReady, prove, writesSince }) {
    print.say('in the console, somebody makes two connections, Legacy and Other');
    const workspace = inSync('workspaces', 'Analytics')!.id;
    const properties = { Server: 'legacy.example.com', Database: 'erp', Timeout: '90' };
    for (const name of ['Legacy', 'Other']) {
      simulator.console.createConnection({ name, connector: 'MySQL', properties: { ...properties } }, workspace);
    }
    const since = Date.now();
    const different = { ...LEGACY.spec, name: 'Other', properties: { Server: 'new.example.com' } };
    await cluster.apply(LEGACY, { ...LEGACY, metadata: { name: 'other' }, spec: different });
    const adopted = await untilReady('SyncConnection', 'legacy');
    prove(
      'a connection that equals its manifest was adopted',
      adopted.status.owned === true && adopted.status.id === inSync('connections', 'Legacy')!.id,
    );
    const kept = inSync('connections', 'Legacy')!.fields.properties;
    prove(
      'the adopted connection was left untouched',
      writesSince(since).length === 0 && JSON.stringify(kept) === JSON.stringify(properties),
    );
    await until('the other connection to be refused', async () => condition('SyncConnection', 'other', 'Stalled'));
    const refused = await cluster.get('SyncConnection', 'other');
    print.say(`SyncConnection other: ${await condition('SyncConnection', 'other', 'Ready')}`);
    print.quote(refused.status.plan.changes.map(showChange));
    prove(
      'a connection that differs was not taken, and its plan says what would change',
      refused.status.owned !== true,
    );
    await cluster.remove('SyncConnection', 'other');
  },
};
