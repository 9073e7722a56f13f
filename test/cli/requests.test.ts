import { expect, test } from 'vitest';
import { connection, server, workspace } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { createCli } from './cli.ts';

async function setUp() {
  const world = createWorld();
  world.apply(server(), workspace(), connection());
  await world.start();
  await world.ready('SyncConnection', 'crm');
  return { world, cli: createCli(world) };
}

test('suspend holds writes and resume lets them go on; both say so, and say when there was nothing to do', async () => {
  const { world, cli } = await setUp();
  expect(await cli.run('suspend', 'connection/crm')).toEqual({
    code: 0,
    out: 'connection/crm is suspended\n',
    err: '',
  });
  await world.untilCondition('SyncConnection', 'crm', 'Ready', 'True Suspended');
  expect((await cli.run('suspend', 'sconn', 'crm')).out).toBe('connection/crm was suspended already\n');
  expect((await cli.run('-n', 'default', 'resume', 'syncconnections/crm')).out).toBe(
    'connection/crm is not suspended\n',
  );
  await world.untilCondition('SyncConnection', 'crm', 'Ready', 'True Available');
  expect(world.get('SyncConnection', 'crm')?.spec).not.toHaveProperty('suspend');
});

test.each([
  ['reconcile', 'reconcile-requested-at', 'asked to be looked at again'],
  ['reset-credentials', 'reset-credentials-requested-at', 'asked to forget its sign-in'],
  ['reset-metadata', 'reset-metadata-requested-at', 'asked to read its metadata anew'],
])('%s asks the controller, which does it', async (name, token, said) => {
  const { world, cli } = await setUp();
  expect(await cli.run(name, 'connection/crm')).toEqual({ code: 0, out: `connection/crm ${said}\n`, err: '' });
  const value = world.get('SyncConnection', 'crm')?.metadata.annotations?.[`sync.cdata.com/${token}`];
  expect(value).toMatch(/^\d{4}-\d\d-\d\dT/);
  const echoed = () => world.status('SyncConnection', 'crm').tokens?.[token] === value;
  await world.until(echoed, 60_000, 'the request to be acted on');
});

test('a request that the controller would ignore, since it has not seen the object, is refused', async () => {
  const world = createWorld();
  world.apply(connection());
  const { code, err } = await createCli(world).run('reconcile', 'connection/crm');
  expect(code).toBe(1);
  expect(err).toBe(
    'error: SyncConnection crm has not been looked at by the controller yet: is it running? A request would be ignored\n',
  );
});

test.each([
  [['reconcile', 'connection/none'], 'there is no SyncConnection none in namespace default'],
  [['reconcile', 'run/x'], 'this is not for a SyncRun; it is for server, workspace, connection'],
  [['suspend'], 'name an object: TYPE/NAME'],
  [['suspend', 'job'], 'name the SyncJob: job/NAME'],
  [['suspend', 'jobs/a/b'], '"jobs/a/b" is not TYPE/NAME'],
  [['suspend', 'thing/a'], 'there is no type "thing"; there are server,'],
  [['suspend', '--what', 'job/a'], "Unknown option '--what'; see kubectl sync suspend --help"],
  [['supsend', 'job/a'], 'there is no command "supsend"; is it suspend'],
  [['--context', 'other', 'suspend', 'job/a'], 'no cluster: the kubeconfig has no context "other"'],
])('%j says what is wrong in one line', async (argv, words) => {
  const { code, out, err } = await createCli(createWorld()).run(...argv);
  expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, out: '', lines: 1 });
  expect(err).toContain(words);
});

test('Ctrl-C ends a command whose server does not answer', async () => {
  const world = createWorld();
  const cli = createCli(world);
  cli.network.fault = () => 'hang';
  const { done, interrupt } = cli.start('suspend', 'job/a');
  await world.settle(2_000);
  interrupt();
  await world.settle(1_500);
  expect(await done).toEqual({ code: 130, out: '', err: '' });
});
