import { expect, test } from 'vitest';
import { SYNC_URL, secret, server, workspace } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { createCli } from './cli.ts';
import { allowOnly } from './rights.ts';

const failed = (code: number, err: RegExp) => ({ code, out: '', err: expect.stringMatching(err) });

async function setUp() {
  const world = createWorld();
  world.apply(server(), workspace());
  await world.start();
  await world.ready('SyncServer', 'main');
  const made = (name: string, key = 'token') => {
    const data = world.get('Secret', name)?.data?.[key];
    return data === undefined ? undefined : Buffer.from(data, 'base64').toString();
  };
  const tokens = () => [...world.simulator.state.tokens];
  return { world, cli: createCli(world), made, tokens };
}

test('a new token goes into a Secret that is made for it, and nowhere else', async () => {
  const { world, cli, made, tokens } = await setUp();
  cli.answers.push('yes');
  const { code, out, err } = await cli.run('token', 'server/main', '--secret', 'next');
  expect({ code, out }).toEqual({ code: 0, out: 'a new token is in Secret default/next, key token\n' });
  expect(err).toBe('Sync may end the token that server/main is used with now. Go on? Type yes: ');
  expect(made('next')).toBe(tokens().at(-1));
  expect(made('next')).not.toBe(world.simulator.token);
  world.apply(server({ auth: { tokenSecretRef: { name: 'next' } } }));
  await world.ready('SyncServer', 'main');
  expect(await world.secretsSeen(made('next')!)).toEqual([]);
});

test('of a Secret that is there only the one key changes', async () => {
  const { world, cli, made, tokens } = await setUp();
  world.apply(secret('mine', { other: 'stays', api: 'old' }));
  expect((await cli.run('token', 'main', '--secret', 'mine', '--key', 'api', '--yes')).code).toBe(0);
  expect([made('mine', 'other'), made('mine', 'api')]).toEqual(['stays', tokens().at(-1)]);
});

test('it is printed only where that is asked for', async () => {
  const { world, cli, tokens } = await setUp();
  const before = world.cluster.objects('Secret');
  const { code, out, err } = await cli.run('token', 'server/main', '--show', '--yes');
  expect({ code, out, err }).toEqual({ code: 0, out: `${tokens().at(-1)}\n`, err: '' });
  expect(world.cluster.objects('Secret')).toEqual(before);
});

test('nothing is asked of Sync before a person has agreed and the Secret is sure to take it', async () => {
  const { world, cli, tokens } = await setUp();
  const before = tokens();
  cli.answers.push('no');
  expect((await cli.run('token', 'server/main', '--secret', 'next')).err).toMatch(/error: nothing was done\n$/);
  const nobody = await cli.run('token', 'server/main', '--secret', 'next');
  expect(nobody).toMatchObject({
    code: 1,
    err: expect.stringMatching(/error: nobody can be asked here: add --yes\n$/),
  });
  allowOnly(cli, world, ['get syncservers', 'get secrets', 'patch secrets']);
  expect(await cli.run('token', 'server/main', '--secret', 'next', '--yes')).toEqual(
    failed(1, /^error: you may not create secrets default\/next; docs\/cli\.md lists what each command needs\n$/),
  );
  allowOnly(cli, world, ['get syncservers', 'get secrets']);
  expect(await cli.run('token', 'server/main', '--secret', 'next', '--yes')).toEqual(
    failed(1, /^error: you may not patch secrets default\/next; .*\n$/),
  );
  expect(tokens()).toEqual(before);
  expect(world.get('Secret', 'next')).toBeUndefined();
});

test.each([
  ['token server/main', /^error: say where it goes: --secret NAME, or --show to print it\n$/],
  ['token server/main --secret a --show', /^error: say where it goes: --secret NAME, or --show to print it\n$/],
  ['token server/none --show --yes', /^error: there is no SyncServer none in namespace default\n$/],
  ['token user/jane --show', /^error: this is not for a SyncUser; it is for server\n$/],
])('%s says what is wrong in one line', async (line, words) => {
  const { cli } = await setUp();
  expect(await cli.run(...line.split(' '))).toEqual(failed(1, words));
});

test('a server that is down, or that answers without a token, leaves the Secret as it was', async () => {
  const { world, cli, made } = await setUp();
  world.apply(secret('mine', { token: 'old' }));
  const { handler } = world.simulator;
  cli.network.serve(SYNC_URL, async (request) =>
    request.path.includes('generate-token') ? { status: 200, headers: {}, body: '{}' } : handler(request),
  );
  const line = ['token', 'server/main', '--secret', 'mine', '--yes'];
  expect(await cli.run(...line)).toEqual(failed(1, /^error: Sync: users\.generateToken: the reply holds no token\n$/));
  cli.network.serve(SYNC_URL, undefined);
  expect(await cli.run(...line)).toEqual(failed(1, /^error: Sync: users\.generateToken .*ECONNREFUSED.*\n$/));
  expect(made('mine')).toBe('old');
});
