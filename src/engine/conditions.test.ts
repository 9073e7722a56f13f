import { expect, test } from 'vitest';
import { conditionsOf, mergeConditions, type Verdict } from './conditions.ts';
import type { Condition } from './resource.ts';

const shown = (verdict: Verdict, previous: Condition[] = []) =>
  Object.fromEntries(conditionsOf(verdict, previous).map(({ type, status }) => [type, status]));
const settled = mergeConditions([], conditionsOf({ state: 'converged', message: 'fine' }, []), 1, 0);

test.each<[string, Verdict, Record<string, string>]>([
  ['converged', { state: 'converged', message: 'm' }, { Ready: 'True', Synced: 'True' }],
  [
    'working',
    { state: 'progressing', reason: 'R', message: 'm' },
    { Ready: 'False', Synced: 'False', Reconciling: 'True' },
  ],
  ['given up', { state: 'stalled', reason: 'R', message: 'm' }, { Ready: 'False', Synced: 'False', Stalled: 'True' }],
  [
    'awaiting approval',
    { state: 'awaitingApproval', message: 'm' },
    { Ready: 'False', Synced: 'False', Stalled: 'True' },
  ],
  ['a plan only reported', { state: 'planPending', message: 'm' }, { Ready: 'True', Synced: 'False' }],
  [
    'suspended with a plan',
    { state: 'suspended', planned: true, message: 'm' },
    { Ready: 'False', Synced: 'False', Stalled: 'True' },
  ],
  [
    'never seen',
    { state: 'unseen', stale: false, message: 'm' },
    { Ready: 'Unknown', Synced: 'Unknown', Reconciling: 'True' },
  ],
  [
    'deletion blocked for long',
    { state: 'deletionBlocked', reason: 'R', message: 'm', stalled: true },
    { Ready: 'False', Reconciling: 'True', Stalled: 'True' },
  ],
])('%s', (_, verdict, expected) => {
  expect(shown(verdict)).toEqual(expected);
});

test('what cannot be seen stays as it was, until it is too old to claim', () => {
  expect(shown({ state: 'unseen', stale: false, message: 'down' }, settled)).toEqual({ Ready: 'True', Synced: 'True' });
  expect(shown({ state: 'unseen', stale: true, message: 'down' }, settled)).toMatchObject({ Ready: 'Unknown' });
});

test('suspended without a plan stays as it was', () => {
  expect(shown({ state: 'suspended', planned: false, message: 'm' }, settled)).toEqual({
    Ready: 'True',
    Synced: 'True',
  });
});

test('a transition time moves with the status alone, and generations are current everywhere', () => {
  const again = mergeConditions(settled, conditionsOf({ state: 'converged', message: 'other' }, settled), 2, 60_000);
  expect(again.map((condition) => [condition.lastTransitionTime, condition.observedGeneration])).toEqual([
    ['1970-01-01T00:00:00Z', 2],
    ['1970-01-01T00:00:00Z', 2],
  ]);
  const stalled = mergeConditions(
    again,
    conditionsOf({ state: 'stalled', reason: 'R', message: 'm' }, again),
    2,
    120_000,
  );
  expect(stalled[0]!.lastTransitionTime).toBe('1970-01-01T00:02:00Z');
});
