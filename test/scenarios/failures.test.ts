import { expect, test } from 'vitest';
import type { Effect } from '../simulator/faults.ts';
import { connection, job } from '../support/manifests.ts';
import type { World } from '../support/world.ts';
import { ALWAYS, convergedWorld, itemNamed, messageOf, quiet, status, writesOf } from './landscape.ts';

/** The classes of the table of failures (design §5), each as a person sees it, and how it ends once its cause is gone. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const CHANGED = job({ options: { destinationSchema: 'crm', batchSize: 5 } });
const isChanged = (world: World) => itemNamed(world, 'jobs', 'Nightly').fields.batch_size === 5;
const count = (world: World, operation: string, since: number) =>
  world.simulator.requests.filter((request) => request.operation === operation && request.at >= since).length;

/** Class, reply, what does it, reason, whether that is Stalled, tries in the first hour at most, and what the message says. */
type Row = [string, string, Effect, string, boolean, number, ...RegExp[]];

const ABOUT = /^jobs\.update \(PUT /;
const LOOKS = /^jobs\.update.*whether it was done is looked up before it is tried again/;
const PROXY = /^jobs\.update.*check spec\.url, spec\.apiPath and any proxy of the SyncServer/;
const SLOWER = /asks to wait.*lower spec\.limits of the SyncServer/;
const RIGHTS = /give the token's user the rights/;
const elsewhere: Effect = { kind: 'redirect', to: 'https://elsewhere.example.com/' };
const page404: Effect = { kind: 'status', status: 404, body: '<html><h1>404</h1></html>' };

const WRITES: Row[] = [
  ['foreign', 'a login page', { kind: 'loginPage' }, 'ForeignReply', true, 2, PROXY],
  ['foreign', 'a redirect elsewhere', elsewhere, 'ForeignReply', true, 2, PROXY],
  ['foreign', 'a 404 page of a proxy', page404, 'ForeignReply', true, 2, PROXY],
  ['throttled', '429', status(429), 'Throttled', false, 25, SLOWER],
  ['throttled', '429 with Retry-After', status(429, '', '600'), 'Throttled', false, 7, SLOWER],
  [
    'unauthorised',
    '401 to it alone',
    status(401),
    'Unauthorised',
    false,
    25,
    ABOUT,
    /SyncServer's token is not accepted/,
  ],
  ['forbidden', '403', status(403), 'Forbidden', true, 2, ABOUT, RIGHTS],
  ['busy', '409 that says so', status(409, 'It is running.'), 'RemoteBusy', true, 62, ABOUT, /cancel the run in Sync/],
  [
    'invalid',
    '400',
    status(400, 'too small'),
    'Refused',
    true,
    2,
    ABOUT,
    /too small; correct spec\.options\.batchSize/,
  ],
  ['invalid', '422', status(422, 'odd'), 'Refused', true, 2, ABOUT, /odd; correct spec\.options\.batchSize/],
  [
    'invalid',
    'another 409',
    status(409, 'conflict'),
    'Refused',
    true,
    2,
    ABOUT,
    /conflict; correct spec\.options\.batchSize/,
  ],
  [
    'invalid',
    '200 with an error',
    { kind: 'errorInSuccess', message: 'no' },
    'Refused',
    true,
    2,
    ABOUT,
    /: no; correct/,
  ],
  ['ambiguous', '500', status(500), 'OutcomeUnknown', false, 25, LOOKS],
  ['ambiguous', '503 with Retry-After', status(503, '', '5'), 'OutcomeUnknown', false, 25, LOOKS],
  ['ambiguous', 'a cut connection', { kind: 'cut', acts: false }, 'OutcomeUnknown', false, 25, LOOKS],
  ['ambiguous', 'silence', { kind: 'hang', acts: false }, 'OutcomeUnknown', false, 25, LOOKS],
];

test.each(WRITES)(
  '%s: a change that is answered by %s says so, is tried a few times only, and goes once the cause is gone',
  async (_class, _reply, effect, reason, stalled, tries, ...says) => {
    const world = await convergedWorld();
    const fault = world.simulator.faults.add({ operation: 'jobs.update', times: ALWAYS, effect });
    const since = world.clock.now();
    world.apply(CHANGED);
    await world.untilCondition('SyncJob', 'nightly', 'Ready', `False ${reason}`);
    await world.settle(HOUR);
    expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe(`False ${reason}`);
    expect(world.condition('SyncJob', 'nightly', stalled ? 'Stalled' : 'Reconciling')).toBe(`True ${reason}`);
    expect(world.condition('SyncJob', 'nightly', stalled ? 'Reconciling' : 'Stalled')).toBeUndefined();
    for (const text of says) expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(text);
    expect(count(world, 'jobs.update', since)).toBeLessThanOrEqual(tries);
    // It is about this object, and the token went nowhere else.
    for (const name of ['crm', 'warehouse'])
      expect(world.condition('SyncConnection', name, 'Ready')).toBe('True Available');
    expect(world.condition('SyncServer', 'main', 'Ready')).toBe('True Available');
    expect(new Set(world.instance.network.exchanges.map(({ origin }) => origin)).size).toBe(2);

    fault.remove();
    await world.until(() => isChanged(world), HOUR + MINUTE, 'the change');
    await world.ready('SyncJob', 'nightly');
    const done = world.clock.now();
    await quiet(world);
    expect(writesOf(world, done)).toEqual([]);
  },
);

const READS: Row[] = [
  ['throttled', '429', status(429), 'Throttled', false, 25, SLOWER],
  ['throttled', '503 with Retry-After', status(503, '', '300'), 'Throttled', false, 13, SLOWER],
  ['forbidden', '403', status(403), 'Forbidden', true, 14, /^jobs\.get/, RIGHTS],
  [
    'foreign',
    'a login page',
    { kind: 'loginPage' },
    'ForeignReply',
    true,
    14,
    /^jobs\.get/,
    /any proxy of the SyncServer/,
  ],
];

test.each(READS)('%s: a read is answered by %s', async (_class, _reply, effect, reason, stalled, tries, ...says) => {
  const world = await convergedWorld();
  const fault = world.simulator.faults.add({ operation: 'jobs.get', times: ALWAYS, effect });
  const since = world.clock.now();
  world.annotate('SyncJob', 'nightly', { 'reconcile-requested-at': 'now' });
  await world.untilCondition('SyncJob', 'nightly', 'Ready', `False ${reason}`);
  await world.settle(HOUR);
  expect(world.condition('SyncJob', 'nightly', 'Stalled') !== undefined).toBe(stalled);
  for (const text of says) expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(text);
  expect(count(world, 'jobs.get', since)).toBeLessThanOrEqual(tries);
  fault.remove();
  await world.ready('SyncJob', 'nightly', 10 * MINUTE);
  expect(writesOf(world, since)).toEqual([]);
});

test.each<[string, Effect]>([
  ['500', status(500)],
  ['502', status(502)],
  ['a connection that is cut', { kind: 'cut', acts: false }],
  ['silence', { kind: 'hang', acts: false }],
  ['half a reply', { kind: 'truncate', keep: 20 }],
  ['70 MB', { kind: 'huge', bytes: 70 * 2 ** 20 }],
])('unreachable: a read is answered by %s: what is settled stays, and is not claimed for ever', async (_, effect) => {
  const world = await convergedWorld();
  const fault = world.simulator.faults.add({ operation: 'jobs.get', times: ALWAYS, effect });
  const since = world.clock.now();
  world.annotate('SyncJob', 'nightly', { 'reconcile-requested-at': 'now' });
  await world.settle(14 * MINUTE);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'Unknown ObservationStale', 10 * MINUTE);
  expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(/^jobs\.get/);
  await world.settle(HOUR);
  expect(count(world, 'jobs.get', since)).toBeLessThanOrEqual(60);
  fault.remove();
  await world.ready('SyncJob', 'nightly', 6 * MINUTE);
  expect(writesOf(world, since)).toEqual([]);
});

test('forbidden: that object alone says so', async () => {
  const world = await convergedWorld();
  const { console } = world.simulator;
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  console.forbid('job', id, 'write');
  world.apply(CHANGED, connection({ properties: { User: 'other@example.com' } }));
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True Forbidden');
  expect(messageOf(world, 'SyncJob', 'nightly')).toMatch(/jobs\.update.*permission for the job 'Nightly'.*rights/);
  await world.ready('SyncConnection', 'crm');
  expect(world.condition('SyncServer', 'main', 'Authenticated')).toMatch(/^True/);
  console.forbid('job', id, undefined);
  world.annotate('SyncJob', 'nightly', { 'reconcile-requested-at': 'now' });
  await world.ready('SyncJob', 'nightly');
  expect(isChanged(world)).toBe(true);
});
