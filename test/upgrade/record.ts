import { mkdirSync } from 'node:fs';
import { VERSION } from '../../src/version.ts';
import { convergedEnvironment, itemNamed } from '../scenarios/landscape.ts';
import { connection, job, run } from '../support/manifests.ts';
import { releaseOf, writeRelease } from './release.ts';

/** `npx node test/upgrade/record.ts`, at a release: keeps what it leaves behind in test/upgrade/<version>. */
const observed = connection({ managementPolicy: 'Observe', properties: { User: 'else' } }, { name: 'observed' });
const scheduled = job(
  { name: 'Hourly', schedule: { enabled: true, cron: '0 0 * * * *' }, freshness: { maxAge: '3h' } },
  { name: 'hourly' },
);
const world = await convergedEnvironment({}, [observed, scheduled]);
const hour = 3_600_000;
const runs = [
  run({}, { name: 'of-a-job' }),
  run({ jobRef: undefined, transformationRef: { name: 'daily' } }, { name: 'of-a-transformation' }),
  run({ jobRef: undefined, pipelineRef: { name: 'morning' } }, { name: 'of-a-pipeline' }),
  run({ jobRef: { name: 'nobody' }, startingDeadlineSeconds: 60 }, { name: 'never-started' }),
];
for (const one of runs) {
  world.apply(one);
  await world.untilCondition('SyncRun', one.metadata.name!, 'Finished', 'True', hour);
}
const { id } = itemNamed(world, 'jobs', 'Nightly');
world.simulator.console.behaviour(id, { outcome: 'fail' });
world.annotate('SyncJob', 'nightly', { 'run-requested-at': 'once' });
await world.untilCondition('SyncJob', 'nightly', 'LastRunSucceeded', 'False', hour);
world.simulator.console.behaviour(id, {});
world.apply(job({ options: { destinationSchema: 'other' } }));
world.annotate('SyncConnection', 'crm', { 'reconcile-requested-at': 'once' });
await world.settle(2 * hour);
itemNamed(world, 'jobs', 'Hourly');
const folder = `test/upgrade/${VERSION}`;
mkdirSync(folder, { recursive: true });
writeRelease(folder, releaseOf(world.cluster.backup(), world.simulator));
await world.stop();
process.stdout.write(`wrote ${folder}/release.json\n`);
