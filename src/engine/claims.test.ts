import { expect, test } from 'vitest';
import { claimsOf, makerBefore, makerSince, nameRival, originOf, rivalOf } from './claims.ts';
import type { Resource } from './resource.ts';

const claimant = (uid: string, created: number, owned?: boolean, namespace = 'team'): Resource => ({
  apiVersion: '',
  kind: 'SyncJob',
  metadata: {
    name: uid,
    namespace,
    uid,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: new Date(created).toISOString(),
  },
  spec: {},
  status: { id: 'j1', serverIdentity: 'https://s:1/api.rsc/v2#d', ...(owned !== undefined && { owned }) },
});

test('the owner is who has the id as its own, however young', () => {
  const owner = claimant('young', 2_000, true);
  const other = claimant('old', 1_000);
  expect(rivalOf(other, [owner, other])).toBe(owner);
  expect(rivalOf(owner, [owner, other])).toBeUndefined();
});

test('age decides among those without, then the uid', () => {
  const [old, young, twin] = [claimant('b', 1_000), claimant('c', 2_000), claimant('a', 1_000)];
  expect(rivalOf(young, [old, young])).toBe(old);
  expect(rivalOf(old, [old, young])).toBeUndefined();
  expect(rivalOf(old, [old, twin])).toBe(twin);
});

test('of two copies of one status the older one has it', () => {
  const [old, copy] = [claimant('old', 1_000, true), claimant('copy', 2_000, true)];
  expect(rivalOf(copy, [old, copy])).toBe(old);
  expect(rivalOf(old, [old, copy])).toBeUndefined();
});

test('claims hold across SyncServers of one origin, and rivals elsewhere stay nameless', () => {
  expect(originOf('https://s:1/api.rsc/v2#d')).toBe('https://s:1');
  expect(claimsOf(claimant('a', 1))).toEqual(['SyncJob|https://s:1|j1']);
  expect(nameRival(claimant('a', 1), claimant('b', 1))).toBe('SyncJob team/b');
  expect(nameRival(claimant('a', 1), claimant('b', 1, true, 'other'))).not.toContain('other/');
});

test('what adoptionPolicy refuses claims nothing: nobody waits for who may not take it', () => {
  const refused = claimant('old', 1_000);
  const conditions = [
    { type: 'Stalled', status: 'True' as const, reason: 'AdoptionRefused', message: '', lastTransitionTime: '' },
  ];
  refused.status = { ...refused.status, conditions };
  expect(claimsOf(refused)).toEqual([]);
  expect(claimsOf({ ...refused, status: { ...refused.status, owned: true } })).toHaveLength(1);
});

test('what is being deleted and has no object of its own claims nothing: it may wait for others as long as it likes', () => {
  const going = claimant('old', 1_000);
  going.metadata.deletionTimestamp = new Date(5_000).toISOString();
  expect(claimsOf(going)).toEqual([]);
  expect(claimsOf({ ...going, status: { ...going.status, owned: true } })).toHaveLength(1);
});

test('of those that make an object of one name in one place the oldest has what is found', () => {
  const [old, young] = [claimant('old', 1_000), claimant('young', 2_000)];
  const place = { workspaceRef: { name: 'default' } };
  const [first, second] = [old, young].map((one) => ({ ...one, spec: { ...one.spec, ...place } }));
  expect(makerBefore(second!, [first!, second!])).toBe(first);
  expect(makerBefore(first!, [first!, second!])).toBeUndefined();
  const elsewhere = { ...first!, spec: { workspaceRef: { name: 'another' } } };
  expect(makerBefore(second!, [elsewhere, second!])).toBeUndefined();
});

test('who looks for what its own call made waits for one that began to make it later, unless the outcome of that is known', () => {
  const [old, young] = [claimant('old', 1_000), claimant('young', 2_000)];
  const making = (at: number, done?: boolean) => ({
    ...young,
    status: { pending: { intent: { verb: 'create', at: new Date(at).toISOString(), ...(done && { done }) } } },
  });
  expect(makerSince(old, [old, making(9_000)], 5_000)?.metadata.uid).toBe(young.metadata.uid);
  expect(makerSince(old, [old, making(4_000)], 5_000)).toBeUndefined();
  expect(makerSince(old, [old, making(9_000, true)], 5_000)).toBeUndefined();
});
