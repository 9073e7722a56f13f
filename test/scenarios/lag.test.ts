import { expect, test } from 'vitest';
import { job } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { basics, itemNamed, quiet } from './landscape.ts';

const MINUTE = 60_000;
/** Reads show a write only after a while, and no name keeps anything from being made twice. */
const DIALECT = { lag: '3000', names: 'duplicates' } as const;

const taskNames = (world: World) =>
  itemNamed(world, 'jobs', 'Nightly').children.map(({ fields }) => fields.table ?? fields.query);

test('a create whose reply is lost is looked for until reads must have caught up, not made again at once', async () => {
  const world = createWorld({ dialect: DIALECT });
  world.apply(basics(), job());
  for (const operation of ['connections.create', 'jobs.create']) {
    world.simulator.faults.add({ operation, effect: { kind: 'cut', acts: true } });
  }
  await world.start();
  await world.ready('SyncJob', 'nightly', 15 * MINUTE);
  await quiet(world);
  const { connections, jobs } = world.simulator.state;
  expect({ connections: connections.size, jobs: jobs.size }).toEqual({ connections: 2, jobs: 1 });
});

test('tasks whose adding was cut off are not added again before reads must have caught up', async () => {
  const world = createWorld({ dialect: DIALECT });
  world.apply(basics(), job());
  world.simulator.faults.add({ operation: 'jobs.tasks.add', effect: { kind: 'cut', acts: true } });
  await world.start();
  await world.ready('SyncJob', 'nightly', 15 * MINUTE);
  await quiet(world);
  expect(taskNames(world)).toEqual(['Accounts', 'Contacts', 'REPLICATE [Orders]']);
  expect(world.simulator.writes().filter(({ operation }) => operation === 'jobs.tasks.add')).toHaveLength(3);
});
