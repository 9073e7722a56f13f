import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Manifest } from '../cluster/types.ts';
import { convergedEnvironment, environment } from '../scenarios/landscape.ts';
import { connection, job, pipeline, run, SYNC_URL, secret, server, user, workspace } from '../support/manifests.ts';
import { createWorld, KUBE_URL, type World } from '../support/world.ts';
import { type Cli, createCli } from './cli.ts';

const KEY = ['--operator-namespace', 'sync-system'];
const TASKS = [{ table: 'Accounts' }, { table: 'Contacts' }, { query: 'REPLICATE [Orders]' }];
const yaml = (...manifests: Manifest[]) => manifests.map((one) => stringify(one)).join('---\n');

async function setUp(more: Manifest[] = []): Promise<{ world: World; cli: Cli }> {
  const world = await convergedEnvironment({}, more);
  return { world, cli: createCli(world) };
}

test('a plan for people: steps with their fields, what would be lost, what holds them, and the sum', async () => {
  const { world, cli } = await setUp();
  const { id } = world.status('SyncJob', 'nightly');
  expect(id).toBeDefined();
  const tasks = [{ table: 'Accounts' }, { query: 'REPLICATE [Orders]' }, { table: 'Leads' }, { table: 'Cases' }];
  cli.files.set(
    '/m/jobs.yaml',
    yaml(
      job({ tasks: tasks.slice(0, 2), options: { batchSize: 500, destinationSchema: 'new' } }),
      job({ name: 'Lost', sourceRef: { name: 'nowhere' } }, { name: 'lost' }),
      connection({ name: 'New', properties: { User: 'u', Password: 'canary-plain' } }, { name: 'new' }),
    ),
  );
  const { code, out, err } = await cli.run('plan', '-f', '/m/jobs.yaml', ...KEY);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toBe(`SyncConnection default/new "New": create  /m/jobs.yaml:43
  + create New
      name                 New
      connector            Salesforce
      properties.User      u
      properties.Password  (secret)

SyncJob default/lost "Lost": cannot be planned  /m/jobs.yaml:22
  ! ReferenceNotFound: SyncConnection default/nowhere, which spec.sourceRef names, does not exist; make it, or correct the name

SyncJob default/nightly "Nightly": update  /m/jobs.yaml:1
  ~ update
      options.batchSize  10000 → 500
  ~ update  ! may lose data  (held: needs approval)
      options.destinationSchema  crm → new  !
  - deleteTask Contacts  ! loses the replication state of Contacts  (held: needs approval)

Plan: 1 to create, 1 to update, 1 that cannot be planned, 0 unchanged. Steps: 2 held, 2 that may lose something.
`);
});

test('colours only where they show', async () => {
  const { cli } = await setUp();
  cli.files.set('/m.yaml', yaml(connection({ name: 'New' }, { name: 'new' })));
  expect((await cli.run('plan', '-f', '/m.yaml', ...KEY)).out).not.toContain('\u001b');
  cli.terminal.colours = true;
  expect((await cli.run('plan', '-f', '/m.yaml', ...KEY)).out).toContain('\u001b[32mcreate\u001b[0m');
});

test('progress over many objects, on a terminal only, and gone at the end', async () => {
  const { cli } = await setUp();
  const many = Array.from({ length: 30 }, (_, at) => connection({ name: `c${at}` }, { name: `c${at}` }));
  cli.files.set('/m.yaml', yaml(...many));
  expect((await cli.run('plan', '-f', '/m.yaml', ...KEY)).err).toBe('');
  cli.terminal.live = true;
  const { err } = await cli.run('plan', '-f', '/m.yaml', ...KEY);
  expect(err).toContain('\r\u001b[Kcompared with Sync: 9 of 31');
  expect(err).toMatch(/\r\u001b\[K$/);
});

test('json and yaml say the same', async () => {
  const { cli } = await setUp();
  cli.files.set('/m.yaml', yaml(connection({ properties: { User: 'new@example.com' } })));
  const json = await cli.run('plan', '-f', '/m.yaml', '-o', 'json', ...KEY);
  expect(JSON.parse(json.out)).toEqual({
    objects: [
      {
        kind: 'SyncConnection',
        namespace: 'default',
        name: 'crm',
        remoteName: 'CRM',
        id: expect.any(String),
        source: '/m.yaml:1',
        action: 'update',
        steps: [
          {
            verb: 'update',
            title: 'update',
            destructive: false,
            cause: 'spec',
            changes: [{ path: 'properties.User', from: 'sync@example.com', to: 'new@example.com', destructive: false }],
          },
        ],
      },
    ],
    summary: {
      ...{ create: 0, update: 1, recreate: 0, adopt: 0, delete: 0, run: 0 },
      ...{ unchanged: 0, blocked: 0, held: 0, destructive: 0 },
    },
  });
  const asYaml = await cli.run('plan', '-f', '/m.yaml', '-o', 'yaml', ...KEY);
  expect(parse(asYaml.out)).toEqual(JSON.parse(json.out));
  expect([json.code, asYaml.code]).toEqual([2, 2]);
});

describe('what is read', () => {
  test('folders, folders in them with -R, lists, JSON and standard input', async () => {
    const { cli } = await setUp();
    const named = (name: string) => connection({ name }, { name });
    cli.files.set('/m/a.yaml', yaml(named('a')));
    cli.files.set('/m/b.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [named('b'), named('c')] }));
    cli.files.set('/m/notes.txt', 'no manifest: [');
    cli.files.set('/m/deep/d.yml', yaml(named('d')));
    cli.files.set('-', yaml(named('e')));
    const names = async (...argv: string[]) => {
      const { out } = await cli.run('plan', ...argv, '-o', 'json', ...KEY);
      return JSON.parse(out).objects.map(({ name }: { name: string }) => name);
    };
    expect(await names('-f', '/m')).toEqual(['a', 'b', 'c']);
    expect(await names('-R', '-f', '/m')).toEqual(['a', 'b', 'c', 'd']);
    expect(await names('-f', '-', '-f', '/m/a.yaml')).toEqual(['a', 'e']);
  });

  test('kinds of others are left out, and named once', async () => {
    const { cli } = await setUp();
    const other = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: {} };
    cli.files.set('/m.yaml', yaml(other, { ...other, metadata: { name: 'y' } }, job()));
    expect(await cli.run('plan', '-f', '/m.yaml', ...KEY)).toEqual({
      code: 0,
      out: 'No changes: 1 unchanged.\n',
      err: 'note: objects of kind Deployment are left out: they have no part in Sync\n',
    });
  });

  test('a Secret that is encrypted in its file is taken from the cluster', async () => {
    const { cli } = await setUp();
    const encrypted = { ...secret('warehouse', { password: 'ENC[AES256_GCM,data:x]' }), sops: { version: '3.9.0' } };
    cli.files.set(
      '/m.yaml',
      yaml(
        encrypted,
        ...environment()
          .filter(({ metadata }) => metadata.name === 'warehouse')
          .slice(1),
      ),
    );
    expect((await cli.run('plan', '-f', '/m.yaml', ...KEY)).out).toBe('No changes: 1 unchanged.\n');
  });

  test('a run that is new would run; one that is there would not', async () => {
    const { world, cli } = await setUp();
    cli.files.set('/m.yaml', yaml(run()));
    const { code, out } = await cli.run('plan', '-f', '/m.yaml', ...KEY);
    expect({ code, out }).toEqual({
      code: 2,
      out: 'SyncRun default/now: run  /m.yaml:1\n  + run job nightly\n\nPlan: 1 to run, 0 unchanged.\n',
    });
    world.apply(run());
    expect((await cli.run('plan', '-f', '/m.yaml', ...KEY)).code).toBe(0);
  });

  test('a field that is not in the file any more goes, as with kubectl apply', async () => {
    const suspended = job({ suspend: true });
    const lastApplied = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(suspended) };
    const { world, cli } = await setUp();
    world.apply({ ...suspended, metadata: { ...suspended.metadata, annotations: lastApplied } });
    await world.untilCondition('SyncJob', 'nightly', 'Ready', 'True Suspended');
    cli.files.set('/m.yaml', yaml(job({ options: { batchSize: 5 } })));
    const { out } = await cli.run('plan', '-f', '/m.yaml', '-o', 'json', ...KEY);
    expect(JSON.parse(out).objects[0].steps[0].held).toBeUndefined();
    // What somebody else has set stays.
    const forgotten = Object.fromEntries(Object.keys(lastApplied).map((name) => [name, null]));
    world.cluster.patch('SyncJob', 'nightly', 'default', { metadata: { annotations: forgotten } });
    const again = await cli.run('plan', '-f', '/m.yaml', '-o', 'json', ...KEY);
    expect(JSON.parse(again.out).objects[0].steps[0].held).toBe('Suspended');
  });
});

test.each([
  ['kind: [', /^error: \/m\.yaml:1: not YAML: /],
  [yaml(job()).replace('type: Standard', 'type: Standard\n  tpye: x'), '/m.yaml:11: spec.tpye: there is no such field'],
  [yaml(job({ tasks: [{ table: 'a' }, { tabel: 'b' }] })), '/m.yaml:19: spec.tasks[1]'],
  [yaml(connection(), job({ schedule: { enabled: 'maybe' } })), '/m.yaml:35: spec.schedule.enabled: Invalid input'],
  [yaml(job({ sourceRef: undefined })), '/m.yaml:6: spec.sourceRef: sourceRef must be given'],
  [yaml(job(), job()), '/m.yaml:22: SyncJob/default/nightly is in /m.yaml:1 already'],
  ['kind: SyncJob', '/m.yaml:1: not a Kubernetes object: apiVersion and kind must be given'],
  [yaml(job()).replace('SyncJob', 'SyncJobs'), '/m.yaml:2: kind: there is no SyncJobs in sync.cdata.com'],
  [yaml(job()).replace('v1alpha1', 'v2'), '/m.yaml:1: apiVersion: must be sync.cdata.com/v1alpha1'],
  [yaml(job()).replace('name: nightly', 'other: x'), '/m.yaml:3: metadata.name: must be given'],
])('a broken manifest is named by file, line and field (%#)', async (text, words) => {
  const { cli } = await setUp();
  cli.files.set('/m.yaml', text);
  const { code, out, err } = await cli.run('plan', '-f', '/m.yaml');
  expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, out: '', lines: 1 });
  if (typeof words === 'string') expect(err).toContain(words);
  else expect(err).toMatch(words);
});

test('what the API server refuses is named by file, line and field, each in a line', async () => {
  const { cli } = await setUp();
  const refusal = {
    ...{ apiVersion: 'v1', kind: 'Status', status: 'Failure', reason: 'Invalid', code: 422, message: 'invalid' },
    details: {
      causes: [
        { field: 'spec.type', message: 'Invalid value: is immutable' },
        { field: 'spec.tasks[1].table', message: 'Invalid value: too odd' },
      ],
    },
  };
  answerWrites(cli, 422, refusal);
  cli.files.set('/m.yaml', yaml(job()));
  expect(await cli.run('plan', '-f', '/m.yaml')).toEqual({
    code: 1,
    out: '',
    err: 'error: /m.yaml:10: spec.type: Invalid value: is immutable\n/m.yaml:19: spec.tasks[1].table: Invalid value: too odd\n',
  });
});

test('who may not write the objects, not even as a dry run, has them checked here', async () => {
  const { cli } = await setUp();
  answerWrites(cli, 403, { apiVersion: 'v1', kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403 });
  cli.files.set('/m.yaml', yaml(job({ options: { batchSize: 5 } }), connection({ name: 'New' }, { name: 'new' })));
  const { code, out, err } = await cli.run('plan', '-f', '/m.yaml', '-o', 'json', ...KEY);
  expect(code).toBe(2);
  expect(err).toBe('note: 2 of 2 objects were checked here, not by a dry run of the API server, which refused it\n');
  expect(JSON.parse(out).objects).toMatchObject([
    { name: 'new', action: 'create' },
    { name: 'nightly', action: 'update', steps: [{ changes: [{ path: 'options.batchSize', to: '5' }] }] },
  ]);
});

/** The API server refuses everything but reads. */
function answerWrites(cli: Cli, status: number, body: object): void {
  const { serve } = cli.network;
  serve(KUBE_URL, async (request) => {
    if (request.method === 'GET') return cli.kube(request);
    return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  });
}

test.each([
  [['-f', '/none.yaml'], '/none.yaml: no such file'],
  [['-f', '/m'], '/m: no .yaml, .yml or .json file there'],
  [['-f', '/m/x.txt', 'job/a'], 'give either files (-f) or objects, not both'],
  [['-f', '/m', '--in-cluster'], '--in-cluster is for live objects'],
  [['-f', '/m', '-A'], '-A is for live objects; leave out -f'],
  [['--direct', '--in-cluster'], 'give --direct or --in-cluster, not both'],
  [['-A', 'job/a'], 'an object is in one namespace: give -n, not -A'],
  [['job/none'], 'there is no SyncJob none in namespace default'],
  [['run/now'], 'this is not for a SyncRun'],
])('plan %j says what is wrong in one line', async (argv, words) => {
  const cli = createCli(createWorld());
  cli.files.set('/m/x.txt', '');
  const { code, out, err } = await cli.run('plan', ...argv);
  expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, out: '', lines: 1 });
  expect(err).toContain(words);
});

test('-n has to fit the namespaces in the files', async () => {
  const cli = createCli(createWorld());
  cli.files.set('/m.yaml', yaml(job()));
  const { code, err } = await cli.run('plan', '-n', 'other', '-f', '/m.yaml');
  expect(code).toBe(1);
  expect(err).toContain('/m.yaml:4: metadata.namespace: default is not the namespace that was asked for (other)');
});

describe('what is in the way', () => {
  test('a server that does not answer', async () => {
    const { cli } = await setUp();
    cli.network.serve(SYNC_URL, undefined);
    const { code, out } = await cli.run('plan', 'job/nightly', '--direct', ...KEY);
    expect(code).toBe(1);
    expect(out).toContain('SyncJob default/nightly "Nightly": cannot be planned\n  ! ServerUnreachable: ');
  });

  test('a token that cannot be read', async () => {
    const { world, cli } = await setUp();
    world.cluster.delete('Secret', 'sync-token', 'default');
    const { code, out } = await cli.run('plan', 'server/main', 'job/nightly', '--direct', ...KEY);
    expect(code).toBe(1);
    expect(out).toContain('  ! SecretNotFound: Secret default/sync-token does not exist; spec.auth.tokenSecretRef');
    expect(out).toContain('  ! ServerNotReady: SyncServer default/main is not ready: Secret default/sync-token');
  });

  test('tables that the source does not have', async () => {
    const { cli } = await setUp();
    cli.files.set('/m.yaml', yaml(job({ verifyTables: true, tasks: [...TASKS, { table: 'Acounts' }] })));
    const { code, out } = await cli.run('plan', '-f', '/m.yaml', ...KEY);
    expect(code).toBe(1);
    expect(out).toContain('  + addTask Acounts  (held: see below)\n');
    expect(out).toContain(
      '  ! TablesNotFound: the source has no such table: spec.tasks[3] Acounts (there is Accounts)',
    );
  });

  test('a step whose target is nowhere: the others are planned', async () => {
    const { cli } = await setUp();
    const steps = [{ jobRef: { name: 'nightly' } }, { jobRef: { name: 'nowhere' } }];
    cli.files.set('/m.yaml', yaml(pipeline({ name: 'New', steps }, { name: 'new' })));
    const { code, out } = await cli.run('plan', '-f', '/m.yaml', ...KEY);
    expect(code).toBe(1);
    expect(out).toContain('  + addStep job Nightly\n');
    expect(out).toContain('  ! ReferenceNotFound: SyncJob default/nowhere, which spec.steps[1].jobRef names');
  });

  test('a controller that has not looked', async () => {
    const world = createWorld();
    world.apply(environment());
    const { code, out } = await createCli(world).run('plan', 'job/nightly');
    expect(code).toBe(1);
    expect(out).toContain(
      '  ! NotObserved: the controller has not looked at the object as it is now; is it running?\n',
    );
  });
});

test('Ctrl-C ends it in one line', async () => {
  const { world, cli } = await setUp();
  cli.network.fault = ({ origin }) => (origin === SYNC_URL ? 'hang' : undefined);
  const { done, interrupt, seen } = cli.start('plan', '--direct', ...KEY);
  await world.settle(1_000);
  interrupt();
  await world.settle(1_000);
  expect(await done).toEqual({ code: 130, out: '', err: 'error: interrupted\n' });
  expect(seen().out).toBe('');
});

test('an object that is being deleted goes from Sync, if its policy says so', async () => {
  const { world, cli } = await setUp([user({ deletionPolicy: 'Delete' })]);
  world.apply(user({ deletionPolicy: 'Delete', suspend: true }));
  await world.settle(10_000);
  world.remove('SyncUser', 'jane');
  await world.settle(10_000);
  const { code, out } = await cli.run('plan', 'user/jane', '--direct', ...KEY);
  expect({ code, out }).toEqual({
    code: 2,
    out: 'SyncUser default/jane "jane": delete\n  - delete jane  ! may lose data\n\nPlan: 1 to delete, 0 unchanged. Steps: 1 that may lose something.\n'.replace(
      ' "jane"',
      '',
    ),
  });
});

test('a namespace that comes with the same change need not be there yet', async () => {
  const { world, cli } = await setUp();
  const namespace = 'fresh';
  const there = (manifest: Manifest): Manifest => ({ ...manifest, metadata: { ...manifest.metadata, namespace } });
  const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const all = [
    server(),
    workspace(),
    connection({ name: 'Fresh' }),
    secret('sync-token', { token: world.simulator.token }),
  ];
  cli.files.set('/m.yaml', yaml(made, ...all.map(there)));
  const { code, out, err } = await cli.run('plan', '-f', '/m.yaml', '-o', 'json', ...KEY);
  expect({ code, notes: err.trimEnd().split('\n').length }).toEqual({ code: 2, notes: 2 });
  expect(JSON.parse(out).summary).toMatchObject({ create: 1, blocked: 0, unchanged: 2 });
});

test('-A plans over all namespaces, with servers of other ones', async () => {
  const { world, cli } = await setUp();
  world.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  world.apply(server({ access: [{ namespaces: { from: 'All' }, maxPolicy: 'Retain' }] }));
  world.apply(secret('warehouse', { password: 'x' }, 'team'));
  const serverRef = { name: 'main', namespace: 'default' };
  world.apply(workspace({ serverRef }, { namespace: 'team' }), connection({ name: 'T' }, { namespace: 'team' }));
  await world.settle(30_000);
  const all = JSON.parse((await cli.run('plan', '-A', '--direct', '-o', 'json', ...KEY)).out);
  const inTeam = JSON.parse((await cli.run('plan', '-n', 'team', '--direct', '-o', 'json', ...KEY)).out);
  const places = (plan: typeof all) => plan.objects.map((one: { namespace: string }) => one.namespace);
  expect(new Set(places(all))).toEqual(new Set(['default', 'team']));
  expect(new Set(places(inTeam))).toEqual(new Set(['team']));
  for (const { summary } of [all, inTeam]) expect(summary).toMatchObject({ blocked: 0, create: 0, update: 0 });
});
