import { expect, test } from 'vitest';
import type { Gathered } from './kind.ts';
import { observe } from './observe.ts';
import type { Remote } from './remote.ts';
import type { Resource, Status } from './resource.ts';

const CONVERGED = [
  { type: 'Ready', status: 'True' as const, reason: 'Available', message: '', lastTransitionTime: '' },
];

/** One observation of `orders`, whose list entry has the digest `old` until it is read, and `new` from then on. */
async function look(status: Status) {
  let digest = 'old';
  const remote = {
    glance: () => ({ state: 'present', ids: ['j1'], digest, listedAt: 0 }),
    refresh: async () => {},
    read: async (id: string) => {
      digest = 'new';
      return { state: 'present', object: { id, fields: new Map(), masked: new Set() } };
    },
  } as unknown as Remote;
  const resource = { metadata: { generation: 1 }, spec: {} } as Resource;
  const gathered = { remote, scope: { lagGraceMs: 0 }, desired: { name: 'orders' } } as unknown as Gathered;
  const memory = { corrections: [], deepDue: false };
  return observe({ resource, status, gathered, memory, now: 0, startedAt: 0, askedAt: 0, unchanged: true });
}

const settled: Status = {
  id: 'j1',
  owned: true,
  observedGeneration: 1,
  observed: { listDigest: 'old' },
  conditions: CONVERGED,
};

test('what was converged, with an equal digest, needs no read', async () => {
  expect(await look(settled)).toEqual({ state: 'settled', id: 'j1', digest: 'old' });
});

test('what was refused the last time is read, whatever the list says', async () => {
  const refused = { ...CONVERGED[0]!, status: 'False' as const, reason: 'Refused' };
  expect(await look({ ...settled, conditions: [refused] })).toMatchObject({ state: 'present', ours: true });
});

test('the digest that goes with a read is that of the picture after it', async () => {
  expect(await look({ ...settled, observed: { listDigest: 'another' } })).toMatchObject({
    state: 'present',
    digest: 'new',
  });
});

test('what is not ours is known by its name, not by the id of the last time', async () => {
  expect(await look({ id: 'j9' })).toMatchObject({ state: 'present', ours: false, object: { id: 'j1' } });
});

test.each([
  ['the object was asked for after it', { listedAt: 9_000, askedAt: 9_500 }, 1],
  ['it began since the object was asked for', { listedAt: 9_000, askedAt: 8_000 }, 0],
  ['it is too old to be sure', { listedAt: 4_000, askedAt: 3_000 }, 1],
])('whether a list that lacks the name is enough to make an object: %s', async (_, { listedAt, askedAt }, lists) => {
  let refreshes = 0;
  const remote = {
    glance: () => ({ state: 'absent', listedAt: refreshes > 0 ? 10_000 : listedAt }),
    refresh: async () => void refreshes++,
  } as unknown as Remote;
  const resource = { metadata: { generation: 1 }, spec: {} } as Resource;
  const gathered = { remote, scope: { lagGraceMs: 0 }, desired: { name: 'orders' } } as unknown as Gathered;
  const memory = { corrections: [], deepDue: false };
  const input = { resource, status: {}, gathered, memory, now: 10_000, startedAt: 0, askedAt, unchanged: false };
  expect(await observe(input)).toEqual({ state: 'absent', vanished: false, knownIds: [] });
  expect(refreshes).toBe(lists);
});
