import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resource } from '../../../test/kinds/fakes.ts';
import { createSeededRandom } from '../../../test/support/seededRandom.ts';
import { createVirtualClock } from '../../../test/support/virtualClock.ts';
import type { JsonObject } from '../../ports/json.ts';
import { silentLogger } from '../../ports/logger.ts';
import { Blocked } from '../blocked.ts';
import { type Outcome, RemoteError } from '../remote.ts';
import type { Resource } from '../resource.ts';
import { isFinished, type RemoteRun, type RunKind, type RunSpec, type RunTarget, runStatusOf } from './model.ts';
import { createRunReconciler } from './runReconciler.ts';

const KEY = 'team/now';
const MINUTE = 60_000;

/** What may happen around a run, in any order. */
const EVENTS = [
  'pass',
  'pass',
  'pass',
  'wait',
  'waitLong',
  'restart',
  'reply',
  'replyWithId',
  'replyLost',
  'replyRefused',
  'replyBusy',
  'runEnds',
  'runFails',
  'somebodyRuns',
  'historyLags',
  'readsFail',
  'readsWork',
  'targetGone',
  'targetBack',
  'cancel',
  'delete',
  'edit',
  'conflict',
] as const;
type Event = (typeof EVENTS)[number];

/** A run, its target and its surroundings, in memory. */
function createRig(spec: RunSpec) {
  const clock = createVirtualClock();
  let object: Resource | undefined = resource('SyncRun', 'now', { metadata: { resourceVersion: '1' } });
  object.metadata.creationTimestamp = new Date(clock.now()).toISOString();
  const want = { ...spec };
  const world = { runs: [] as RemoteRun[], lags: false, fails: false, there: true, conflict: false, swapped: false };
  const starts: string[] = [];
  let replies: { resolve(run: RemoteRun): void; reject(error: Error): void }[] = [];
  let ids = 0;
  const begin = () => {
    const run: RemoteRun = {
      id: `r${++ids}`,
      state: 'running',
      rawStatus: 'Running',
      startedAt: clock.now(),
      words: '',
      tasks: [],
    };
    world.runs.push(run);
    return run;
  };
  const end = (state: RemoteRun['state']) => {
    const running = world.runs.find((run) => run.state === 'running');
    if (running) Object.assign(running, { state, rawStatus: state, endedAt: clock.now() });
  };
  const failure = (outcome: Outcome, access: 'read' | 'execute') => new RemoteError('failed', outcome, access);
  const read = async <T>(value: T): Promise<T> => {
    if (world.fails) throw failure({ kind: 'http', status: 503 }, 'read');
    return structuredClone(value);
  };
  const target: RunTarget = {
    label: 'SyncJob team/nightly',
    kept: { id: 'job', serverIdentity: 'server', server: 'team/prod' },
    lagGraceMs: MINUTE,
    isStill: () => !world.swapped,
    remote: {
      execute: () => {
        starts.push(runStatusOf(object!).intent!.at);
        return new Promise((resolve, reject) => replies.push({ resolve, reject }));
      },
      status: () => read(world.runs.at(-1) ?? ({ state: 'unknown', rawStatus: '', words: '', tasks: [] } as RemoteRun)),
      history: () => read(world.lags ? world.runs.slice(0, -1) : world.runs),
      cancel: async () => {
        await read(undefined);
        end('cancelled');
        return 'sent';
      },
      changed: () => {},
    },
  };
  const gather = () => {
    if (!world.there) throw new Blocked('ReferenceNotFound', 'SyncJob team/nightly does not exist');
    return target;
  };
  const kind: RunKind = {
    name: 'SyncRun',
    problems: () => [],
    specOf: () => ({ ...want }),
    targetKey: () => 'SyncJob/team/nightly',
    targetOf: () => undefined,
    gather,
    follow: gather,
    surplus: () => [],
  };
  const write = (change: (next: Resource) => void, version: string | undefined): Resource => {
    const isOld = version !== undefined && version !== object?.metadata.resourceVersion;
    if (!object || isOld || world.conflict) {
      world.conflict = false;
      throw Object.assign(new Error('conflict'), { status: 409 });
    }
    const next = structuredClone(object);
    change(next);
    next.metadata.resourceVersion = String(Number(next.metadata.resourceVersion) + 1);
    const isGone = next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    object = isGone ? undefined : next;
    return next;
  };
  const make = () =>
    createRunReconciler(kind, {
      clock,
      random: createSeededRandom(1),
      logger: silentLogger(),
      record: () => {},
      mayWrite: () => true,
      get: () => object,
      wake: () => {},
      runsOf: () => (object ? [object] : []),
      remove: async () => {
        object = undefined;
      },
      meter: { started: () => {}, finished: () => {} },
      kube: {
        patchStatus: async (_, patch, version) =>
          write((next) => {
            next.status = merge((next.status ?? {}) as JsonObject, patch) as Resource['status'];
          }, version),
        patchFinalizers: async (_, finalizers) =>
          write((next) => {
            next.metadata.finalizers = finalizers;
          }, undefined),
      },
    });
  let reconcile = make();

  const set = (changes: Partial<typeof world>) => void Object.assign(world, changes);

  const happen: Record<Event, () => void | Promise<void>> = {
    pass: () =>
      reconcile(KEY).then(
        () => {},
        (error: { status?: number }) => {
          if (error.status !== 409) throw error;
        },
      ),
    wait: () => clock.advance(7_000),
    waitLong: () => clock.advance(2 * MINUTE),
    restart: () => {
      replies = [];
      reconcile = make();
    },
    reply: () => {
      if (replies.length > 0) begin();
      replies.shift()?.resolve({ state: 'unknown', rawStatus: '', words: '', tasks: [] });
    },
    replyWithId: () => {
      if (replies.length > 0) replies.shift()!.resolve({ ...begin() });
    },
    replyLost: () => {
      if (replies.length > 0) begin();
      replies.shift()?.reject(failure({ kind: 'transport', failure: 'reset', sent: true }, 'execute'));
    },
    replyRefused: () => replies.shift()?.reject(failure({ kind: 'http', status: 422 }, 'execute')),
    replyBusy: () => replies.shift()?.reject(failure({ kind: 'http', status: 409 }, 'execute')),
    runEnds: () => end('succeeded'),
    runFails: () => end('failed'),
    somebodyRuns: () => void (world.runs.every((run) => run.state !== 'running') && begin()),
    historyLags: () => set({ lags: !world.lags }),
    readsFail: () => set({ fails: true }),
    readsWork: () => set({ fails: false }),
    targetGone: () => set({ there: false }),
    targetBack: () => set({ there: true }),
    cancel: () => {
      want.cancel = true;
      if (object) object.metadata.generation++;
    },
    delete: () => {
      if (!object) return;
      if ((object.metadata.finalizers ?? []).length === 0) object = undefined;
      else object.metadata.deletionTimestamp ??= new Date(clock.now()).toISOString();
    },
    edit: () => {
      if (object) object.metadata.generation++;
    },
    conflict: () => set({ conflict: true }),
  };
  return { clock, happen, starts, world, get: () => object };
}

function merge(into: JsonObject, patch: JsonObject): JsonObject {
  const merged = { ...into };
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key];
    if (value === null) delete merged[key];
    else if (isObject(value) && isObject(before)) merged[key] = merge(before, value);
    else merged[key] = value;
  }
  return structuredClone(merged);
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Everything but which generation it is about. */
function outcome({ status }: Resource): unknown {
  const { observedGeneration: _, conditions = [], ...rest } = structuredClone(status!);
  return { ...rest, conditions: conditions.map(({ observedGeneration: __, ...one }) => one) };
}

const specs = fc.record({
  startingDeadlineSeconds: fc.constantFrom(0, 600, 3_600),
  backoffLimit: fc.constantFrom(0, 1, 3),
  onUnknown: fc.constantFrom('Stop' as const, 'RetryAfterGrace' as const),
  onDelete: fc.constantFrom('Leave' as const, 'Cancel' as const),
  activeDeadlineSeconds: fc.option(fc.constantFrom(60, 3_600), { nil: undefined }),
});

test('whatever happens in whatever order: one start an intent, an end, and nothing after it', async () => {
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(specs, fc.array(fc.constantFrom(...EVENTS), { maxLength: 60 }), async (spec, events) => {
      const rig = createRig(spec as RunSpec);
      let first: unknown;
      const check = () => {
        const object = rig.get();
        if (object && isFinished(object)) {
          first ??= outcome(object);
          expect(outcome(object)).toEqual(first);
        } else if (object) expect(first).toBeUndefined();
        expect(new Set(rig.starts).size).toBe(rig.starts.length);
        if (spec.onUnknown === 'Stop' && spec.backoffLimit === 0) expect(rig.starts.length - refusals).toBeLessThan(2);
      };
      let refusals = 0;
      for (const event of events) {
        if (event === 'replyBusy') refusals++;
        await rig.happen[event]();
        await rig.clock.advance(1);
        check();
      }
      // Once all is well again, it comes to an end.
      Object.assign(rig.world, { fails: false, there: true, lags: false, conflict: false });
      for (let at = 0; at < 400 && rig.get() && !isFinished(rig.get()!); at++) {
        await rig.happen.pass();
        await rig.happen.replyWithId();
        await rig.happen.runEnds();
        await rig.clock.advance(at < 300 ? 30_000 : 600_000);
        check();
      }
      const left = rig.get();
      if (left) expect(isFinished(left)).toBe(true);
      for (const event of ['pass', 'edit', 'pass', 'cancel', 'pass', 'restart', 'waitLong', 'pass'] as const) {
        await rig.happen[event]();
        check();
      }
      if (first) ended++;
    }),
    { numRuns: 1_000, seed: 4 },
  );
  expect(ended).toBeGreaterThan(600);
}, 300_000);

test('nothing is started when another server answers by the time that the intent is written', async () => {
  const rig = createRig({
    startingDeadlineSeconds: 3_600,
    backoffLimit: 0,
    onUnknown: 'Stop',
    onDelete: 'Leave',
  } as RunSpec);
  rig.world.swapped = true;
  for (let at = 0; at < 3; at++) {
    await rig.happen.pass();
    await rig.clock.advance(30_000);
  }
  expect(rig.starts).toEqual([]);
  rig.world.swapped = false;
  for (let at = 0; at < 3; at++) {
    await rig.happen.pass();
    await rig.clock.advance(30_000);
  }
  expect(rig.starts).toHaveLength(1);
});
