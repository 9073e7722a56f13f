import { test } from 'vitest';
import { job } from '../support/manifests.ts';
import { showLine } from '../support/recordingLogger.ts';
import { createWorld } from '../support/world.ts';
import { basics, convergedWorld, itemNamed, quiet, writesOf } from './landscape.ts';

test('restart', async () => {
  const world = await convergedWorld();
  const kinds = [['SyncServer','main'],['SyncWorkspace','default'],['SyncConnection','crm'],['SyncConnection','warehouse'],['SyncJob','nightly']] as const;
  const before = kinds.map(([k,n]) => JSON.stringify(world.get(k,n)!.status));
  const since = world.clock.now();
  world.crash();
  await world.start();
  const seen: string[] = [...before];
  for (let i = 0; i < 9000; i++) {
    await world.settle(1);
    kinds.forEach(([k,n], at) => { const now = JSON.stringify(world.get(k,n)!.status); if (now !== seen[at]) { console.log(world.clock.now()-since, k, n, '\n', seen[at], '\n', now); seen[at] = now; } });
  }
});
test('drift', async () => {
  const world = await convergedWorld();
  const n = world.logs.length; const r = world.simulator.requests.length; const t0 = world.clock.now();
  world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { destination_schema: 'elsewhere' });
  await world.settle(600_000);
  console.log(world.logs.slice(n).filter(l => !JSON.stringify(l).includes('reflector')).map(showLine).slice(0,40).join('\n'));
  console.log(world.simulator.requests.slice(r, r+40).map(q => `${q.at-t0} ${q.method} ${q.path} ${q.status}`).join('\n'));
});
test('order', async () => {
  const world = createWorld();
  await world.start();
  for (const manifest of [job(), ...basics().reverse()]) {
    world.apply(manifest);
    await world.settle(20_000);
  }
  await world.ready('SyncJob', 'nightly', 10 * 60_000);
  await quiet(world);
  console.log(writesOf(world), JSON.stringify(world.status('SyncJob','nightly')));
});
