import { expect, test } from 'vitest';
import { BUILT_IN_POLICIES } from '../api/common.ts';
import { type GateInput, gate } from './gate.ts';
import { makeStep, type Step } from './plan.ts';

const step = (more: Partial<Step> = {}): Step => ({
  ...makeStep({ verb: 'update', title: 'update', changes: [], destructive: false, cause: 'spec', ...more }),
});
const update = step();
const lossy = step({ destructive: true, title: 'update lossy' });
const drift = step({ cause: 'drift', title: 'update drift' });
const create = step({ verb: 'create', title: 'create' });
const add = step({ verb: 'addChild', title: 'addTask', child: { natural: 'a', wanted: 0 } });

function held(steps: Step[], more: Partial<Omit<GateInput, 'policies'>> & { policies?: object } = {}) {
  const { policies, ...rest } = more;
  const input = {
    steps,
    suspended: false,
    approved: new Set<string>(),
    contended: false,
    suspicious: false,
    missing: false,
    ...rest,
    policies: { ...BUILT_IN_POLICIES, ...policies },
  };
  return gate(input).held.map(({ why }) => why);
}

test('Safe holds what may lose data, Manual everything, Automatic nothing', () => {
  expect(held([update, lossy])).toEqual(['Approval']);
  expect(held([update, lossy], { policies: { changePolicy: 'Manual' } })).toEqual(['Approval', 'Approval']);
  expect(held([update, lossy], { policies: { changePolicy: 'Automatic' } })).toEqual([]);
});

test('an approved step goes, and only that one', () => {
  const other = step({ destructive: true, title: 'other', child: { natural: 'x' } });
  expect(held([lossy, other], { approved: new Set([lossy.key]) })).toEqual(['Approval']);
});

test('nothing goes while observing or suspended', () => {
  expect(held([update, create], { policies: { managementPolicy: 'Observe' } })).toEqual(['Observe', 'Observe']);
  expect(held([update, drift], { suspended: true })).toEqual(['Suspended', 'Suspended']);
});

test('drift is only reported when told so, and left when somebody keeps changing it back', () => {
  expect(held([drift, update], { policies: { driftPolicy: 'Report' } })).toEqual(['DriftReported']);
  expect(held([drift, update], { contended: true })).toEqual(['Contended']);
});

test('nothing is made while the list of the parent cannot be believed', () => {
  expect(held([create, add], { suspicious: true })).toEqual(['SuspiciousSnapshot', 'EarlierStepHeld']);
  expect(held([update], { suspicious: true })).toEqual([]);
});

test('what needs a held create waits for it', () => {
  expect(held([{ ...create, destructive: true }, add])).toEqual(['Approval', 'EarlierStepHeld']);
});

test('what is not added yet is not moved, although that alone was approved', () => {
  const move = step({ verb: 'moveChild', title: 'moveTask', child: { natural: 'a', wanted: 0, position: 0 } });
  const more = { policies: { changePolicy: 'Manual' } };
  expect(held([add, move], { ...more, approved: new Set([move.key]) })).toEqual(['Approval', 'EarlierStepHeld']);
  expect(held([add, move], { ...more, approved: new Set([add.key, move.key]) })).toEqual([]);
});

test('a refused adoption holds every step', () => {
  expect(held([update, drift], { adoption: 'refused' })).toEqual(['AdoptionRefused', 'AdoptionRefused']);
});
