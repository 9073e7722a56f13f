import { expect, test } from 'vitest';
import { createKindRig, KEY, ORIGIN, POLL_MS } from '../../../test/kinds/rig.ts';
import { dialectWith } from '../../../test/simulator/dialect.ts';
import type { SyncServerStatus } from '../../api/syncServer.ts';
import { FINALIZER } from '../../engine/finalizers.ts';
import type { Resource } from '../../engine/resource.ts';
import type { Values } from '../../kube/secretReader.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import { silentLogger } from '../../ports/logger.ts';
import { createServerReconciler } from './reconcile.ts';
import { references } from './references.ts';

const TOKEN_REF = { name: 'sync-token' };

function resourceOf(kind: string, name: string, more: { spec?: JsonObject; namespace?: string } = {}): Resource {
  const namespace = more.namespace ?? 'team';
  return {
    apiVersion: 'sync.cdata.com/v1alpha1',
    kind,
    metadata: {
      name,
      namespace,
      uid: `uid-${kind}-${namespace}-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: more.spec ?? {},
  };
}

/** A SyncServer, its cluster faked by a few maps, and a simulator behind its URL. */
function setUp(spec: JsonObject = {}, simulator = {}) {
  const rig = createKindRig(simulator);
  const secrets = new Map<string, Record<string, string>>([['team/sync-token', { token: `${rig.simulator.token}\n` }]]);
  const server = resourceOf('SyncServer', 'prod', {
    spec: { url: ORIGIN, auth: { tokenSecretRef: TOKEN_REF }, ...spec },
  });
  const stored = new Map([[KEY, server]]);
  const referrers: Resource[] = [];
  const patches: JsonObject[] = [];
  const events: string[] = [];
  const read = async (key: string): Promise<Values | undefined> => {
    const data = secrets.get(key);
    return data && { data, resourceVersion: '1' };
  };
  const put = (change: (resource: Resource) => void) => {
    const next = structuredClone(stored.get(KEY)!);
    change(next);
    next.metadata.resourceVersion = String(Number(next.metadata.resourceVersion) + 1);
    stored.set(KEY, next);
    return next;
  };
  const newReconciler = (sessions = rig.sessions) =>
    createServerReconciler({
      clock: rig.clock,
      logger: silentLogger(),
      get: (_, key) => stored.get(key),
      referrers: (resource) => (resource.kind === 'SyncServer' ? referrers : []),
      record: (_, type, reason, message) => void events.push(`${type} ${reason}: ${message}`),
      kube: {
        async patchStatus(_, patch) {
          patches.push(patch);
          return put((resource) => {
            resource.status = merge((resource.status ?? {}) as JsonObject, patch) as Resource['status'];
          });
        },
        patchFinalizers: async (_, finalizers) =>
          put((resource) => {
            resource.metadata.finalizers = finalizers;
          }),
      },
      context: {
        values: {
          secret: (namespace, name) => read(`${namespace}/${name}`),
          configMap: (namespace, name) => read(`cm ${namespace}/${name}`),
          lastKnown: () => undefined,
          watch() {},
          onChange() {},
          stop() {},
        },
      },
      sessions,
    });
  const reconcile = newReconciler();
  const pass = () => rig.run(reconcile(KEY));
  const status = () => stored.get(KEY)!.status as unknown as SyncServerStatus;
  return {
    ...rig,
    secrets,
    stored,
    referrers,
    patches,
    events,
    put,
    pass,
    newReconciler,
    status,
    annotate: (name: string, value: string) =>
      put(({ metadata }) => {
        metadata.annotations = { ...metadata.annotations, [`sync.cdata.com/${name}`]: value };
      }),
    told: () => events.splice(0),
    /** `Ready=False SecretNotFound` of the condition. */
    condition: (type: string) => {
      const found = status().conditions?.find((condition) => condition.type === type);
      return found && `${found.status} ${found.reason}`;
    },
    message: () => status().conditions?.find(({ type }) => type === 'Ready')?.message ?? '',
  };
}

function merge(target: JsonObject, patch: JsonObject): JsonObject {
  const next: JsonObject = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete next[key];
    else if (isObject(value) && isObject(next[key])) next[key] = merge(next[key], value);
    else next[key] = value;
  }
  return next;
}
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

test('a server that answers is ready after one pass and one write, and then nothing more is written', async () => {
  const s = setUp();
  expect(await s.pass()).toEqual({ outcome: 'done', againMs: POLL_MS });
  expect(s.condition('Ready')).toBe('True Available');
  expect(s.condition('Reachable')).toBe('True Answers');
  expect(s.condition('Authenticated')).toBe('True TokenAccepted');
  expect(s.status().conditions?.map(({ type }) => type)).toEqual(['Ready', 'Reachable', 'Authenticated']);
  expect(s.status()).toMatchObject({
    observedGeneration: 1,
    identity: `${ORIGIN}/api.rsc/v2#${s.simulator.state.defaultWorkspaceId}`,
    circuit: { state: 'Closed' },
    tokens: {},
  });
  expect(s.sessions.get(KEY)?.unusable).toBeUndefined();
  expect(s.told()).toEqual([expect.stringMatching(/^Normal Available: /)]);
  for (let minute = 0; minute < 120; minute++) {
    await s.clock.advance(POLL_MS);
    await s.pass();
  }
  expect(s.patches).toHaveLength(1);
  expect(s.told()).toEqual([]);
  // The token's line end belongs to the file that it came from.
  expect(s.requests('workspaces.list').every(({ status }) => status === 200)).toBe(true);
});

test('a missing Secret is named, waited for, and after ten minutes a person is asked', async () => {
  const s = setUp();
  s.secrets.clear();
  expect(await s.pass()).toMatchObject({ outcome: 'wait' });
  expect(s.condition('Ready')).toBe('False SecretNotFound');
  expect(s.condition('Reconciling')).toBe('True SecretNotFound');
  expect(s.condition('Reachable')).toBe('Unknown NotProbed');
  expect(s.message()).toBe('Secret team/sync-token does not exist; spec.auth.tokenSecretRef refers to it');
  await s.clock.advance(11 * 60_000);
  expect(await s.pass()).toEqual({ outcome: 'stalled' });
  expect(s.condition('Stalled')).toBe('True SecretNotFound');
  expect(s.condition('Reconciling')).toBeUndefined();
  s.secrets.set('team/sync-token', { other: 'x' });
  await s.pass();
  expect(s.condition('Ready')).toBe('False SecretKeyNotFound');
  expect(s.message()).toBe('Secret team/sync-token has no key token; spec.auth.tokenSecretRef refers to it');
  s.secrets.set('team/sync-token', { token: s.simulator.token });
  await s.pass();
  expect(s.condition('Ready')).toBe('True Available');
  expect(s.condition('Stalled')).toBeUndefined();
  const reasons = s.told().map((event) => event.split(':')[0]);
  expect(reasons).toEqual(['Warning SecretNotFound', 'Warning SecretKeyNotFound', 'Normal Available']);
});

test('a Secret that vanishes leaves the session to deletions, and blocks everything else', async () => {
  const s = setUp();
  await s.pass();
  const session = s.sessions.get(KEY)!;
  s.secrets.clear();
  await s.pass();
  expect(s.sessions.get(KEY)).toBe(session);
  expect(session.unusable?.reason).toBe('SecretNotFound');
  s.secrets.set('team/sync-token', { token: s.simulator.token });
  await s.pass();
  expect(session.unusable).toBeUndefined();
});

test('what cannot be right is refused with path and remedy', async () => {
  const s = setUp({ routes: [{ operation: 'jobs.delete', method: 'DELETE', path: '/workspaces/{job_id}' }] });
  expect(await s.pass()).toEqual({ outcome: 'stalled' });
  expect(s.condition('Stalled')).toBe('True InvalidSpec');
  expect(s.message()).toContain('spec.routes[0]: DELETE /workspaces/{job_id} is the URL of workspaces.delete');
  s.put(({ spec, metadata }) => {
    Object.assign(spec, { url: 'ftp://nowhere', routes: [] });
    metadata.generation = 2;
  });
  await s.pass();
  expect(s.message()).toMatch(/^spec.url: must be http/);
  expect(s.status().observedGeneration).toBe(2);
  expect(s.simulator.requests).toEqual([]);
});

test('another server behind the URL stops everything, until the right value accepts it', async () => {
  const s = setUp();
  await s.pass();
  const before = s.status().identity!;
  const other = createKindRig({ token: s.simulator.token, dialect: dialectWith({ ids: 'integer' }) });
  s.network.serve(ORIGIN, other.simulator.handler);
  await s.clock.advance(2 * POLL_MS);
  expect(await s.pass()).toMatchObject({ outcome: 'stalled' });
  const now = s.sessions.get(KEY)!.identity!;
  expect(now).not.toBe(before);
  expect(s.condition('Stalled')).toBe('True ServerChanged');
  expect(s.message()).toContain(`sync.cdata.com/accept-server=moved:${now}`);
  expect(s.status().identity).toBe(before);
  s.told();
  s.annotate('accept-server', `moved:${before}`);
  await s.pass();
  expect(s.condition('Stalled')).toBe('True ServerChanged');
  expect(s.told()).toEqual([expect.stringContaining('Warning RequestIgnored: ')]);
  s.annotate('accept-server', `moved:${now}`);
  // What was read of either server is forgotten with the connection.
  await s.pass();
  expect(s.condition('Ready')).toBe('False ServerNotReady');
  await s.pass();
  expect(s.condition('Ready')).toBe('True Available');
  expect(s.status()).toMatchObject({
    identity: now,
    acceptedServer: { how: 'moved', identity: now },
    tokens: { 'accept-server': `moved:${now}` },
  });
  expect(s.sessions.get(KEY)?.unusable).toBeUndefined();
});

test('requests that were there before the server was first seen do nothing', async () => {
  const s = setUp();
  s.annotate('accept-server', `moved:${ORIGIN}/api.rsc/v2#${s.simulator.state.defaultWorkspaceId}`);
  s.annotate('force-delete', 'yes');
  await s.pass();
  expect(s.status().acceptedServer).toBeUndefined();
  expect(Object.keys(s.status().tokens ?? {})).toEqual(['force-delete', 'accept-server']);
  expect(s.told().filter((event) => event.startsWith('Normal RequestIgnored'))).toHaveLength(2);
  await s.pass();
  expect(s.told()).toEqual([]);
});

test('a reconcile request probes at once, and is echoed', async () => {
  const s = setUp();
  await s.pass();
  s.annotate('reconcile-requested-at', 'now');
  const before = s.requests('workspaces.list').length;
  await s.pass();
  await s.clock.advance(1_000);
  expect(s.requests('workspaces.list')).toHaveLength(before + 1);
  expect(s.status().tokens).toEqual({ 'reconcile-requested-at': 'now' });
});

test('a refused token shows, and a new one is picked up', async () => {
  const s = setUp();
  s.secrets.set('team/sync-token', { token: 'old-token-of-joe' });
  expect(await s.pass()).toMatchObject({ outcome: 'wait' });
  expect(s.condition('Ready')).toBe('False Unauthorised');
  expect(s.condition('Reachable')).toBe('True Answers');
  expect(s.condition('Authenticated')).toBe('False Unauthorised');
  expect(JSON.stringify(s.stored.get(KEY))).not.toContain('old-token');
  s.secrets.set('team/sync-token', { token: s.simulator.token });
  await s.pass();
  expect(s.condition('Ready')).toBe('True Available');
});

test('an outage is said in one write, however long it lasts, and its end in another', async () => {
  const s = setUp();
  await s.pass();
  s.network.serve(ORIGIN, undefined);
  await s.clock.advance(2 * POLL_MS);
  for (let minute = 0; minute < 30; minute++) {
    expect(await s.pass()).toMatchObject({ outcome: 'wait' });
    await s.clock.advance(POLL_MS);
  }
  expect(s.condition('Ready')).toBe('False ServerUnreachable');
  expect(s.condition('Reachable')).toBe('False ServerUnreachable');
  expect(s.condition('Authenticated')).toBe('Unknown ServerUnreachable');
  expect(s.patches).toHaveLength(2);
  s.network.serve(ORIGIN, s.simulator.handler);
  await s.clock.advance(2 * POLL_MS);
  await s.pass();
  expect(s.condition('Ready')).toBe('True Available');
  expect(s.patches).toHaveLength(3);
});

test('a suspended server is looked at all the same', async () => {
  const s = setUp({ suspend: true });
  await s.pass();
  expect(s.condition('Ready')).toBe('True Suspended');
  expect(s.condition('Reachable')).toBe('True Answers');
  expect(s.condition('Stalled')).toBeUndefined();
});

test('what was learned outlives the process, for the same server only', async () => {
  const s = setUp();
  await s.pass();
  s.sessions.get(KEY)!.client.learnFact('putStyle.job', 'merge');
  s.sessions.get(KEY)!.client.learnFact('childrenInParent.job', true);
  s.sessions.get(KEY)!.client.learnFact('childrenInParent.pipeline', false);
  s.sessions.get(KEY)!.client.learnFact('positionName.jobTask', 'index');
  await s.pass();
  expect(s.status().learned).toEqual({ facts: { putStyle: { job: 'merge' }, positionName: 'index' } });
  s.sessions.closeAll();
  await s.pass();
  expect(s.sessions.get(KEY)!.client.facts).toMatchObject({ 'putStyle.job': 'merge', positionName: 'index' });
  s.sessions.closeAll();
  s.put(({ spec }) => Object.assign(spec, { url: 'http://elsewhere.example' }));
  await s.pass();
  expect(s.sessions.get(KEY)!.client.facts).toEqual({});
});

test('wire facts of the spec reach the client', async () => {
  const s = setUp({ wire: { facts: { putStyle: { connection: 'replace' }, positionBase: 0 } } });
  await s.pass();
  expect(s.sessions.get(KEY)!.client.facts).toMatchObject({ 'putStyle.connection': 'replace', positionBase: 0 });
});

test('an operation that the server lacks is listed until it works', async () => {
  const s = setUp({}, { dialect: dialectWith({ retrieveJob: 'absent' }) });
  await s.pass();
  const { client } = s.sessions.get(KEY)!;
  await s.run(client.jobs.get('1', { known: true }).catch(() => {}));
  await s.pass();
  expect(s.status().unsupported).toEqual(['jobs.get']);
  await s.clock.advance(2 * 3_600_000);
  const writes = s.patches.length;
  await s.pass();
  expect(s.status().unsupported).toEqual(['jobs.get']);
  expect(s.patches).toHaveLength(writes);
});

test('a server that deletions still need stays, says who needs it, and goes after them', async () => {
  const s = setUp();
  const user = resourceOf('SyncWorkspace', 'sales');
  user.metadata.finalizers = [FINALIZER];
  const foreign = resourceOf('SyncWorkspace', 'x', { namespace: 'other' });
  foreign.metadata.finalizers = [FINALIZER];
  s.referrers.push(user, foreign, resourceOf('SyncWorkspace', 'kept'));
  await s.pass();
  expect(s.stored.get(KEY)!.metadata.finalizers).toEqual([FINALIZER]);
  expect(s.status().counts).toEqual({ SyncWorkspace: 3 });
  s.told();
  s.put(({ metadata }) => {
    metadata.deletionTimestamp = '2026-01-01T00:00:30Z';
  });
  expect(await s.pass()).toMatchObject({ outcome: 'wait' });
  expect(s.condition('Ready')).toBe('False DeletionBlocked');
  expect(s.message()).toContain('SyncWorkspace team/sales, a SyncWorkspace in another namespace;');
  expect(s.told()).toEqual([]);
  await s.clock.advance(60_000);
  await s.pass();
  expect(s.told()).toEqual([expect.stringMatching(/^Warning StillReferenced: .*SyncWorkspace team\/sales/)]);
  await s.pass();
  expect(s.told()).toEqual([]);
  expect(s.sessions.get(KEY)?.unusable).toBeUndefined();
  await s.clock.advance(11 * 60_000);
  expect(await s.pass()).toMatchObject({ outcome: 'stalled' });
  expect(s.condition('Stalled')).toBe('True StillReferenced');
  s.referrers.length = 0;
  await s.pass();
  expect(s.stored.get(KEY)!.metadata.finalizers).toEqual([]);
  expect(s.sessions.get(KEY)).toBeUndefined();
});

test('force-delete lets go at once', async () => {
  const s = setUp();
  const user = resourceOf('SyncWorkspace', 'sales');
  user.metadata.finalizers = [FINALIZER];
  s.referrers.push(user);
  await s.pass();
  s.put(({ metadata }) => {
    metadata.deletionTimestamp = '2026-01-01T00:00:30Z';
  });
  s.annotate('force-delete', 'now');
  expect(await s.pass()).toEqual({ outcome: 'done' });
  expect(s.stored.get(KEY)!.metadata.finalizers).toEqual([]);
});

test('a server that is gone has no session', async () => {
  const s = setUp();
  await s.pass();
  s.stored.clear();
  expect(await s.pass()).toEqual({ outcome: 'done' });
  expect(s.sessions.get(KEY)).toBeUndefined();
});

test('certificates come from Secrets and ConfigMaps, each named when it is missing', async () => {
  const tls = { caConfigMapRef: { name: 'roots' }, clientCertSecretRef: { name: 'client' }, serverName: 'sync' };
  const s = setUp({ tls });
  expect(references(s.stored.get(KEY)!)).toEqual([
    'Secret/team/sync-token',
    'ConfigMap/team/roots',
    'Secret/team/client',
  ]);
  await s.pass();
  expect(s.message()).toBe('ConfigMap team/roots does not exist; spec.tls.caConfigMapRef refers to it');
  s.secrets.set('cm team/roots', { 'ca.crt': 'PEM' });
  s.secrets.set('team/client', { 'tls.crt': 'C', 'tls.key': 'K' });
  await s.pass();
  expect(s.condition('Ready')).toBe('True Available');
  expect(s.sessions.get(KEY)!.settings.client.tls).toEqual({ ca: 'PEM', cert: 'C', key: 'K', serverName: 'sync' });
});
