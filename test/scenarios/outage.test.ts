import { expect, test } from 'vitest';
import { TransportError } from '../../src/ports/transport.ts';
import { connection, job, SYNC_URL, secret } from '../support/manifests.ts';
import type { World } from '../support/world.ts';
import { ALWAYS, convergedWorld, itemNamed, messageOf, status, writesOf } from './landscape.ts';

/** The classes of the table of failures (design §5) that are about a server as a whole: unreachable and unauthorised. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** What polling alone comes to in an hour: an outage must not cost more. */
const QUIET_HOUR = 300;
const CHANGED = job({ options: { destinationSchema: 'crm', batchSize: 5 } });
const isChanged = (world: World) => itemNamed(world, 'jobs', 'Nightly').fields.batch_size === 5;

/** What the network says, and what the SyncServer then says. */
test.each<[string, ConstructorParameters<typeof TransportError>, RegExp]>([
  [
    'refused',
    ['refused', false, 'connect ECONNREFUSED'],
    /nothing accepts connections at .*check host and port of spec\.url/,
  ],
  ['dns', ['dns', false, 'getaddrinfo ENOTFOUND sync.test'], /host name of .* cannot be resolved: check spec\.url/],
  ['tls', ['tls', false, 'self-signed certificate'], /self-signed certificate; give the CA in spec\.tls\.caSecretRef/],
  [
    'connectTimeout',
    ['connectTimeout', false, 'connect timed out'],
    /does not accept a connection in time.*NetworkPolicies/,
  ],
  ['reset', ['reset', true, 'socket hang up'], /closes the connection without an answer/],
  ['protocol', ['protocol', true, 'not HTTP'], /does not answer in HTTP/],
])('unreachable: %s shows on the server; what is settled stays, what is new waits', async (_, failure, says) => {
  const world = await convergedWorld();
  const { network } = world.instance;
  const since = world.clock.now();
  network.fault = ({ origin }) => (origin === SYNC_URL ? new TransportError(...failure) : undefined);
  world.apply(connection({ name: 'New' }, { name: 'new' }));
  await world.untilCondition('SyncServer', 'main', 'Reachable', 'False ServerUnreachable');
  expect(messageOf(world, 'SyncServer', 'main', 'Reachable')).toMatch(says);
  expect(messageOf(world, 'SyncServer', 'main')).toMatch(says);
  await world.untilCondition('SyncConnection', 'new', 'Reconciling', 'True ServerUnreachable');
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('True Available');
  await world.settle(HOUR);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('Unknown ObservationStale');
  const calls = network.exchanges.filter(({ origin, at }) => origin === SYNC_URL && at > since);
  expect(calls.length).toBeLessThan(QUIET_HOUR);

  network.fault = undefined;
  await world.ready('SyncConnection', 'new', 10 * MINUTE);
  await world.ready('SyncJob', 'nightly', 10 * MINUTE);
  expect(writesOf(world, since)).toEqual(['POST connections.create']);
});

test('unreachable: 502 to 504 open the circuit, and its end is seen', async () => {
  const world = await convergedWorld();
  const down = world.simulator.faults.add({ times: ALWAYS, effect: status(503) });
  const since = world.clock.now();
  await world.until(() => world.status('SyncServer', 'main').circuit?.state === 'Open', 10 * MINUTE, 'an open circuit');
  await world.settle(HOUR);
  expect(messageOf(world, 'SyncServer', 'main', 'Reachable')).toMatch(/answers 503: the server or a proxy/);
  expect(world.simulator.requests.filter(({ at }) => at > since).length).toBeLessThan(QUIET_HOUR);
  down.remove();
  await world.untilCondition('SyncServer', 'main', 'Ready', 'True', 5 * MINUTE);
  await world.until(
    () => world.status('SyncServer', 'main').circuit.state === 'Closed',
    5 * MINUTE,
    'a closed circuit',
  );
});

test.each([401, 403])('unauthorised: %i to the probe: everything waits, and a new token is picked up', async (code) => {
  const world = await convergedWorld();
  const fault = world.simulator.faults.add({ times: ALWAYS, effect: status(code, 'token expired') });
  await world.untilCondition('SyncServer', 'main', 'Authenticated', 'False Unauthorised');
  const since = world.clock.now();
  world.apply(CHANGED);
  await world.untilCondition('SyncJob', 'nightly', 'Reconciling', 'True Unauthorised');
  await world.settle(HOUR);
  expect(world.condition('SyncServer', 'main', 'Stalled')).toBe('True Unauthorised');
  expect(messageOf(world, 'SyncServer', 'main')).toMatch(
    /does not accept the token.*token expired; put a valid one into the Secret of spec\.auth\.tokenSecretRef/,
  );
  expect(world.condition('SyncServer', 'main', 'Reachable')).toMatch(/^True/);
  expect(world.simulator.requests.filter(({ at }) => at > since).length).toBeLessThan(QUIET_HOUR);
  expect(writesOf(world, since)).toEqual([]);

  fault.remove();
  world.simulator.console.addToken('another-token-1');
  world.simulator.console.revokeToken(world.simulator.token);
  world.apply(secret('sync-token', { token: 'another-token-1' }));
  await world.until(() => isChanged(world), 5 * MINUTE, 'the change');
  await world.ready('SyncJob', 'nightly');
  expect(writesOf(world, since)).toEqual(['PUT jobs.update']);
});
