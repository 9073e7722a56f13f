import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refused } from '../../test/kube/miniApi.ts';
import { setup, THINGS } from '../../test/kube/setup.ts';
import type { KubeObject } from './objects.ts';
import { createReflector } from './reflector.ts';
import { createStore } from './store.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const path = (name: string) => `/api/v1/namespaces/n/things/${name}`;

type Step =
  | { do: 'put' | 'remove' | 'ownPatch' | 'ownCreate'; name: string }
  | { do: 'break'; how: 'end' | 'reset' | 'gone' | 'malformed' | 'halfLine' }
  | { do: 'compact' | 'bookmark' | 'restart' | 'restore' | 'snapshot' }
  | { do: 'faults'; rate: number }
  | { do: 'wait'; ms: number };

const name = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('put', 'put', 'remove', 'ownPatch', 'ownCreate'), name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('break'),
      how: fc.constantFrom('end', 'reset', 'gone', 'malformed', 'halfLine'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('compact', 'bookmark', 'snapshot') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restore', 'bookmark') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('faults'), rate: fc.constantFrom(0, 0.3, 0.8) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1, 2, 3, 5, 20, 500, 5_000, 80_000) }),
  },
) as fc.Arbitrary<Step>;

interface Outcome {
  store: string[];
  told: string[];
  server: string[];
  lists: number;
  elapsedMs: number;
}

const show = (objects: Iterable<KubeObject>) =>
  [...objects].map(({ metadata: { name, uid, resourceVersion } }) => `${name} ${uid} ${resourceVersion}`).sort();

/** Runs one history; own writes go through the store when their reply comes, which may be long after the watch told of more. */
async function run(seed: number, steps: readonly Step[]): Promise<Outcome> {
  const { api, clock, random, network, client, meter, logger } = setup(seed);
  api.pageSize = 2;
  const store = createStore<KubeObject>(logger);
  const told = new Map<string, KubeObject>();
  store.subscribe(({ key, before, after }) => {
    // Each change starts from what the one before it left.
    expect(told.get(key)).toEqual(before);
    if (after) told.set(key, after);
    else told.delete(key);
  });
  const reflector = createReflector({ client, resource: THINGS, store, clock, random, meter, logger });
  reflector.start();
  let backup = { objects: new Map(api.objects), revision: api.revision };
  let epoch = 0;
  const own = async (write: Promise<KubeObject>) => {
    const began = epoch;
    const reply = await write.catch(() => undefined);
    if (!reply) return;
    await new Promise<void>((resolve) => clock.after(Math.floor(random.next() * 50), resolve));
    if (began === epoch) store.upsert(reply);
  };
  const quiet = async () => {
    network.fault = undefined;
    api.intercept = undefined;
    await clock.advance(40_000);
    api.bookmark();
    await clock.advance(40_000);
  };
  let count = 0;
  for (const action of steps) {
    if (action.do === 'put') api.put(path(action.name), { spec: count++ });
    else if (action.do === 'remove') api.remove(path(action.name));
    else if (action.do === 'ownPatch') {
      const body = { status: { count: count++ } };
      void own(client.patch(THINGS, { namespace: 'n', name: action.name }, { type: 'merge', body }));
    } else if (action.do === 'ownCreate') {
      void own(
        client.create(THINGS, { apiVersion: 'v1', kind: 'Thing', metadata: { namespace: 'n', name: action.name } }),
      );
    } else if (action.do === 'break') api.breakWatches(action.how);
    else if (action.do === 'compact') api.compact();
    else if (action.do === 'bookmark') api.bookmark();
    else if (action.do === 'snapshot') backup = { objects: new Map(api.objects), revision: api.revision };
    else if (action.do === 'restore') {
      // Found out only while the server is behind what a watch has shown: nothing tells apart the versions of two histories that
      // bear one number, nor a lost reply from one that is still to come.
      await quiet();
      epoch++;
      api.restore(backup.objects, backup.revision);
      await quiet();
    } else if (action.do === 'faults') {
      const faults = ['before', 'after'] as const;
      network.fault = () => (random.next() < action.rate ? faults[Math.floor(random.next() * 2)] : undefined);
      api.intercept = () => (random.next() < action.rate / 2 ? refused(500, 'InternalError') : undefined);
    } else if (action.do === 'wait') await clock.advance(action.ms);
  }
  await quiet();
  reflector.stop();
  const lists = network.exchanges.filter((seen) => seen.method === 'GET' && !/watch|continue/.test(seen.path)).length;
  return {
    store: show(store.list()),
    told: show(told.values()),
    server: show(api.objects.values()),
    lists,
    elapsedMs: clock.monotonic(),
  };
}

test('whatever happens, the store ends equal to the server, and the changes told add up to it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 60, size: 'max' }), async (seed, steps) => {
      const { store, told, server } = await run(seed, steps);
      expect(store).toEqual(server);
      expect(told).toEqual(server);
    }),
    { numRuns: 300 },
  );
});

test('whatever happens, lists stay few', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(step, { minLength: 40, maxLength: 80, size: 'max' }), async (seed, steps) => {
      const { lists, elapsedMs } = await run(seed, steps);
      const breaks = steps.filter(
        ({ do: what }) => what === 'break' || what === 'restore' || what === 'compact',
      ).length;
      expect(lists).toBeLessThanOrEqual(8 + 4 * breaks + elapsedMs / 5_000);
    }),
    { numRuns: 50 },
  );
});
