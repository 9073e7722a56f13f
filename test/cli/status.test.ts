import { expect, test } from 'vitest';
import { connection, job, resource, secret, server, warehouse, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { createCli } from './cli.ts';

async function setUp(...more: Parameters<World['apply']>) {
  const world = createWorld();
  world.apply(
    server(),
    workspace(),
    connection(),
    warehouse(),
    secret('warehouse', { password: 'canary-password' }),
    job(),
  );
  world.apply(...more);
  await world.start();
  await world.ready('SyncJob', 'nightly');
  return { world, cli: createCli(world) };
}

test('the tree shows what hangs below each server, and what is wrong below its line', async () => {
  const { world, cli } = await setUp(job({ name: 'Broken', sourceRef: { name: 'nowhere' } }, { name: 'broken' }));
  world.apply(connection({ suspend: true }));
  await world.untilCondition('SyncConnection', 'crm', 'Ready', 'True Suspended');
  const { code, out, err } = await cli.run('status');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toBe(`● server/main (namespace default)
└─ ● workspace/default  observed
   ├─ ‖ connection/crm  Suspended
   │       suspended; Sync's own schedule goes on
   ├─ ● connection/warehouse
   ├─ ◌ job/broken  ReferenceNotFound
   │       SyncConnection default/nowhere, which spec.sourceRef names, does not exist; make it, or correct the name
   └─ ● job/nightly
`);
});

test('a plan that waits for approval, drift that is only reported, and the last and next run stand at their object', async () => {
  const { world, cli } = await setUp(
    job(
      { name: 'Hourly', driftPolicy: 'Report', schedule: { enabled: true, cron: '0 0 * * * *' } },
      { name: 'hourly' },
    ),
  );
  await world.ready('SyncJob', 'hourly');
  const hourly = world.status('SyncJob', 'hourly').id;
  await world.until(() => world.status('SyncJob', 'hourly').lastRun?.state === 'Succeeded', 7_200_000, 'a run');
  world.simulator.console.edit('job', hourly, { destination_schema: 'elsewhere' });
  await world.until(() => world.status('SyncJob', 'hourly').plan !== undefined, 600_000, 'drift');
  world.apply(job({ options: { destinationSchema: 'other' } }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  const { out } = await cli.run('status', 'server/main');
  expect(out).toMatch(
    /● job\/hourly {2}last run Succeeded \d+[ms] ago, \d+ records {2}next in \d+m\n.* changed in Sync: 1 update/,
  );
  expect(out).toMatch(
    /✗ job\/nightly {2}AwaitingApproval\n.*\n.*plan awaits approval: 1 update \(destructive\) {2}\(kubectl sync approve job\/nightly\)/,
  );
});

test('--foreign adds what is in Sync only', async () => {
  const { world, cli } = await setUp();
  world.simulator.console.createConnection({ name: 'By hand', connector: 'CSV' });
  const { out } = await cli.run('status', '--foreign');
  expect(out).toMatch(/○ connection "By hand" \(in Sync only, id \S+\)/);
  expect(out).toContain('○ user "admin"');
  expect((await cli.run('status')).out).not.toContain('By hand');
});

test('--foreign says what cannot be read, and shows the rest', async () => {
  const { world, cli } = await setUp();
  cli.network.serve('http://sync.test:8181', undefined);
  const { code, out, err } = await cli.run('status', '--foreign');
  expect(code).toBe(0);
  expect(out).toContain('● job/nightly');
  expect(err).toMatch(/^what only Sync knows of server\/main cannot be shown: Sync: workspaces.list .*failed/);
  expect(world.simulator.requests.length).toBeGreaterThan(0);
});

test('as data it has every node, with its id and what it manages', async () => {
  const { world, cli } = await setUp();
  const [root] = JSON.parse((await cli.run('status', '-o', 'json')).out);
  expect(root).toMatchObject({ kind: 'SyncServer', name: 'main', health: 'ready', manages: 'managed' });
  const nightly = root.children[0].children.find(({ name }: { name: string }) => name === 'nightly');
  expect(nightly).toMatchObject({ kind: 'SyncJob', manages: 'managed', id: world.status('SyncJob', 'nightly').id });
});

test('--watch prints again when something changed, and ends at Ctrl-C', async () => {
  const { world, cli } = await setUp();
  cli.terminal.live = true;
  const { done, seen, interrupt } = cli.start('status', '--watch');
  await world.settle(10_000);
  expect(seen().out.split('\u001b[H\u001b[2J')).toHaveLength(2);
  world.apply(connection({ suspend: true }));
  await world.settle(10_000);
  expect(seen().out.split('\u001b[H\u001b[2J').at(-1)).toContain('‖ connection/crm');
  interrupt();
  await world.settle(1);
  expect((await done).code).toBe(130);
});

test('what hangs on something that is missing is shown below it', async () => {
  const world = createWorld();
  world.apply(resource('SyncUser', 'ann', { serverRef: { name: 'main', namespace: 'platform' }, user: 'ann' }));
  const { out } = await createCli(world).run('status');
  expect(out).toBe(
    '? server/main (namespace platform)  NotFound\n│    it does not exist\n└─ ◌ user/ann  progressing\n',
  );
});

test('a namespace without anything says so', async () => {
  expect((await createCli(createWorld()).run('status', '-n', 'default')).out).toBe(
    'nothing of sync-operator is in namespace default\n',
  );
});
