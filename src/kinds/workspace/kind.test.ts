import { expect, test } from 'vitest';
import { createReadyFakes, IDENTITY, resource } from '../../../test/kinds/fakes.ts';
import { resolvePolicies } from '../../engine/policies.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import { createWorkspaceKind } from './kind.ts';

const workspace = (spec: JsonObject = {}, more: object = {}) =>
  resource('SyncWorkspace', 'shared', { spec: { serverRef: { name: 'prod' }, ...spec }, ...more });

async function gather(spec: JsonObject, more: object = {}, fakes = createReadyFakes()) {
  return createWorkspaceKind(fakes.context).gather(workspace(spec, more));
}

test.each<[string, JsonObject, string]>([
  ['given by id alone', { id: 'ws-1' }, 'Observe'],
  ['given by id alone, its own word', { id: 'ws-1', managementPolicy: 'Enforce' }, 'Enforce'],
  ['imported', { id: 'ws-1', name: 'Main' }, 'Enforce'],
  ['made', { name: 'Main' }, 'Enforce'],
])('a workspace %s', async (_, spec, policy) => {
  const fakes = createReadyFakes();
  // Not inherited: what the server says is for what has no word of its own.
  fakes.put(resource('SyncServer', 'prod', { spec: { defaults: { managementPolicy: 'Enforce' } } }));
  const { policies } = await gather(spec, {}, fakes);
  expect(resolvePolicies(policies, 'Delete').managementPolicy).toBe(policy);
});

test('its defaults are for what lies below it, not for itself', async () => {
  const { policies } = await gather({ name: 'Main', defaults: { deletionPolicy: 'Delete' } });
  expect(resolvePolicies(policies, 'Delete').deletionPolicy).toBe('Retain');
});

test('only a name is managed', async () => {
  expect((await gather({ name: 'Main', extra: { colour: 'red' } })).desired.fields).toEqual(
    new Map([
      ['name', 'Main'],
      ['extra.colour', 'red'],
    ]),
  );
  const { desired } = await gather({ id: 'default' });
  expect(desired.fields.size).toBe(0);
  expect(desired.name).toBe('default');
});

test('default is looked for under the id that it stands for', async () => {
  const fakes = createReadyFakes();
  fakes.names.set('ws-default', 'Default');
  const asked: string[] = [];
  Object.assign(fakes.client.workspaces, {
    get: async (id: string) => {
      asked.push(id);
      return { kind: 'workspace', id, wireId: id, fields: new Map(), masked: new Set(), raw: {} };
    },
  });
  const { remote } = await gather({ id: 'default' }, {}, fakes);
  expect(remote.glance({ id: 'default' })).toMatchObject({ state: 'present', ids: ['ws-default'] });
  expect(await remote.read('default')).toMatchObject({ state: 'present', object: { id: 'ws-default' } });
  expect(asked).toEqual(['ws-default']);
});

test('status tells whether it is the default one and what may be done with it', async () => {
  const { hooks } = await gather({ id: 'ws-default' });
  const fields = new Map<string, Json>([
    ['isDefault', true],
    ['extra.Permissions.Can_Update', true],
    ['extra.Permissions.Can_Delete', false],
  ]);
  const observed = { id: 'ws-default', fields, masked: new Set<string>() };
  const { status } = hooks!.report!({ id: 'ws-default', status: {}, observed, now: 0 });
  expect(status).toEqual({ isDefault: true, permissions: { canUpdate: true, canDelete: false } });
  expect(hooks!.report!({ id: 'ws-default', status: status as object, now: 0 }).status).toEqual(status);
});

const list = (...items: [string, string?][]) => ({
  list: async () => items.map(([id, name]) => ({ id, ...(name !== undefined && { name }) })),
});

test('what it holds is named, but for what our own resources delete', async () => {
  const fakes = createReadyFakes();
  Object.assign(fakes.client.connections, list(['c-1', 'CRM'], ['c-2', 'Lake']));
  Object.assign(fakes.client.jobs, list(['j-1', 'Nightly'], ['j-2']));
  Object.assign(fakes.client.transformations, list(['t-1', 'Facts']));
  Object.assign(fakes.client.pipelines, list());
  const owned = { id: 'c-1', owned: true, serverIdentity: IDENTITY, policies: { deletionPolicy: 'Delete' } };
  fakes.put(resource('SyncConnection', 'mine', { spec: {}, status: owned }));
  const kept = { ...owned, id: 'j-1', policies: { deletionPolicy: 'Retain' } };
  fakes.put(resource('SyncJob', 'kept', { spec: {}, status: kept }));
  const { hooks } = await gather({ name: 'Main' }, {}, fakes);
  expect(await hooks!.content!('ws-1')).toEqual([
    'connection "Lake"',
    'job "Nightly"',
    'job "j-2"',
    'transformation "Facts"',
  ]);
});

test('a list that lacks too much is a condition while it does, with the way out', async () => {
  const fakes = createReadyFakes();
  fakes.workspace.jobs.suspicious = { missing: 5, known: 9 };
  const { hooks } = await gather({ id: 'ws-1' }, { status: { id: 'ws-1' } }, fakes);
  const report = () => hooks!.report!({ id: 'ws-1', status: {}, now: 0 }).conditions;
  expect(report()).toMatchObject([{ type: 'SuspiciousSnapshot', status: 'True' }]);
  expect(report()[0]!.message).toMatch(/the list of jobs lacks 5 of 9 known ones.*sync\.cdata\.com\/accept-loss/);
  fakes.workspace.jobs.suspicious = undefined;
  expect(report()).toEqual([]);
});

test('accept-loss acts once, on a workspace that is only observed, too, and never when first seen', async () => {
  const fakes = createReadyFakes();
  const annotations = { 'sync.cdata.com/accept-loss': '1' };
  const pass = async (tokens: Record<string, string> | undefined) => {
    const status = { id: 'ws-1', ...(tokens && { tokens }) };
    const { hooks } = await gather({ id: 'ws-1' }, { status, metadata: { annotations } }, fakes);
    const { tokens: echoed } = hooks!.report!({ id: 'ws-1', status, now: 0 }).status;
    return { echoed, accepted: fakes.workspace.jobs.accepted };
  };
  expect(await pass(undefined)).toEqual({ echoed: undefined, accepted: 0 });
  expect(await pass({ other: 'x' })).toEqual({ echoed: { other: 'x', 'accept-loss': '1' }, accepted: 1 });
  expect(await pass({ 'accept-loss': '1' })).toEqual({ echoed: undefined, accepted: 1 });
});

test('it wakes with its server', () => {
  const { references } = createWorkspaceKind(createReadyFakes().context);
  expect(references(workspace())).toEqual(['SyncServer/team/prod']);
  expect(references(workspace({ serverRef: { name: 'prod', namespace: 'platform' } }))).toEqual([
    'SyncServer/platform/prod',
  ]);
});
