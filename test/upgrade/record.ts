import { mkdirSync } from 'node:fs';
import { VERSION } from '../../src/version.ts';
import { convergedEnvironment, itemNamed } from '../scenarios/landscape.ts';
import { connection, job } from '../support/manifests.ts';
import { releaseOf, writeRelease } from './release.ts';

/** `npx node test/upgrade/record.ts`, at a release: keeps what it leaves behind in test/upgrade/<version>. */
const observed = connection({ managementPolicy: 'Observe', properties: { User: 'else' } }, { name: 'observed' });
const scheduled = job(
  { name: 'Hourly', schedule: { enabled: true, cron: '0 0 * * * *' }, freshness: { maxAge: '3h' } },
  { name: 'hourly' },
);
const world = await convergedEnvironment({}, [observed, scheduled]);
world.apply(job({ options: { destinationSchema: 'other' } }));
world.annotate('SyncConnection', 'crm', { 'reconcile-requested-at': 'once' });
await world.settle(2 * 3_600_000);
itemNamed(world, 'jobs', 'Hourly');
const folder = `test/upgrade/${VERSION}`;
mkdirSync(folder, { recursive: true });
writeRelease(folder, releaseOf(world.cluster.backup(), world.simulator));
await world.stop();
process.stdout.write(`wrote ${folder}/release.json\n`);
