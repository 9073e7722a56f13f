import { expect, test } from 'vitest';
import { createKindRig, KEY } from '../../../test/kinds/rig.ts';
import type { Resource } from '../../engine/resource.ts';
import type { JsonObject } from '../../ports/json.ts';
import { scopeOf } from './scope.ts';

function resourceOf(kind: string, namespace: string, spec: JsonObject = {}): Resource {
  const metadata = { name: 'x', namespace, uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: '' };
  return { apiVersion: 'sync.cdata.com/v1alpha1', kind, metadata, spec };
}

async function setUp(serverSpec: JsonObject = {}) {
  const rig = createKindRig();
  const session = await rig.connect();
  const workspace = session.workspace(rig.simulator.state.defaultWorkspaceId);
  await rig.clock.advance(1_000);
  const server = resourceOf('SyncServer', 'team', serverSpec);
  const scope = (resource = resourceOf('SyncJob', 'team'), workspaceResource?: Resource) =>
    scopeOf({
      resource,
      server,
      session,
      kind: 'job',
      getOperation: 'jobs.get',
      workspace: { session: workspace, ...(workspaceResource && { resource: workspaceResource }) },
    });
  return { ...rig, session, workspace, server, scope };
}

test('a scope tells the server and the rights', async () => {
  const s = await setUp();
  expect(s.scope()).toMatchObject({
    origin: 'http://sync.example:8181',
    identity: s.session.identity,
    grant: { allowed: true, maxPolicy: 'Delete' },
    lagGraceMs: 60_000,
    canReadItems: true,
  });
  expect(s.scope()).not.toHaveProperty('unusable');
  expect(s.scope()).not.toHaveProperty('suspicious');
  expect(s.scope(resourceOf('SyncJob', 'other')).grant.allowed).toBe(false);
});

test('access may be given for a workspace by its name in Sync', async () => {
  const rule = { namespaces: { from: 'Names', names: ['other'] }, workspaces: ['Default'], maxPolicy: 'Observe' };
  const s = await setUp({ access: [rule] });
  expect(s.scope(resourceOf('SyncJob', 'other')).grant).toMatchObject({ allowed: true, maxPolicy: 'Observe' });
});

test('suspension names who asked for it', async () => {
  const s = await setUp({ suspend: true });
  expect(s.scope().suspendedBy).toBe('SyncServer team/x is suspended');
  const t = await setUp();
  expect(t.scope(undefined, resourceOf('SyncWorkspace', 'team', { suspend: true })).suspendedBy).toBe(
    'SyncWorkspace team/x is suspended',
  );
});

test('what is learned about PUT is there for the next pass', async () => {
  const s = await setUp();
  expect(s.scope().putStyle).toBeUndefined();
  s.scope().learnPutStyle('merge');
  expect(s.scope().putStyle).toBe('merge');
  expect(s.session.client.facts).toMatchObject({ 'putStyle.job': 'merge' });
});

test('an accepted move is passed on', async () => {
  const s = await setUp();
  Object.assign(s.server, { status: { acceptedServer: { how: 'moved', identity: s.session.identity } } });
  expect(s.scope().accepted).toEqual({ how: 'moved', identity: s.session.identity });
});

test('a list that lost too much holds the whole workspace, and says how to go on', async () => {
  const s = await setUp();
  s.known.set('SyncConnection', ['1', '2', '3']);
  await s.run(s.workspace.connections.refresh());
  const workspace = resourceOf('SyncWorkspace', 'team');
  expect(s.scope(undefined, workspace).suspicious).toBe(
    'the last list lacks 3 of 3 known objects; if they are really lost, annotate SyncWorkspace team/x with sync.cdata.com/accept-loss',
  );
});

test('deletions go on with the last token when its Secret is gone, and with nothing else in the way', async () => {
  const s = await setUp();
  const going = resourceOf('SyncJob', 'team');
  going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  s.session.block({ reason: 'SecretNotFound', message: 'gone', stalled: false, since: 0 });
  expect(s.scope().unusable?.reason).toBe('SecretNotFound');
  expect(s.scope(going).unusable).toBeUndefined();
  s.session.block({ reason: 'InvalidSpec', message: 'wrong', stalled: true, since: 0 });
  expect(s.scope(going).unusable?.reason).toBe('InvalidSpec');
  expect(s.sessions.get(KEY)).toBe(s.session);
});
