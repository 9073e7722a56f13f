import { expect, test } from 'vitest';
import { createSimulator } from '../simulator/simulator.ts';
import { connection, job, resource, SYNC_URL, secret, server, warehouse, workspace } from '../support/manifests.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createWorld, type World } from '../support/world.ts';
import { ALWAYS, basics, convergedWorld, itemNamed, messageOf, quiet, status, writesOf } from './landscape.ts';

/** One-shot requests (design §4): each acts once, when it changes, and never because it was there. */

const MINUTE = 60_000;

test('a request that was there before the object was first seen is recorded, ignored, and said to be', async () => {
  const world = createWorld();
  const annotations = {
    'sync.cdata.com/reset-metadata-requested-at': 'before',
    'sync.cdata.com/reset-credentials-requested-at': 'before',
  };
  world.apply(server(), workspace(), connection({}, { annotations }));
  await world.start();
  await world.ready('SyncConnection', 'crm');
  await quiet(world);
  expect(world.simulator.state.metadataResets.size + world.simulator.state.credentialResets.size).toBe(0);
  expect(
    world.eventsOf('SyncConnection', 'crm').filter((reason) => reason === 'RequestIgnored').length,
  ).toBeGreaterThan(0);
  expect(world.status('SyncConnection', 'crm').tokens).toMatchObject({ 'reset-metadata-requested-at': 'before' });
});

test.each([
  ['reset-metadata-requested-at', 'metadataResets', 'MetadataReset'],
  ['reset-credentials-requested-at', 'credentialResets', 'CredentialsReset'],
] as const)('%s acts once for each new value, also over a crash, and is echoed', async (token, counter, event) => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'connections', 'CRM');
  const count = () => world.simulator.state[counter].get(id) ?? 0;
  world.annotate('SyncConnection', 'crm', { [token]: '1' });
  await world.until(() => count() === 1, MINUTE, 'the reset');
  await quiet(world);
  world.crash();
  await world.start();
  await quiet(world);
  expect(count()).toBe(1);
  expect(world.status('SyncConnection', 'crm').tokens[token]).toBe('1');
  expect(world.eventsOf('SyncConnection', 'crm')).toContain(event);
  world.annotate('SyncConnection', 'crm', { [token]: '2' });
  await world.until(() => count() === 2, MINUTE, 'the second reset');
  await world.ready('SyncConnection', 'crm');
});

test('a reset whose reply is lost is not repeated, and that is said', async () => {
  const world = await convergedWorld();
  const { id } = itemNamed(world, 'connections', 'CRM');
  world.simulator.faults.add({
    operation: 'connections.resetMetadata',
    times: ALWAYS,
    effect: { kind: 'cut', acts: true },
  });
  world.annotate('SyncConnection', 'crm', { 'reset-metadata-requested-at': '1' });
  await quiet(world);
  await quiet(world);
  expect(world.simulator.state.metadataResets.get(id) ?? 0).toBeLessThanOrEqual(1);
  expect(world.eventsOf('SyncConnection', 'crm')).toContain('ActionFailed');
  expect(world.condition('SyncConnection', 'crm', 'Ready')).toBe('True Available');
});

test('a restored object repeats no request, and finds its object again', async () => {
  const world = await convergedWorld();
  world.annotate('SyncConnection', 'crm', { 'reset-metadata-requested-at': '1' });
  await quiet(world);
  const backup = world.cluster.backup();
  for (const name of ['nightly']) world.remove('SyncJob', name);
  for (const name of ['crm', 'warehouse']) world.remove('SyncConnection', name);
  await quiet(world);
  const since = world.clock.now();
  world.cluster.restore(backup, { withStatus: false });
  for (const name of ['crm', 'warehouse']) await world.ready('SyncConnection', name);
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  expect(world.simulator.state.metadataResets.get(itemNamed(world, 'connections', 'CRM').id)).toBe(1);
});

test('an approval that came back with a backup, status and all, has to be given again', async () => {
  const world = await convergedWorld();
  world.simulator.faults.add({ operation: 'jobs.tasks.delete', times: ALWAYS, effect: status(500) });
  world.apply(job({ tasks: [{ table: 'Accounts' }, { table: 'Contacts' }] }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  world.annotate('SyncJob', 'nightly', { 'approve-plan': world.status('SyncJob', 'nightly').plan.id });
  await world.until(() => world.status('SyncJob', 'nightly').pending?.approved?.length === 1, MINUTE, 'the approval');
  await quiet(world);
  const backup = world.cluster.backup();
  world.remove('SyncJob', 'nightly');
  await quiet(world);
  world.simulator.faults.clear();
  world.cluster.restore(backup, { withStatus: true });
  const since = world.clock.now();
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval', 90 * MINUTE);
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
});

/** Another server behind the URL: the console of the new one, and the identity that the operator sees. */
async function swapped(): Promise<{ world: World; other: ReturnType<typeof createSimulator>; identity: string }> {
  const world = await convergedWorld();
  const random = createSeededRandom(99);
  const other = createSimulator({ clock: world.clock, random, token: world.simulator.token });
  world.instance.network.serve(SYNC_URL, other.handler);
  await world.untilCondition('SyncServer', 'main', 'Stalled', 'True ServerChanged');
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True ServerChanged');
  return { world, other, identity: `${SYNC_URL}/api.rsc/v2#${other.state.defaultWorkspaceId}` };
}

test('accept-server=replaced drops the ids, finds by name, and makes what is not there', async () => {
  const { world, other, identity } = await swapped();
  other.console.createConnection({ name: 'CRM', connector: 'Salesforce', properties: { User: 'sync@example.com' } });
  world.annotate('SyncServer', 'main', { 'accept-server': `replaced:${identity}` });
  for (const name of ['crm', 'warehouse']) await world.ready('SyncConnection', name);
  await world.ready('SyncJob', 'nightly', 10 * MINUTE);
  const names = other.writes().map(({ operation }) => operation);
  expect(names.filter((name) => name === 'connections.create')).toHaveLength(1);
  expect(names.filter((name) => name === 'jobs.create')).toHaveLength(1);
  expect(world.status('SyncJob', 'nightly')).toMatchObject({
    id: [...other.state.jobs.keys()][0],
    serverIdentity: identity,
  });
});

test('accept-server=moved keeps the ids, and verifies each by its name', async () => {
  const { world, other, identity } = await swapped();
  const since = world.clock.now();
  world.annotate('SyncServer', 'main', { 'accept-server': `moved:${identity}` });
  await world.untilCondition('SyncServer', 'main', 'Ready', 'True');
  await world.untilCondition('SyncConnection', 'crm', 'Stalled', 'True ServerChanged');
  await quiet(world);
  expect(messageOf(world, 'SyncConnection', 'crm')).toMatch(
    /accepted as moved, but .* is not there instead of CRM; set spec\.id/,
  );
  expect(other.writes().filter(({ at }) => at >= since)).toEqual([]);
  expect(world.status('SyncConnection', 'crm').id).toBe(itemNamed(world, 'connections', 'CRM').id);
});

test('accept-server that names another identity accepts nothing', async () => {
  const { world, other } = await swapped();
  world.annotate('SyncServer', 'main', { 'accept-server': 'replaced:http://else.test/api.rsc/v2#x' });
  await quiet(world);
  expect(world.condition('SyncServer', 'main', 'Stalled')).toBe('True ServerChanged');
  expect(world.eventsOf('SyncServer', 'main')).toContain('RequestIgnored');
  expect(other.writes()).toEqual([]);
});

test('accept-loss believes a list that lost much; what was lost is planned as a loss', async () => {
  const world = await convergedWorld();
  for (let n = 0; n < 5; n++) world.apply(connection({ name: `C ${n}` }, { name: `c-${n}` }));
  for (let n = 0; n < 5; n++) await world.ready('SyncConnection', `c-${n}`);
  await quiet(world);
  for (let n = 0; n < 5; n++)
    world.simulator.console.remove('connection', itemNamed(world, 'connections', `C ${n}`).id);
  // Their item route cannot tell now, so that only a person can.
  world.simulator.faults.add({ operation: 'connections.get', times: ALWAYS, effect: { kind: 'cut', acts: false } });
  await world.untilCondition('SyncWorkspace', 'default', 'SuspiciousSnapshot', 'True');
  const since = world.clock.now();
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  world.simulator.faults.clear();
  world.annotate('SyncWorkspace', 'default', { 'accept-loss': '1' });
  await world.until(
    () => world.condition('SyncWorkspace', 'default', 'SuspiciousSnapshot') === undefined,
    5 * MINUTE,
    'trust',
  );
  await world.until(() => world.simulator.state.connections.size === 7, 10 * MINUTE, 'the new connections');
  for (let n = 0; n < 5; n++) await world.ready('SyncConnection', `c-${n}`, 10 * MINUTE);
  expect(writesOf(world, since)).toEqual(Array(5).fill('POST connections.create'));
  expect(world.status('SyncWorkspace', 'default').tokens['accept-loss']).toBe('1');
});

test('force-delete lets a resource go whose object cannot be deleted, and says that it stays', async () => {
  const world = await convergedWorld({ job: { deletionPolicy: 'Delete' } });
  const down = world.simulator.faults.add({ times: ALWAYS, effect: { kind: 'cut', acts: false } });
  world.remove('SyncJob', 'nightly');
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False DeletionBlocked');
  await world.settle(15 * MINUTE);
  expect(world.condition('SyncJob', 'nightly', 'Stalled')).toMatch(/^True/);
  world.annotate('SyncJob', 'nightly', { 'force-delete': '1' });
  await world.until(() => world.get('SyncJob', 'nightly') === undefined, MINUTE, 'its end');
  down.remove();
  await quiet(world);
  expect(world.simulator.state.jobs.size).toBe(1);
  expect(world.eventsOf('SyncJob', 'nightly')).toContain('Orphaned');
  expect(await world.metrics()).toMatch(/cdata_sync_orphaned_total\{[^}]*SyncJob[^}]*\} 1/);
});

test('a renamed resource takes the object over that the old one would delete', async () => {
  const world = await convergedWorld({ job: { deletionPolicy: 'Delete' } });
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.apply(job({ deletionPolicy: 'Delete' }, { name: 'nightly-2' }));
  await world.untilCondition('SyncJob', 'nightly-2', 'Stalled', 'True AlreadyManaged');
  expect(messageOf(world, 'SyncJob', 'nightly-2')).toMatch(
    /managed by SyncJob default\/nightly; remove one of the two/,
  );
  const since = world.clock.now();
  world.remove('SyncJob', 'nightly');
  await world.ready('SyncJob', 'nightly-2');
  await quiet(world);
  expect(world.get('SyncJob', 'nightly')).toBeUndefined();
  expect(writesOf(world, since)).toEqual([]);
  expect(world.status('SyncJob', 'nightly-2')).toMatchObject({ id, owned: true });
  expect(world.eventsOf('SyncJob', 'nightly-2')).toContain('HandedOver');
});

test('a claim holds across SyncServers of one origin, and names no resource of another namespace', async () => {
  const world = await convergedWorld();
  world.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  const there = { namespace: 'team' };
  world.apply(
    secret('sync-token', { token: world.simulator.token }, 'team'),
    server({}, there),
    workspace({}, there),
    connection({}, there),
  );
  await world.until(
    () =>
      world
        .get('SyncConnection', 'crm', 'team')
        ?.status?.conditions?.some(({ reason }: { reason: string }) => reason === 'AlreadyManaged') === true,
    5 * MINUTE,
    'AlreadyManaged',
  );
  const { conditions } = world.get('SyncConnection', 'crm', 'team')!.status!;
  const text = JSON.stringify(conditions);
  expect(text).toContain('a SyncConnection in another namespace');
  expect(text).not.toContain('default/crm');
  expect(world.condition('SyncConnection', 'crm', 'Ready')).toBe('True Available');
});

test.each([
  ['no rule', undefined, 'AccessDenied', /grants nothing to namespace team/],
  [
    'a rule for another namespace',
    [{ namespaces: { from: 'Names', names: ['other'] } }],
    'AccessDenied',
    /grants nothing/,
  ],
  [
    'a rule for other kinds',
    [{ namespaces: { from: 'All' }, kinds: ['SyncWorkspace', 'SyncJob'] }],
    'AccessDenied',
    /does not grant SyncConnection/,
  ],
  [
    'a rule that lets it observe',
    [{ namespaces: { from: 'All' }, maxPolicy: 'Observe' }],
    'RemoteNotFound',
    /Observe does not create it/,
  ],
  ['a rule that lets it in', [{ namespaces: { from: 'Names', names: ['team'] } }], 'Available', /as the spec says/],
  [
    'a rule by labels',
    [{ namespaces: { from: 'Selector', selector: { matchLabels: { tier: 'data' } } } }],
    'Available',
    /as the spec says/,
  ],
] as const)('access from another namespace with %s', async (_, access, reason, says) => {
  const world = createWorld();
  world.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team', labels: { tier: 'data' } } });
  const there = { namespace: 'team' };
  world.apply(server({ access }));
  const serverRef = { name: 'main', namespace: 'default' };
  world.apply(workspace({ serverRef }, there), connection({ deletionPolicy: 'Delete' }, there));
  await world.start();
  const conditions = () =>
    (world.get('SyncConnection', 'crm', 'team')?.status?.conditions ?? []) as {
      type: string;
      reason: string;
      message: string;
    }[];
  const ready = () => conditions().find(({ type }) => type === 'Ready');
  // Where its workspace is denied as well, that is what the connection waits for.
  const wanted = reason === 'AccessDenied' ? ['AccessDenied', 'WorkspaceNotReady'] : [reason];
  await world.until(() => wanted.includes(ready()?.reason ?? ''), 5 * MINUTE, `the reason ${reason}`);
  await quiet(world);
  const told = JSON.stringify([ready(), world.get('SyncWorkspace', 'default', 'team')?.status?.conditions]);
  expect(told).toMatch(says);
  expect(world.simulator.state.connections.size).toBe(reason === 'Available' ? 1 : 0);
  // Elsewhere no more than Retain, unless a rule says so.
  expect(world.get('SyncConnection', 'crm', 'team')!.metadata.finalizers ?? []).toEqual([]);
});

test('a workspace that was lost is no reason to make its content anew elsewhere', async () => {
  const world = createWorld();
  const team = resource('SyncWorkspace', 'team', { serverRef: { name: 'main' }, name: 'Team' });
  world.apply(basics(), team, connection({ workspaceRef: { name: 'team' } }), warehouse());
  await world.start();
  await world.ready('SyncConnection', 'crm');
  await quiet(world);
  const since = world.clock.now();
  const { id } = itemNamed(world, 'workspaces', 'Team');
  for (const item of [...world.simulator.state.connections.values()])
    if (item.parentId === id) world.simulator.console.remove('connection', item.id);
  world.simulator.console.remove('workspace', id);
  await world.settle(20 * MINUTE);
  expect(writesOf(world, since).filter((write) => write === 'POST connections.create').length).toBeLessThanOrEqual(1);
  expect(world.logs.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([]);
});
