import { expect, test } from 'vitest';
import { OPERATIONS } from '../../src/sync/routes.ts';
import { createCli } from '../cli/cli.ts';
import type { Manifest } from '../cluster/types.ts';
import { connection, event, job, pipeline, resource, run, transformation, user } from '../support/manifests.ts';
import type { World } from '../support/world.ts';
import { convergedEnvironment, environment, itemNamed, quiet } from './landscape.ts';

const MINUTE = 60_000;

test('every operation of the route table has a use', () => {
  expect(OPERATIONS.filter(({ usedBy }) => usedBy === '').map(({ id }) => id)).toEqual([]);
});

const DELETE = { deletionPolicy: 'Delete', changePolicy: 'Automatic' };
const steps = (...names: readonly (readonly [string, string])[]) =>
  names.map(([field, name]) => ({ [field]: { name } }));
const sales = (changes = {}) =>
  resource('SyncWorkspace', 'sales', { serverRef: { name: 'main' }, name: 'Sales', ...DELETE }, changes);

/** Runs it to its end, or cancels it on the way. */
async function runs(world: World, name: string, target: Record<string, unknown>, cancelled = false): Promise<void> {
  world.apply(run({ jobRef: undefined, ...target }, { name }));
  if (cancelled) {
    await world.until(() => world.status('SyncRun', name).state === 'Running', 10 * MINUTE, `${name} runs`);
    world.cluster.patch('SyncRun', name, 'default', { spec: { cancel: true } });
  }
  await world.untilCondition('SyncRun', name, 'Finished', 'True', 60 * MINUTE);
  await quiet(world);
}

/** What people ask for by the plugin. */
async function asks(world: World): Promise<void> {
  const cli = createCli(world);
  for (const line of [
    'columns connection/crm Orders',
    'logs connection/crm',
    'logs connection/crm --download latest',
    'history job/nightly --tasks',
    'token server/main --secret another-token --yes',
  ]) {
    expect(await cli.run(...line.split(' ')), line).toMatchObject({ code: 0, err: '' });
  }
}

/** A life in which every kind is made, changed, run and deleted. */
async function live(world: World): Promise<void> {
  const apply = async (manifest: Manifest) => {
    world.apply(manifest);
    await world.ready(manifest.kind, String(manifest.metadata.name));
  };
  await apply(sales());
  await apply(sales({ name: 'Sales 2' }));
  await apply(connection({ labels: ['a'], test: { onChange: true }, ...DELETE }));
  world.annotate('SyncConnection', 'crm', {
    'reset-credentials-requested-at': '1',
    'reset-metadata-requested-at': '1',
  });

  const tasks = [
    { table: 'Orders' },
    { table: 'Leads' },
    { key: 'a', query: 'REPLICATE [Accounts] SELECT Id FROM Accounts' },
  ];
  world.simulator.console.setTables(itemNamed(world, 'connections', 'CRM').id, [
    { name: 'Orders', columns: [{ name: 'Id', type: 'int' }] },
    { name: 'Leads', columns: [] },
  ]);
  await apply(job({ tasks, verifyTables: true, options: { batchSize: 7 }, ...DELETE }));
  await apply(job({ tasks: tasks.slice(0, 2).toReversed(), options: { batchSize: 7 }, ...DELETE }));
  const queries = [{ query: 'SELECT 2' }, { query: 'SELECT 1' }, { query: 'SELECT 3' }];
  await apply(transformation({ tasks: queries, options: { commandTimeout: 9 }, ...DELETE }));
  await apply(transformation({ tasks: queries.slice(0, 2).toReversed(), options: { commandTimeout: 9 }, ...DELETE }));
  await apply(event({ script: '<other/>', ...DELETE }));
  await apply(job({ name: 'Second', tasks: [{ table: 'Orders' }], ...DELETE }, { name: 'second' }));
  const three = [
    ['jobRef', 'nightly'],
    ['eventRef', 'notify'],
    ['transformationRef', 'daily'],
  ] as const;
  await apply(pipeline({ labels: ['a'], steps: steps(three[2], three[0], three[1]), ...DELETE }));
  await apply(pipeline({ labels: ['a'], steps: steps(['jobRef', 'second'], three[0]), ...DELETE }));
  await apply(user({ emailAddress: 'b@example.com', ...DELETE }));

  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { taskMs: 60_000 });
  await runs(world, 'job', { jobRef: { name: 'nightly' } });
  await runs(world, 'transformation', { transformationRef: { name: 'daily' } });
  await runs(world, 'pipeline', { pipelineRef: { name: 'morning' } });
  await runs(world, 'job-cancelled', { jobRef: { name: 'nightly' } }, true);
  await runs(world, 'pipeline-cancelled', { pipelineRef: { name: 'morning' } }, true);

  await asks(world);

  const going = [...environment(), sales(), job({}, { name: 'second' })].filter(({ kind }) =>
    /^Sync(?!Server)/.test(kind),
  );
  for (const { kind, metadata } of going) world.remove(kind, String(metadata.name));
  const isGone = () => !going.some(({ kind, metadata }) => world.get(kind, String(metadata.name)));
  await world.until(isGone, 60 * MINUTE, 'the end of all');
}

test('every operation of the route table is called, by the controller or by a command', async () => {
  const called = new Set<string | undefined>();
  // Where the state of a run cannot be asked for, its history has to tell.
  for (const statusRoute of ['present', 'absent'] as const) {
    const world = await convergedEnvironment({ dialect: { statusRoute } });
    await live(world);
    for (const { operation } of world.simulator.requests) called.add(operation);
  }
  expect(OPERATIONS.map(({ id }) => id).filter((id) => !called.has(id))).toEqual([]);
});
