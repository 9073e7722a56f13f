import { expect, test } from 'vitest';
import type { Dialect } from '../simulator/dialect.ts';
import type { Effect } from '../simulator/faults.ts';
import { job, secret, warehouse } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { basics, messageOf, quiet } from './landscape.ts';

/** Secrets that a server repeats, in every way in which text can carry them: none is to be read anywhere. */

const PASSWORD = 'canary "Pa/55\\wörd+=&;1';
const ROTATED = "canary'2nd\tPa%55?word";
const TOKEN = 'canary9token8value7';
const MINUTE = 60_000;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const FORMS: Record<string, (secret: string) => string> = {
  raw: (text) => text,
  'in a URL': encodeURIComponent,
  'in a URL with small letters': (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
  'in a form': (text) => encodeURIComponent(text).replaceAll('%20', '+'),
  'in base64': base64,
  'in base64 behind one letter': (text) => base64(`x${text}`),
  'in base64 behind two letters': (text) => base64(`ab${text}yz`),
  'in JSON within JSON': (text) => JSON.stringify({ pair: text }),
  'with a key before it': (text) => `Password=${text};Server=x`,
};

/** A server that repeats all three secrets in whatever goes wrong with these operations. */
function repeat(world: World, form: (secret: string) => string, status: number): void {
  const message = [PASSWORD, ROTATED, TOKEN].map((text) => `Bad value ${form(text)} here`).join(', ');
  const body = JSON.stringify({ error: { code: form(PASSWORD), message } });
  const effect: Effect = { kind: 'status', status, body };
  const operations = [
    'workspaces.list',
    'connections.create',
    'connections.get',
    'connections.update',
    'connections.test',
    'jobs.create',
    'jobs.update',
    'jobs.history',
  ];
  for (const operation of operations) world.simulator.faults.add({ operation, effect, times: 2 });
}

async function expectNoLeak(world: World): Promise<void> {
  for (const text of [PASSWORD, ROTATED, TOKEN]) expect(await world.secretsSeen(text)).toEqual([]);
}

async function start(dialect: Partial<Dialect> = {}): Promise<World> {
  const world = createWorld({ dialect, config: { logLevel: 'debug' } });
  world.simulator.console.addToken(TOKEN);
  world.apply(basics(), job(), secret('sync-token', { token: TOKEN }), secret('warehouse', { password: PASSWORD }));
  world.apply(warehouse({ test: { onChange: true } }));
  await world.start();
  await world.ready('SyncConnection', 'warehouse');
  await world.ready('SyncJob', 'nightly');
  return world;
}

test.each(Object.keys(FORMS))('a server that repeats secrets %s in its errors', async (name) => {
  const world = await start();
  world.apply(secret('warehouse', { password: ROTATED }));
  await quiet(world);
  for (const status of [400, 409, 500, 200]) {
    repeat(world, FORMS[name]!, status);
    world.apply(secret('warehouse', { password: status === 500 ? PASSWORD : ROTATED }));
    world.apply(job({ options: { destinationSchema: 'crm', batchSize: status } }));
    world.annotate('SyncConnection', 'warehouse', { 'reconcile-requested-at': String(status) });
    await world.settle(10 * MINUTE);
    await expectNoLeak(world);
  }
  // The errors were shown, without the secrets.
  expect(world.logs.some((line) => JSON.stringify(line.fields).includes('***'))).toBe(true);
});

test.each<[string, Partial<Dialect>]>([
  ['plain', { secrets: 'plain' }],
  ['masked', { secrets: 'masked' }],
  ['left out', { secrets: 'omitted' }],
  ['scrambled', { secrets: 'scrambled' }],
  ['plain, and keys spelled otherwise', { secrets: 'plain', keys: 'title', lists: 'full' }],
])('a server that shows secrets %s, and repeats them when a test fails', async (_, dialect) => {
  const world = await start(dialect);
  world.simulator.echoSecrets(true);
  // An unreachable host makes the simulator's test fail.
  world.apply(
    warehouse({
      test: { onChange: true },
      properties: { Server: 'unreachable.invalid', Database: 'x', User: 'u' },
      changePolicy: 'Automatic',
    }),
  );
  await world.untilCondition('SyncConnection', 'warehouse', 'Tested', 'False TestFailed');
  expect(messageOf(world, 'SyncConnection', 'warehouse', 'Tested')).toMatch(/Password=\*\*\*/);
  world.apply(secret('warehouse', { password: ROTATED }));
  await quiet(world);
  await expectNoLeak(world);
  // What is held shows that a secret is to change, not which.
  world.apply(warehouse({ changePolicy: 'Manual' }), secret('warehouse', { password: PASSWORD }));
  const held = () =>
    (world.status('SyncConnection', 'warehouse').plan?.changes ?? []) as { path: string; to: string }[];
  const password = () => held().find(({ path }) => path === 'properties.Password');
  await world.until(() => password() !== undefined, 5 * MINUTE, 'the plan of the secret');
  expect(world.condition('SyncConnection', 'warehouse', 'Ready')).toBe('False AwaitingApproval');
  expect(password()).toMatchObject({ to: '(secret)' });
  await expectNoLeak(world);
});

test('a token that the server refuses and repeats', async () => {
  const world = await start();
  world.simulator.console.revokeToken(TOKEN);
  world.simulator.faults.add({ times: 1e9, effect: { kind: 'echo', secret: TOKEN, status: 401 } });
  await world.untilCondition('SyncServer', 'main', 'Authenticated', 'False', 10 * MINUTE);
  await world.settle(15 * MINUTE);
  expect(messageOf(world, 'SyncServer', 'main')).toMatch(/does not accept the token/);
  await expectNoLeak(world);
});

test('the search finds a secret in each of these forms', async () => {
  for (const form of Object.values(FORMS)) {
    const world = createWorld();
    world.logs.push({ at: 0, level: 'debug', message: `x ${form(PASSWORD)} y`, fields: {} });
    expect(await world.secretsSeen(PASSWORD)).toHaveLength(1);
  }
});
