import { expect, test } from 'vitest';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import type { Kind } from './kind.ts';
import { createMacs } from './macs.ts';
import type { EngineDeps } from './pass.ts';
import { createReconciler } from './reconciler.ts';
import { type Remote, RemoteError } from './remote.ts';
import type { Resource } from './resource.ts';

/** A kind with a field that only a new object can have, over a remote system of Maps: create, held, approved, deleted and made anew. */

const FIELDS = [
  { path: 'name', change: 'update', equality: 'string' },
  { path: 'login', change: 'recreate', equality: 'string' },
] as const;
const LAG_GRACE_MS = 60_000;

type Step = 'create' | 'delete';

function setUp({ lost }: { lost?: Step } = {}) {
  const clock = createVirtualClock();
  const random = createSeededRandom(1);
  const objects = new Map<string, Map<string, Json>>();
  const calls: string[] = [];
  const events: string[] = [];
  let count = 0;
  let losing = lost;
  let crashed = false;
  let listedAt = clock.now();
  const lose = (step: Step) => {
    if (losing !== step || calls.filter((call) => call.startsWith('create')).length < 2 - Number(step === 'delete'))
      return;
    losing = undefined;
    crashed = true;
    throw new RemoteError(`${step} was cut off`, { kind: 'transport', failure: 'reset', sent: true }, 'write');
  };
  const named = (name: string) => [...objects].filter(([, fields]) => fields.get('name') === name).map(([id]) => id);
  const remote: Remote = {
    glance({ id, name }) {
      const ids = id === undefined ? named(name!) : objects.has(id) ? [id] : [];
      return ids.length === 0
        ? { state: 'absent', listedAt }
        : { state: 'present', ids, digest: String(count), listedAt };
    },
    async refresh() {
      listedAt = clock.now();
    },
    async listed() {},
    async read(id) {
      const fields = objects.get(id);
      if (!fields) return { state: 'absent' };
      return { state: 'present', object: { id, name: String(fields.get('name')), fields, masked: new Set<string>() } };
    },
    async create(fields) {
      const id = `id-${++count}`;
      calls.push(`create ${fields.get('login')}`);
      objects.set(id, new Map(fields));
      lose('create');
      return { id };
    },
    async update(base, changes) {
      calls.push(`update ${[...changes.keys()]}`);
      objects.set(base.id, new Map([...objects.get(base.id)!, ...changes]));
    },
    async delete(id) {
      calls.push(`delete ${id}`);
      objects.delete(id);
      lose('delete');
    },
  };
  let resource = {
    apiVersion: 'test/v1',
    kind: 'Login',
    metadata: {
      name: 'a',
      namespace: 'team',
      uid: 'u',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { name: 'A', login: 'ann' },
  } as Resource;
  const bump = (changes: Partial<Resource>) => {
    const resourceVersion = String(Number(resource.metadata.resourceVersion) + 1);
    resource = { ...resource, ...changes, metadata: { ...resource.metadata, ...changes.metadata, resourceVersion } };
    return resource;
  };
  const kind: Kind = {
    name: 'Login',
    fields: FIELDS,
    problems: () => [],
    warnings: () => [],
    references: () => [],
    gather: async ({ spec }) => ({
      desired: {
        name: String(spec.name),
        fields: new Map(Object.entries(spec)),
        secrets: new Map(),
        childPolicy: 'Exact',
      },
      remote,
      policies: [],
      scope: {
        origin: 'http://x.test',
        identity: 'http://x.test#1',
        isSameServer: () => true,
        isStill: () => true,
        grant: { allowed: true, maxPolicy: 'Delete', reason: '' },
        lagGraceMs: LAG_GRACE_MS,
        learnPutStyle() {},
        canReadItems: true,
      },
    }),
  };
  const deps = {
    clock,
    random,
    logger: { debug() {}, info() {}, warn() {}, error() {}, child: () => deps.logger },
    macs: createMacs(random.bytes(32)),
    kube: {
      patchStatus: async (_: Resource, patch: JsonObject) =>
        bump({ status: merged(resource.status as unknown as JsonObject, patch) }),
      patchFinalizers: async () => resource,
    },
    record: (_: Resource, __: string, reason: string) => void events.push(reason),
    mayWrite: () => true,
    get: () => resource,
    claimants: () => [],
    referrers: () => [],
    wake() {},
    isTerminating: async () => false,
    count() {},
  } as unknown as EngineDeps;
  const newProcess = () => createReconciler(kind, deps);
  let reconciler = newProcess();
  /** Passes until one is at rest, time going by in between. */
  const settle = async () => {
    for (let n = 0; n < 30; n++) {
      const { outcome, againMs } = await reconciler
        .reconcile('team/a')
        .catch(() => ({ outcome: 'retry' as const, againMs: undefined }));
      // What the process knew goes with the reply.
      if (crashed) reconciler = newProcess();
      crashed = false;
      if (outcome === 'done' || outcome === 'stalled') return;
      await clock.advance(againMs ?? 5_000);
    }
    throw new Error('it did not come to rest');
  };
  return {
    calls,
    events,
    objects,
    settle,
    edit: (spec: JsonObject) =>
      void bump({ spec, metadata: { ...resource.metadata, generation: resource.metadata.generation + 1 } }),
    annotate: (name: string, value: string) =>
      void bump({ metadata: { ...resource.metadata, annotations: { [`sync.cdata.com/${name}`]: value } } }),
    status: () => resource.status!,
    ready: () => {
      const found = resource.status?.conditions?.find(({ type }) => type === 'Ready');
      return `${found?.status} ${found?.reason}`;
    },
  };
}

function merged(target: JsonObject | undefined, patch: JsonObject): Resource['status'] {
  const result: JsonObject = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const inner = result[key];
    const both = [inner, value].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
    if (value === null) delete result[key];
    else result[key] = both ? (merged(inner as JsonObject, value as JsonObject) as unknown as JsonObject) : value;
  }
  return result as Resource['status'];
}

async function held(lost?: Step) {
  const rig = setUp(lost && { lost });
  await rig.settle();
  expect(rig.ready()).toBe('True Available');
  rig.edit({ name: 'A', login: 'bob' });
  await rig.settle();
  return rig;
}

test('a field that only a new object can have is held, and names what would be lost', async () => {
  const rig = await held();
  expect(rig.ready()).toBe('False AwaitingApproval');
  expect(rig.calls).toEqual(['create ann']);
  expect(rig.status().plan?.changes).toMatchObject([
    { path: 'login', from: 'ann', to: 'bob', destructive: true, held: 'Approval' },
  ]);
  expect(rig.status().plan?.summary).toBe('1 recreate (destructive)');
});

test('approved, the object is deleted and made anew, once', async () => {
  const rig = await held();
  rig.annotate('approve-plan', rig.status().plan!.id);
  await rig.settle();
  expect(rig.ready()).toBe('True Available');
  expect(rig.calls).toEqual(['create ann', 'delete id-1', 'create bob']);
  expect(rig.status()).toMatchObject({ id: 'id-2', owned: true });
  expect(rig.status().pending).toBeUndefined();
  expect(rig.status().plan).toBeUndefined();
});

test.each(['delete', 'create'] as const)(
  'a %s whose reply is lost in a crash leaves one object in the end',
  async (lost) => {
    const rig = await held(lost);
    rig.annotate('approve-plan', rig.status().plan!.id);
    await rig.settle();
    // What is approved stays so until it is done; a restart asks for nothing again.
    expect(rig.ready()).toBe('True Available');
    expect(rig.objects.size).toBe(1);
    expect([...rig.objects.values()][0]!.get('login')).toBe('bob');
    expect(rig.calls.filter((call) => call.startsWith('delete'))).toEqual(['delete id-1']);
    expect(rig.calls.filter((call) => call === 'create bob')).toEqual(['create bob']);
  },
);
