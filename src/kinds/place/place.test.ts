import { expect, test } from 'vitest';
import { createReadyFakes, IDENTITY, resource } from '../../../test/kinds/fakes.ts';
import { Blocked } from '../../engine/blocked.ts';
import type { Resource } from '../../engine/resource.ts';
import type { JsonObject } from '../../ports/json.ts';
import { placeInPipeline } from './pipeline.ts';
import { placeInWorkspace, placeOnServer } from './place.ts';
import { placeReferences } from './references.ts';

type Fakes = ReturnType<typeof createReadyFakes>;

const job = (spec: JsonObject = { workspaceRef: { name: 'main' } }, more: Partial<Resource> = {}) =>
  resource('SyncJob', 'nightly', { ...more, spec });
const server = (spec: JsonObject, more: object = {}) => resource('SyncServer', 'prod', { spec, ...more });

function blockedBy(work: () => unknown): Blocked {
  try {
    work();
  } catch (error) {
    if (error instanceof Blocked) return error;
    throw error;
  }
  throw new Error('nothing blocked it');
}

test('an object is found in the workspace that its reference names', () => {
  const fakes = createReadyFakes();
  const place = placeInWorkspace(fakes.context, job());
  expect(place.workspace.session.id).toBe('ws-1');
  expect(place.server.metadata.name).toBe('prod');
});

test('policies come from the object, its workspace and its server, in this order', () => {
  const fakes = createReadyFakes();
  fakes.put(server({ resyncInterval: '3h', defaults: { deletionPolicy: 'Delete' } }));
  const spec = { serverRef: { name: 'prod' }, name: 'Main', defaults: { changePolicy: 'Manual' } };
  fakes.put(resource('SyncWorkspace', 'main', { spec, status: { id: 'ws-1', owned: true } }));
  const { policies } = placeInWorkspace(fakes.context, job({ workspaceRef: { name: 'main' }, driftPolicy: 'Report' }));
  expect(policies).toMatchObject([
    { driftPolicy: 'Report' },
    { changePolicy: 'Manual' },
    { deletionPolicy: 'Delete', resyncInterval: '3h' },
  ]);
});

test.each<[string, (fakes: Fakes) => void, JsonObject, string, string]>([
  [
    'a workspace that does not exist',
    () => {},
    { workspaceRef: { name: 'other' } },
    'WorkspaceNotFound',
    'SyncWorkspace team/other does not exist',
  ],
  [
    'a workspace without an id says why it has none',
    (fakes) => {
      const ready = { type: 'Ready', status: 'False' as const, reason: 'Observing', message: 'still looking' };
      const conditions = [{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }];
      fakes.put(resource('SyncWorkspace', 'main', { spec: { serverRef: { name: 'prod' } }, status: { conditions } }));
    },
    { workspaceRef: { name: 'main' } },
    'WorkspaceNotReady',
    'SyncWorkspace team/main has no id in Sync yet: still looking',
  ],
  [
    'a server that does not exist',
    () => {},
    { workspaceRef: { id: 'ws-9' }, serverRef: { name: 'lab' } },
    'ServerNotFound',
    'SyncServer team/lab does not exist',
  ],
  [
    'a server that was not opened yet',
    (fakes) => fakes.sessions.clear(),
    { workspaceRef: { name: 'main' } },
    'ServerNotReady',
    'SyncServer team/prod is not ready',
  ],
  [
    'a default workspace that the server does not tell',
    (fakes) => {
      fakes.session.identity = 'http://sync.test:8181/api.rsc/v2#';
    },
    { workspaceRef: { id: 'default' }, serverRef: { name: 'prod' } },
    'WorkspaceNotFound',
    'give the id instead of default',
  ],
])('blocked by %s', (_, prepare, spec, reason, message) => {
  const fakes = createReadyFakes();
  prepare(fakes);
  const blocked = blockedBy(() => placeInWorkspace(fakes.context, job(spec)));
  expect(blocked.reason).toBe(reason);
  expect(blocked.message).toContain(message);
  expect(blocked.stalled).toBe(false);
});

test('a server that was not opened yet says nothing against what is settled', () => {
  const fakes = createReadyFakes();
  fakes.sessions.clear();
  expect(blockedBy(() => placeInWorkspace(fakes.context, job())).unseen).toBe(true);
});

test('another namespace is let in by the rules of the server alone', () => {
  const fakes = createReadyFakes();
  const spec = { workspaceRef: { id: 'ws-1' }, serverRef: { name: 'prod', namespace: 'team' } };
  const guest = resource('SyncJob', 'nightly', { spec, metadata: { namespace: 'guests' } });
  const denied = blockedBy(() => placeInWorkspace(fakes.context, guest));
  expect(denied).toMatchObject({ reason: 'AccessDenied', stalled: true });
  expect(denied.message).toContain('grants nothing to namespace guests');

  fakes.names.set('ws-1', 'Main');
  fakes.put(server({ access: [{ namespaces: { from: 'Names', names: ['guests'] }, workspaces: ['Main'] }] }));
  expect(placeInWorkspace(fakes.context, guest).workspace.session.id).toBe('ws-1');
});

test('what another namespace says of its server is not told', () => {
  const fakes = createReadyFakes();
  fakes.sessions.clear();
  const conditions = [
    { type: 'Ready', status: 'False' as const, reason: 'x', message: 'Secret team/token', lastTransitionTime: '' },
  ];
  fakes.put(server({ access: [{ namespaces: { from: 'All' } }] }, { status: { conditions } }));
  const spec = { workspaceRef: { id: 'ws-1' }, serverRef: { name: 'prod', namespace: 'team' } };
  const guest = resource('SyncJob', 'nightly', { spec, metadata: { namespace: 'guests' } });
  expect(blockedBy(() => placeInWorkspace(fakes.context, guest)).message).not.toContain('token');
  expect(blockedBy(() => placeInWorkspace(fakes.context, job())).message).toContain('Secret team/token');
});

test('default is the id that the server tells', () => {
  const { context } = createReadyFakes();
  const placed = job({ workspaceRef: { id: 'default' }, serverRef: { name: 'prod' } });
  expect(placeInWorkspace(context, placed).workspace.session.id).toBe('ws-default');
  const workspace = resource('SyncWorkspace', 'shared', { spec: { serverRef: { name: 'prod' }, id: 'default' } });
  expect(placeOnServer(context, workspace).workspaceId).toBe('ws-default');
});

test('nothing new is made in a workspace of another server; what is there is judged by its own identity', () => {
  const fakes = createReadyFakes();
  fakes.session.identity = `${IDENTITY}-other`;
  expect(blockedBy(() => placeInWorkspace(fakes.context, job())).reason).toBe('WorkspaceNotReady');
  const known = job(undefined, { status: { id: 'job-1', serverIdentity: IDENTITY } });
  expect(placeInWorkspace(fakes.context, known).workspace.session.id).toBe('ws-1');
});

test('nothing new is made in a workspace that its resource does not own, but planned while it is suspended', () => {
  const fakes = createReadyFakes();
  const put = (status: JsonObject, more: JsonObject = {}) =>
    fakes.put(
      resource('SyncWorkspace', 'main', {
        spec: { serverRef: { name: 'prod' }, ...more },
        status: { id: 'ws-1', owned: false, ...status },
      }),
    );
  put({});
  expect(blockedBy(() => placeInWorkspace(fakes.context, job()))).toMatchObject({
    reason: 'WorkspaceNotReady',
    message: 'SyncWorkspace team/main does not own ws-1 in Sync',
  });
  expect(() => placeInWorkspace(fakes.context, job(undefined, { status: { id: 'job-1' } }))).not.toThrow();
  put({ policies: { managementPolicy: 'Observe' } });
  expect(() => placeInWorkspace(fakes.context, job())).not.toThrow();
  put({}, { suspend: true });
  expect(() => placeInWorkspace(fakes.context, job())).not.toThrow();
});

test('what was left in another workspace is looked for there as long as that is there', () => {
  const fakes = createReadyFakes();
  const left = job(undefined, { status: { id: 'job-1', owned: true, serverIdentity: IDENTITY, parentId: 'ws-0' } });
  fakes.names.set('ws-0', 'Old');
  const { workspace } = placeInWorkspace(fakes.context, left);
  expect(workspace.session.id).toBe('ws-0');
  expect(workspace.left).toContain('job-1 lies in the workspace Old (ws-0); by its spec it belongs in ws-1 now');
  fakes.names.delete('ws-0');
  expect(placeInWorkspace(fakes.context, left).workspace).toMatchObject({ session: { id: 'ws-1' } });
  expect(placeInWorkspace(fakes.context, left).workspace.left).toBeUndefined();
});

test('nothing is made in a pipeline that was left in another workspace, and what goes goes there', () => {
  const fakes = createReadyFakes();
  const status = { id: 'pipe-1', owned: true, serverIdentity: IDENTITY, parentId: 'ws-0' };
  fakes.put(resource('SyncPipeline', 'morning', { spec: { workspaceRef: { name: 'main' } }, status }));
  const spec = { pipelineRef: { name: 'morning' } };
  const event = resource('SyncEvent', 'notify', { spec });
  expect(placeInPipeline(fakes.context, event).pipelineId).toBe('pipe-1');
  fakes.names.set('ws-0', 'Old');
  expect(blockedBy(() => placeInPipeline(fakes.context, event))).toMatchObject({
    reason: 'ReferenceElsewhere',
    stalled: true,
    message: expect.stringContaining('SyncPipeline team/morning, which spec.pipelineRef names, lies in another'),
  });
  event.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  expect(placeInPipeline(fakes.context, event).pipelineId).toBe('pipe-1');
  const left = resource('SyncEvent', 'notify', { spec, status: { ...status, id: 'event-1' } });
  expect(placeInPipeline(fakes.context, left).workspace?.left).toContain('event-1 lies in the workspace Old (ws-0)');
});

test('an object refers to its workspace, or to its server where that is all it has', () => {
  expect(placeReferences(job())).toEqual(['SyncWorkspace/team/main']);
  const spec = { workspaceRef: { id: 'x' }, serverRef: { name: 'prod', namespace: 'platform' } };
  expect(placeReferences(job(spec))).toEqual(['SyncServer/platform/prod']);
  expect(placeReferences(job({}))).toEqual([]);
});
