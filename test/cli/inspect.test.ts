import { expect, test } from 'vitest';
import { convergedWorld, itemNamed, PASSWORD } from '../scenarios/landscape.ts';
import type { Dialect } from '../simulator/dialect.ts';
import { connection, SYNC_URL, server, workspace } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { createCli } from './cli.ts';
import { allowOnly } from './rights.ts';

async function setUp(dialect: Partial<Dialect> = {}) {
  const world = await convergedWorld({ dialect });
  return { world, cli: createCli(world) };
}

const failed = (code: number, err: RegExp) => ({ code, out: '', err: expect.stringMatching(err) });
const good = (out: string) => ({ code: 0, out, err: '' });

test('test says in a line whether the connection works, by exit code as well', async () => {
  const { world, cli } = await setUp();
  expect(await cli.run('test', 'connection/warehouse')).toEqual(
    good('connection/warehouse works: The connection was tested successfully.\n'),
  );
  const id = itemNamed(world, 'connections', 'Warehouse').id;
  world.simulator.console.edit('connection', id, { properties: { Server: 'unreachable.example.com' } });
  world.simulator.echoSecrets(true);
  cli.terminal.colours = true;
  const { code, out, err } = await cli.run('test', 'connection/warehouse');
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toMatch(
    /^connection\/warehouse \u001b\[31mdoes not work\u001b\[0m: Could not connect to unreachable\.example\.com\..*\n$/,
  );
  expect(out).not.toContain(PASSWORD);
});

test('a test whose outcome the server does not tell is not taken for success', async () => {
  const { cli } = await setUp();
  cli.network.serve(SYNC_URL, async () => ({ status: 200, headers: {}, body: '' }));
  const { code, out } = await cli.run('test', 'connection/crm');
  expect({ code, out }).toEqual({ code: 4, out: 'connection/crm was tested; Sync does not say what came of it\n' });
});

test('tables lists them, by a part of the name in any case', async () => {
  const { cli } = await setUp();
  const all = await cli.run('tables', 'connection/crm');
  expect(all).toMatchObject({ code: 0, err: '' });
  expect(all.out).toMatch(/^TABLE +SCHEMA +TYPE\n/);
  expect(all.out).toMatch(/\nOpenOrders +dbo +VIEW\n/);
  const found = await cli.run('tables', 'connection/crm', '--search', 'ORDER', '-o', 'json');
  expect(JSON.parse(found.out).map(({ name }: { name: string }) => name)).toEqual([
    'Orders',
    'Order Lines',
    'OpenOrders',
  ]);
  expect(await cli.run('tables', 'connection/crm', '--search', 'nothing')).toEqual({
    code: 0,
    out: '',
    err: 'none of 7 tables has such a name\n',
  });
});

test.each<Partial<Dialect>>([
  { columnsRoute: 'path' },
  { columnsRoute: 'query', unknownRoute: '405' },
  { columnsRoute: 'query', errors: 'text' },
])('columns of a table, on a server with %j', async (dialect) => {
  const { cli } = await setUp(dialect);
  const { code, out, err } = await cli.run('columns', 'connection/crm', 'Accounts');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toBe(`COLUMN             TYPE        KEY           NULL
Id                 VARCHAR     primary key   not null
Name               VARCHAR                   may be null
LastModifiedDate   TIMESTAMP                 may be null
`);
  const some = await cli.run('columns', 'connection/crm', 'in/2026.csv', '--search', 'id', '-o', 'yaml');
  expect(some.out).toMatch(/^- name: Id\n/);
  expect(await cli.run('columns', 'connection/crm', 'Acounts')).toEqual(
    failed(1, /^error: there is no table Acounts; is it Accounts\?\n$/),
  );
  expect(await cli.run('columns', 'connection/crm', 'Nonsense')).toEqual(
    failed(1, /^error: there is no table Nonsense\n$/),
  );
});

test.each<Partial<Dialect>>([{ downloadRoute: 'body' }, { downloadRoute: 'path' }])(
  'logs lists files and fetches one, on a server with %j',
  async (dialect) => {
    const { world, cli } = await setUp(dialect);
    const { id } = itemNamed(world, 'connections', 'CRM');
    const list = await cli.run('logs', 'connection/crm');
    expect(list.out.split('\n').map((line) => line.split(' ')[0])).toEqual(['FILE', `${id}.log`, `${id}.1.log`, '']);
    expect(JSON.parse((await cli.run('logs', 'connection/crm', '-o', 'json')).out)[0]).toEqual({
      name: `${id}.log`,
      size: 128,
    });
    const text = `2026-01-01T00:00:00Z [INFO] Log of CRM: ${id}.1.log\n`;
    expect(await cli.run('logs', 'connection/crm', '--download', `${id}.1.log`)).toEqual(good(text));
    const saved = await cli.run('logs', 'connection/crm', '--download', 'latest', '--out', '/here/crm.log');
    expect(saved).toEqual({ code: 0, out: '', err: `wrote ${id}.log to /here/crm.log\n` });
    expect(cli.files.get('/here/crm.log')).toContain('[INFO] Log of CRM');
    expect(await cli.run('logs', 'connection/crm', '--download', 'none')).toEqual(
      failed(1, /^error: connection\/crm has no log file none; the newest are \S+, \S+\n$/),
    );
  },
);

test('what is known to be secret is hidden in a log', async () => {
  const { world, cli } = await setUp();
  const { token } = world.simulator;
  const handler = world.simulator.handler;
  cli.network.serve(SYNC_URL, async (request) =>
    request.path.includes('download')
      ? { status: 200, headers: { 'content-type': 'text/plain' }, body: `a request with ${token} came\n` }
      : handler(request),
  );
  const { code, out } = await cli.run('logs', 'connection/crm', '--download', 'latest');
  expect(code).toBe(0);
  expect(out).toMatch(/^a request with .* came\n$/);
  expect(out).not.toContain(token);
});

test.each<[Partial<Dialect>, string, string]>([
  [{ columnsRoute: 'absent' }, 'columns connection/crm Accounts', 'connections.columns'],
  [{ downloadRoute: 'absent' }, 'logs connection/crm --download latest', 'connections.logs.download'],
])('a server with %j: %s says that it has no such call', async (dialect, line, operation) => {
  const { cli } = await setUp(dialect);
  expect(await cli.run(...line.split(' '))).toEqual({
    code: 1,
    out: '',
    err: `error: this Sync server has no call ${operation}, as far as is known; where it has one, spec.routes of the SyncServer says so\n`,
  });
});

const LINES = [
  'test connection/crm',
  'tables connection/crm',
  'columns connection/crm Accounts',
  'logs connection/crm',
];

test.each(LINES)('%s: a server that is down, and one that refuses the token, are said in one line', async (line) => {
  const { world, cli } = await setUp();
  world.simulator.console.revokeToken(world.simulator.token);
  expect(await cli.run(...line.split(' '))).toEqual(
    failed(
      1,
      /^error: Sync: connections\.\S+ \(.*\): 401.*; is the token in the Secret of the SyncServer still valid\?\n$/,
    ),
  );
  cli.network.serve(SYNC_URL, undefined);
  expect(await cli.run(...line.split(' '))).toEqual(
    failed(
      1,
      /^error: Sync: connections\.\S+ \(.*\) failed: .*ECONNREFUSED.*; is the server up, and spec\.url of the SyncServer within reach from here\?\n$/,
    ),
  );
});

test.each(LINES)('%s needs four rights, and names the one that is missing', async (line) => {
  const { world, cli } = await setUp();
  const rights = ['get syncconnections', 'get syncworkspaces', 'get syncservers', 'get secrets'];
  for (const [at, right] of rights.entries()) {
    allowOnly(cli, world, rights.slice(0, at));
    const { code, out, err } = await cli.run(...line.split(' '));
    expect({ code, out, lines: err.split('\n').length }).toEqual({ code: 1, out: '', lines: 2 });
    expect(err).toContain(right);
  }
  allowOnly(cli, world, rights);
  expect((await cli.run(...line.split(' '))).code).toBe(0);
});

test.each([
  ['tables connection/none', /^error: there is no SyncConnection none in namespace default\n$/],
  ['tables job/nightly', /^error: this is not for a SyncJob; it is for connection\n$/],
  ['columns connection/crm', /^error: give a connection and a table: connection\/NAME TABLE\n$/],
  ['test connection/crm', /^error: SyncConnection crm has no object in Sync yet; is the controller running\?\n$/],
])('%s says what is wrong in one line', async (line, words) => {
  const world = createWorld();
  world.apply(server(), workspace(), connection());
  expect(await createCli(world).run(...line.split(' '))).toEqual(failed(1, words));
});

test('Ctrl-C ends a test that takes long', async () => {
  const { world, cli } = await setUp();
  cli.network.fault = ({ path }) => (path.endsWith('/test') ? 'hang' : undefined);
  const { done, interrupt } = cli.start('test', 'connection/crm');
  await world.settle(5_000);
  interrupt();
  await world.settle(1_500);
  expect(await done).toEqual({ code: 130, out: '', err: '' });
});
