import { expect, test } from 'vitest';
import type { PlannedObject } from '../../src/cli/plan/model.ts';
import type { Loose, Manifest } from '../cluster/types.ts';
import { convergedEnvironment, environment, itemNamed, PASSWORD, quiet } from '../scenarios/landscape.ts';
import {
  connection,
  event,
  job,
  pipeline,
  resource,
  secret,
  server,
  transformation,
  user,
  workspace,
} from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { applied, expectedWrites, planned, plannedFiles } from './stepForStep.ts';

/** Stories of test/scenarios: what is planned before a change, and what the request log shows after it. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TASKS = [{ table: 'Accounts' }, { table: 'Contacts' }, { query: 'REPLICATE [Orders]' }];
const STEPS = [
  { jobRef: { name: 'nightly' } },
  { eventRef: { name: 'notify' } },
  { transformationRef: { name: 'daily' } },
];
const analytics = resource('SyncWorkspace', 'analytics', { serverRef: { name: 'main' }, name: 'Analytics' });
const inAnalytics = { workspaceRef: { name: 'analytics' } };

/** [story, manifests, operations in all] */
const CHANGES: readonly (readonly [string, readonly Manifest[], number])[] = [
  ['a task at the end', [job({ tasks: [...TASKS, { table: 'Leads' }] })], 1],
  ['a task in the middle', [job({ tasks: [TASKS[0], { table: 'Leads' }, ...TASKS.slice(1)] })], 2],
  ['a task less', [job({ tasks: TASKS.slice(1) })], 1],
  ['no tasks at all', [job({ tasks: [] })], 3],
  ['tasks in another order', [job({ tasks: [TASKS[2], TASKS[0], TASKS[1]] })], 1],
  [
    'a task of another table, and one more',
    [job({ tasks: [...TASKS.slice(0, 2), { table: 'Leads' }, { table: 'Cases' }] })],
    2,
  ],
  ['harmless and destructive fields at once', [job({ options: { batchSize: 5, destinationSchema: 'new' } })], 2],
  [
    'the same under Automatic',
    [job({ changePolicy: 'Automatic', options: { batchSize: 5, destinationSchema: 'new' } })],
    1,
  ],
  ['a harmless one under Manual', [job({ changePolicy: 'Manual', options: { batchSize: 5 } })], 1],
  ['a job that is new', [job({ name: 'Second' }, { name: 'second' })], 4],
  [
    'a job with a schedule',
    [job({ name: 'Second', schedule: { enabled: true, cron: '0 0 2 * * *' } }, { name: 'second' })],
    5,
  ],
  [
    'a job and the connection that it reads',
    [connection({ name: 'New' }, { name: 'new' }), job({ sourceRef: { name: 'new' } })],
    2,
  ],
  [
    'an event in the middle of a pipeline',
    [
      event({ name: 'Alarm' }, { name: 'alarm' }),
      pipeline({ steps: [STEPS[0], { eventRef: { name: 'alarm' } }, ...STEPS.slice(1)] }),
    ],
    3,
  ],
  ['a pipeline in another order, and one step less', [pipeline({ steps: [STEPS[2], STEPS[0]] })], 2],
  [
    'a whole workspace',
    [
      analytics,
      connection({ ...inAnalytics }, { name: 'crm2' }),
      connection({ ...inAnalytics, name: 'W' }, { name: 'w2' }),
      job({ ...inAnalytics, sourceRef: { name: 'crm2' }, destinationRef: { name: 'w2' } }, { name: 'j2' }),
      transformation({ ...inAnalytics, destinationRef: { name: 'w2' } }, { name: 't2' }),
    ],
    10,
  ],
  ['another login, which is another user', [user({ user: 'janet' })], 2],
  [
    'another Secret for a user',
    [secret('jane2', { password: 'Another-pass1' }), user({ passwordSecretRef: { name: 'jane2' } })],
    1,
  ],
  ['nothing, where only policies differ', [job({ deletionPolicy: 'Delete', driftPolicy: 'Report' })], 0],
  ['nothing, where a field leaves the spec', [job({ options: undefined })], 0],
];

test.each(CHANGES)('%s', async (_, manifests, operations) => {
  const world = await convergedEnvironment();
  const plan = await plannedFiles(world, manifests);
  expect({ blocked: plan.summary.blocked, operations: expectedWrites(plan).length }).toEqual({
    blocked: 0,
    operations,
  });
  expect(plan.code).toBe(operations === 0 ? 0 : 2);
  expect(await applied(world, plan, () => world.apply(manifests))).toEqual([]);
  expect((await planned(world, ['--direct'])).objects.flatMap(({ steps }) => steps)).toEqual([]);
});

/** [story, what happens while no controller runs, operations in all, the cause that the steps tell, how long it takes to be noticed] */
const MEANWHILE: readonly (readonly [string, (world: World) => void, number, string, number])[] = [
  [
    'a field that somebody set',
    (world) => world.simulator.console.edit('job', idOf(world, 'jobs', 'Nightly'), { destination_schema: 'theirs' }),
    1,
    'drift',
    MINUTE,
  ],
  [
    'a task that somebody removed',
    (world) => {
      const { id, children } = itemNamed(world, 'jobs', 'Nightly');
      world.simulator.console.removeTask(id, children[1]!.id);
    },
    2,
    'drift',
    7 * HOUR,
  ],
  [
    'a task that somebody added',
    (world) => void world.simulator.console.addTask(idOf(world, 'jobs', 'Nightly'), { table: 'Theirs' }),
    1,
    'drift',
    7 * HOUR,
  ],
  [
    'an event that somebody rewrote',
    (world) => world.simulator.console.edit('event', idOf(world, 'events', 'Notify'), { script: '<theirs/>' }),
    1,
    'drift',
    MINUTE,
  ],
  [
    'a secret that was rotated',
    (world) => world.apply(secret('warehouse', { password: 'canary-rotated-1' })),
    1,
    'secret',
    MINUTE,
  ],
  [
    'a connection that is gone',
    (world) => world.simulator.console.remove('connection', idOf(world, 'connections', 'CRM')),
    2,
    'vanished',
    MINUTE,
  ],
];

const idOf = (world: World, collection: Parameters<typeof itemNamed>[1], name: string) =>
  itemNamed(world, collection, name).id;

test.each(MEANWHILE)('%s, with a controller that was away', async (_, happens, operations, cause, withinMs) => {
  const world = await convergedEnvironment({}, [job({ options: { destinationSchema: 'crm' } })]);
  await world.stop();
  happens(world);
  const plan = await planned(world, ['--direct']);
  expect(plan.objects.flatMap(({ steps }) => steps)).toContainEqual(expect.objectContaining({ cause }));
  expect(JSON.stringify(plan)).not.toContain('canary');
  expect(expectedWrites(plan)).toHaveLength(operations);
  // Tasks and steps stand in no list: a restarted controller reads them when their turn comes.
  expect(await applied(world, plan, () => world.restart(), withinMs)).toEqual([]);
});

/** What keeps a change: the plan says so, and the log shows nothing. */
const HELD: readonly (readonly [string, Manifest[], Loose, string])[] = [
  ['Observe', [], { managementPolicy: 'Observe', options: { batchSize: 5 } }, 'Observe'],
  ['suspended', [], { suspend: true, options: { batchSize: 5 } }, 'Suspended'],
  ['the server suspended', [server({ suspend: true })], { options: { batchSize: 5 } }, 'Suspended'],
  ['destructive under Safe', [], { options: { destinationSchema: 'new' } }, 'Approval'],
  ['anything under Manual', [], { changePolicy: 'Manual', options: { batchSize: 5 } }, 'Approval'],
];

test.each(HELD)('%s holds a change', async (_, more, changes, held) => {
  const world = await convergedEnvironment();
  const manifests = [...more, job(changes)];
  const plan = await plannedFiles(world, manifests);
  expect(plan.objects.flatMap(({ steps }) => steps.map((step) => step.held))).toEqual([held]);
  expect(plan.code).toBe(2);
  const since = world.clock.now();
  world.apply(manifests);
  await quiet(world);
  expect(world.syncWrites(since)).toEqual([]);
  // What the controller has written of it is the same.
  const told = await planned(world, ['job/nightly']);
  expect(told.objects[0]!.steps).toMatchObject(
    plan.objects.at(-1)!.steps.map(({ title, changes }) => ({ title, changes })),
  );
  expect(told.code).toBe(2);
});

test('drift that is only reported is planned as held', async () => {
  const world = await convergedEnvironment({}, [job({ driftPolicy: 'Report' })]);
  await world.stop();
  world.simulator.console.edit('job', idOf(world, 'jobs', 'Nightly'), { destination_schema: 'theirs' });
  const [only] = changing((await planned(world, ['job/nightly', '--direct'])).objects);
  expect(only!.steps).toMatchObject([
    { held: 'DriftReported', cause: 'drift', changes: [{ from: 'theirs', to: 'crm' }] },
  ]);
});

const changing = (objects: readonly PlannedObject[]) => objects.filter(({ action }) => action !== 'none');

test.each([
  [undefined, 'sync@example.com', 'adopt', 0, 0],
  ['Always', 'sync@example.com', 'adopt', 0, 0],
  [undefined, 'other@example.com', 'update', 1, 2],
  ['Never', 'sync@example.com', 'blocked', 0, 1],
  ['Always', 'other@example.com', 'update', 0, 2],
])('adoptionPolicy %s with %s in Sync: %s', async (adoptionPolicy, User, action, refused, code) => {
  const world = createWorld();
  world.simulator.console.createConnection({
    name: 'CRM',
    connector: 'Salesforce',
    properties: { User, Timeout: '60' },
  });
  await world.start();
  const manifests = [server(), workspace(), connection({ adoptionPolicy })];
  const plan = await plannedFiles(world, manifests);
  const [, , crm] = plan.objects;
  expect(crm).toMatchObject({ action });
  expect(crm!.steps.filter(({ held }) => held === 'AdoptionRefused')).toHaveLength(refused);
  expect(plan.code).toBe(code);
  expect(await applied(world, plan, () => world.apply(manifests))).toEqual([]);
});

test('without the key of the operator a rotated secret is not noticed, and the plan says so', async () => {
  const world = await convergedEnvironment();
  await world.stop();
  world.apply(secret('warehouse', { password: 'canary-rotated-1' }));
  world.cluster.delete('Secret', 'sync-operator-key', 'sync-system');
  const plan = await planned(world, ['--direct']);
  expect(plan.err).toBe(
    "note: changed secrets are not noticed: the operator's key cannot be read (see --operator-namespace)\n",
  );
  expect(changing(plan.objects)).toEqual([]);
  expect(plan.code).toBe(0);
});

test('a secret that comes with the files is compared with what was written, and never shown', async () => {
  const world = await convergedEnvironment();
  expect((await plannedFiles(world, environment())).code).toBe(0);
  const rotated = [
    ...environment().filter(({ metadata }) => metadata.name !== 'warehouse'),
    secret('warehouse', { password: 'canary-rotated-1' }),
    ...environment().filter(({ kind, metadata }) => kind === 'SyncConnection' && metadata.name === 'warehouse'),
  ];
  const plan = await plannedFiles(world, rotated);
  expect(changing(plan.objects)).toMatchObject([
    { name: 'warehouse', steps: [{ cause: 'secret', changes: [{ path: 'properties.Password', to: '(secret)' }] }] },
  ]);
  for (const value of ['canary-rotated-1', PASSWORD]) expect(JSON.stringify(plan)).not.toContain(value);
});
