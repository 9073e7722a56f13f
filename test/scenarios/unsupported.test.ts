import { expect, test } from 'vitest';
import { DIALECT, SWITCHES, type Switch } from '../simulator/dialect.ts';
import { connection, job, secret, server, warehouse, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { itemNamed, messageOf, PASSWORD, writesOf } from './landscape.ts';

/** What no client can work with: every such value alone ends in a named condition, never in a loop or a wrong write. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ROTATED = 'canary-rotated-1';

interface Outcome {
  /** Kind, name, condition, what it reads in the end. */
  at: [string, string, string, string];
  says?: RegExp;
  /** What brings it out, where the common story does not. */
  when?(world: World): void;
}

const SERVER: Outcome = { at: ['SyncServer', 'main', 'Stalled', 'True ForeignReply'], says: /check spec\.url/ };
const JOB = (text: string, says?: RegExp, type = 'Stalled'): Outcome => ({
  at: ['SyncJob', 'nightly', type, text],
  ...(says && { says }),
});
/** Nothing that these kinds do depends on it, or it cannot be told from a server that works. */
const UNTOUCHED = JOB('True Available', undefined, 'Ready');
const UNKNOWN_RUN = (reason: string) => JOB(`Unknown ${reason}`, undefined, 'LastRunSucceeded');

const OUTCOMES: Partial<Record<Switch, Outcome>> = {
  envelope: SERVER,
  keys: SERVER,
  ids: SERVER,
  idKeys: SERVER,
  auth: SERVER,
  // The last run and its records come from status and history; only the tasks of it are not told.
  lastRunRoute: JOB('True RunSucceeded', undefined, 'LastRunSucceeded'),
  columnsRoute: UNTOUCHED,
  downloadRoute: UNTOUCHED,
  usersPath: UNTOUCHED,
  executeReply: UNTOUCHED,
  unknownRoute: UNTOUCHED,
  secrets: UNTOUCHED,
  lists: UNTOUCHED,
  lag: UNTOUCHED,
  names: UNTOUCHED,
  unknownKeys: UNTOUCHED,
  testReply: UNTOUCHED,
  // Places from the end, heeded in adds and moves, look like those of a server that lists its last task first: places count, not the list.
  positionBase: UNTOUCHED,
  statusRoute: JOB('True RunSucceeded', undefined, 'LastRunSucceeded'),
  moveMethod: JOB('True Unsupported', /this server has no jobs\.tasks\.move.*spec\.routes/),
  retrieveJob: JOB('True UnreadableReply', /jobs\.get.*has no id/),
  statusWords: UNKNOWN_RUN('RunStateUnknown'),
  history: UNKNOWN_RUN('NoRunKnown'),
  dates: JOB('True RunSucceeded', undefined, 'LastRunSucceeded'),
  put: JOB('True FieldNotAccepted', /options\.batchSize/),
  normalisation: JOB('True FieldNotAccepted', /options\.destinationSchema/),
  requestKeys: JOB('True FieldNotAccepted', /options\.batchSize/),
  // What was made is found in the lists, one call an hour.
  createReply: UNTOUCHED,
  updateReply: { at: ['SyncConnection', 'warehouse', 'Stalled', 'True ForeignReply'], says: /connections\.update/ },
  moveKey: JOB('True Refused', /jobs\.tasks\.move.*'after' is required/),
  children: JOB('True Unsupported', /lists nothing.*spec\.routes.*remove spec\.tasks/),
  schedule: JOB('True Refused', /schedule\.enabled/),
  errors: {
    at: ['SyncConnection', 'crm', 'Stalled', 'True ForeignReply'],
    says: /connections\.update/,
    when: (world) => world.apply(connection({ connector: 'Nonsense', changePolicy: 'Automatic' })),
  },
  paging: {
    at: ['SyncConnection', 'late', 'Stalled', 'True NameTaken'],
    says: /'Connection 59' already exists.*choose another name, or set spec\.id/,
    when(world) {
      for (let n = 0; n < 60; n++) {
        world.simulator.console.createConnection({ name: `Connection ${n}`, connector: 'Salesforce', properties: {} });
      }
      world.apply(connection({ name: 'Connection 59' }, { name: 'late' }));
    },
  },
  busyStatus: {
    ...JOB('True FieldNotAccepted', /options\.workerPool/),
    when(world) {
      const { id } = itemNamed(world, 'jobs', 'Nightly');
      world.simulator.console.behaviour(id, { taskMs: 10 * MINUTE });
      world.simulator.console.run(id);
      world.apply(changed({ options: { batchSize: 600, destinationSchema: 'crm', workerPool: 2 } }));
    },
  },
  unknownReference: {
    at: ['SyncJob', 'lost', 'Ready', 'False ReferenceNotFound'],
    when: (world) => world.apply(job({ name: 'Lost', sourceRef: { id: 'no-such-id' }, tasks: [] }, { name: 'lost' })),
  },
};

const schedule = { enabled: true, cron: '0 0 2 1 6 *' };
const common = { changePolicy: 'Automatic', schedule };
const first = () => job({ ...common, options: { batchSize: 500, destinationSchema: 'crm' } });
const changed = (changes: object = {}) =>
  job({
    ...common,
    options: { batchSize: 600, destinationSchema: 'crm' },
    tasks: [{ query: 'REPLICATE [Orders]' }, { table: 'Leads' }, { table: 'Accounts' }],
    ...changes,
  });

const unsupported = SWITCHES.flatMap((key) => ('unsupported' in DIALECT[key] ? [[key, DIALECT[key].unsupported]] : []));

test('every switch that has such a value is here', () => {
  expect(unsupported.map(([key]) => key).toSorted()).toEqual(Object.keys(OUTCOMES).toSorted());
});

test.each(unsupported)('%s=%s', async (key, value) => {
  const { at, says, when } = OUTCOMES[key as Switch]!;
  const world = createWorld({ dialect: { [key as Switch]: value } });
  world.apply(server(), workspace(), connection(), secret('warehouse', { password: PASSWORD }));
  world.apply(warehouse({ test: { onChange: true } }), first());
  await world.start();
  await world.settle(10 * MINUTE);
  world.apply(changed(), secret('warehouse', { password: ROTATED }));
  await world.settle(30 * MINUTE);
  const ours = [...world.simulator.state.jobs.values()][0];
  if (ours) world.simulator.console.run(ours.id);
  await world.settle(30 * MINUTE);
  when?.(world);
  await world.settle(2 * HOUR);

  const since = world.clock.now();
  await world.settle(HOUR);
  expect(world.condition(at[0], at[1], at[2])).toBe(at[3]);
  if (says) expect(messageOf(world, at[0], at[1])).toMatch(says);
  expect(writesOf(world, since).length).toBeLessThanOrEqual(2);
  expect(world.simulator.requests.filter(({ at: when }) => when > since).length).toBeLessThan(420);
  expect(world.kubeWrites(since).length).toBeLessThan(12);
  expect(world.logs.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([]);

  // Nothing was made twice. A PUT that makes a new object each time cannot be told before; it is not repeated.
  const { jobs, connections } = world.simulator.state;
  const tasks = [...jobs.values()].flatMap(({ id, children }) =>
    children.map(({ fields }) => `${id} ${fields.table ?? fields.query}`),
  );
  expect(new Set(tasks).size).toBe(tasks.length);
  const namesakes = [...jobs.values(), ...connections.values()].filter(
    ({ fields }) => fields.name === 'Nightly' || fields.name === 'Warehouse',
  );
  expect(namesakes.length).toBeLessThanOrEqual(key === 'put' ? 5 : 2);
  expect(await world.secretsSeen(PASSWORD)).toEqual([]);
  expect(await world.secretsSeen(ROTATED)).toEqual([]);
});
