import { expect, test } from 'vitest';
import { createReadyFakes, IDENTITY, resource } from '../../../test/kinds/fakes.ts';
import type { Reference } from '../../api/references.ts';
import { resolveReference } from './resolve.ts';
import { ownerOf, readValues } from './values.ts';

const owner = resource('SyncJob', 'nightly');

function resolve(fakes: ReturnType<typeof createReadyFakes>, reference: Reference, self = owner) {
  const { session } = fakes;
  const workspace = session.workspace('ws-1');
  const place = { session, workspace: { session: workspace } };
  const input = {
    reference,
    kind: 'SyncConnection',
    field: 'spec.sourceRef',
    place,
    collection: workspace.connections,
  };
  return resolveReference(fakes.context, self, input);
}

test('a resource is known by its id, under its name in Sync', async () => {
  expect(await resolve(createReadyFakes(), { name: 'crm' })).toEqual({ id: 'id-crm', name: 'CRM' });
});

test('an id is taken with the name that the list tells; one that the list lacks is waited for', async () => {
  const fakes = createReadyFakes();
  await expect(resolve(fakes, { id: 'c-7' })).rejects.toMatchObject({
    reason: 'ReferenceNotFound',
    message: expect.stringMatching(/no connection with the id c-7, which spec.sourceRef gives; correct it/),
    againMs: 60_000,
  });
  fakes.names.set('c-7', 'Console');
  expect(await resolve(fakes, { id: 'c-7' })).toEqual({ id: 'c-7', name: 'Console' });
});

test('what is in another workspace cannot be used', async () => {
  const fakes = createReadyFakes();
  fakes.put(resource('SyncWorkspace', 'other', { spec: {}, status: { id: 'ws-2', serverIdentity: IDENTITY } }));
  const spec = { workspaceRef: { name: 'other' }, name: 'Far' };
  fakes.put(resource('SyncConnection', 'far', { spec, status: { id: 'id-far', serverIdentity: IDENTITY } }));
  await expect(resolve(fakes, { name: 'far' })).rejects.toMatchObject({
    reason: 'ReferenceElsewhere',
    stalled: true,
    message: expect.stringMatching(
      /SyncConnection team\/far, which spec.sourceRef names, is in another workspace; .*move/,
    ),
  });
});

test('what is missing is named with kind, name and field', async () => {
  const fakes = createReadyFakes();
  await expect(resolve(fakes, { name: 'gone' })).rejects.toMatchObject({
    reason: 'ReferenceNotFound',
    message: 'SyncConnection team/gone, which spec.sourceRef names, does not exist; make it, or correct the name',
  });
  fakes.put(resource('SyncConnection', 'new', { spec: { name: 'New' } }));
  await expect(resolve(fakes, { name: 'new' })).rejects.toMatchObject({
    reason: 'ReferenceNotReady',
    message: 'SyncConnection team/new, which spec.sourceRef names, has no id in Sync yet',
  });
});

test('an id of another server is not used', async () => {
  const fakes = createReadyFakes();
  const status = { id: 'x', owned: true, serverIdentity: 'http://elsewhere/api.rsc/v2#1' };
  fakes.put(resource('SyncConnection', 'far', { spec: { name: 'Far' }, status }));
  await expect(resolve(fakes, { name: 'far' })).rejects.toMatchObject({ reason: 'ReferenceElsewhere' });
  // An object of that other server itself waits for its own acceptance.
  const moved = resource('SyncJob', 'nightly', { status: { id: 'j', serverIdentity: status.serverIdentity } });
  expect(await resolve(fakes, { name: 'far' }, moved)).toMatchObject({ id: 'x' });
  expect(fakes.session.identity).toBe(IDENTITY);
});

const password = { kind: 'Secret' as const, name: 'crm', key: 'password', field: 'spec.propertiesFrom' };

test('values are read, and a change of their Secret wakes the resource', async () => {
  const fakes = createReadyFakes();
  fakes.secrets.set('team/crm', { password: 'hunter22' });
  expect(await readValues(fakes.context, owner, [password])).toEqual(['hunter22']);
  expect(fakes.watched.get(ownerOf(owner))).toEqual([{ kind: 'Secret', namespace: 'team', name: 'crm' }]);
});

test('a missing Secret or key is named, never a value', async () => {
  const fakes = createReadyFakes();
  await expect(readValues(fakes.context, owner, [password])).rejects.toMatchObject({
    reason: 'SecretNotFound',
    message: 'Secret team/crm does not exist; spec.propertiesFrom needs its key password',
  });
  // Watched all the same: its arrival is enough.
  expect(fakes.watched.get(ownerOf(owner))).toHaveLength(1);
  fakes.secrets.set('team/crm', { token: 'canary-value' });
  await expect(readValues(fakes.context, owner, [password])).rejects.toMatchObject({
    reason: 'SecretKeyNotFound',
    message: 'Secret team/crm has no key password, which spec.propertiesFrom needs',
  });
  const source = { ...password, kind: 'ConfigMap' as const };
  await expect(readValues(fakes.context, owner, [source])).rejects.toMatchObject({ reason: 'ConfigMapNotFound' });
});

test('a Secret that cannot be read does not end in an unknown error', async () => {
  const fakes = createReadyFakes();
  fakes.context.values.secret = () => Promise.reject(new Error('canary-value'));
  const failed = readValues(fakes.context, owner, [password]);
  await expect(failed).rejects.toMatchObject({ reason: 'SecretUnreadable' });
  await expect(failed).rejects.not.toThrow('canary-value');
});
