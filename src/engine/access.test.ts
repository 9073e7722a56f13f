import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AccessRule, type Applicant, grant } from './access.ts';

const team: Applicant = {
  serverNamespace: 'platform',
  namespace: 'team-a',
  namespaceLabels: { env: 'dev' },
  kind: 'SyncJob',
  workspaceId: 'w1',
  workspaceName: 'sales',
};
const home: Applicant = { ...team, namespace: 'platform' };
const all: AccessRule = { namespaces: { from: 'All' } };

test('without rules, the own namespace may do everything and no other may do anything', () => {
  for (const rules of [undefined, []]) {
    expect(grant(rules, home)).toMatchObject({ allowed: true, maxPolicy: 'Delete' });
    expect(grant(rules, { ...home, kind: 'SyncUser' })).toMatchObject({ allowed: true, maxPolicy: 'Delete' });
    expect(grant(rules, team)).toMatchObject({ allowed: false });
  }
});

test('a rule for others does not narrow the own namespace; a rule for Same does', () => {
  expect(grant([{ ...all, maxPolicy: 'Observe' }], home).maxPolicy).toBe('Delete');
  const same: AccessRule = { namespaces: { from: 'Same' }, maxPolicy: 'Observe' };
  expect(grant([same], home)).toMatchObject({ allowed: true, maxPolicy: 'Observe' });
  expect(grant([{ ...same, kinds: ['SyncJob'] }], { ...home, kind: 'SyncUser' }).allowed).toBe(false);
  expect(grant([{ namespaces: { from: 'Same' } }], home).maxPolicy).toBe('Delete');
});

test('granted elsewhere means Retain unless the rule says more or less', () => {
  expect(grant([all], team).maxPolicy).toBe('Retain');
  expect(grant([{ ...all, maxPolicy: 'Delete' }], team).maxPolicy).toBe('Delete');
  expect(grant([{ ...all, maxPolicy: 'Observe' }], team).maxPolicy).toBe('Observe');
});

test('of several rules that fit, the most generous counts and is named', () => {
  const rules: AccessRule[] = [
    { ...all, maxPolicy: 'Observe' },
    { namespaces: { from: 'Names', names: ['team-a'] }, maxPolicy: 'Delete' },
    all,
  ];
  expect(grant(rules, team)).toEqual({
    allowed: true,
    maxPolicy: 'Delete',
    reason: 'granted by spec.access[1] of the server, at most Delete',
  });
});

test('names choose exactly those namespaces', () => {
  const rules: AccessRule[] = [{ namespaces: { from: 'Names', names: ['team-a', 'team-b'] } }];
  expect(grant(rules, team).allowed).toBe(true);
  expect(grant(rules, { ...team, namespace: 'team-aa' }).allowed).toBe(false);
  expect(grant([{ namespaces: { from: 'Names' } }], team).allowed).toBe(false);
});

test.each([
  [{ matchLabels: { env: 'dev' } }, true],
  [{ matchLabels: { env: 'prod' } }, false],
  [{ matchLabels: { constructor: 'x' } }, false],
  [{ matchExpressions: [{ key: 'env', operator: 'In', values: ['dev', 'test'] }] }, true],
  [{ matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['dev'] }] }, false],
  [{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['x'] }] }, true],
  [{ matchExpressions: [{ key: 'env', operator: 'Exists' }] }, true],
  [{ matchExpressions: [{ key: 'env', operator: 'DoesNotExist' }] }, false],
  [{ matchExpressions: [{ key: 'env', operator: 'Gt', values: ['1'] }] }, false],
  [{}, true],
])('selector %j selects: %j', (selector, allowed) => {
  expect(grant([{ namespaces: { from: 'Selector', selector } }], team).allowed).toBe(allowed);
});

test('a selector grants nothing while namespaces cannot be read, and says why', () => {
  const rules: AccessRule[] = [{ namespaces: { from: 'Selector', selector: {} } }];
  const refused = grant(rules, { ...team, namespaceLabels: undefined });
  expect(refused.allowed).toBe(false);
  expect(refused.reason).toMatch(/allowed to read namespaces/);
  expect(grant([{ namespaces: { from: 'Selector' } }], team).allowed).toBe(false);
});

test('workspaces are given by id or name; what has no workspace needs a rule for all', () => {
  expect(grant([{ ...all, workspaces: ['w1'] }], team).allowed).toBe(true);
  expect(grant([{ ...all, workspaces: ['sales'] }], team).allowed).toBe(true);
  expect(grant([{ ...all, workspaces: ['other'] }], team)).toMatchObject({
    allowed: false,
    reason: 'spec.access of the server does not grant this workspace to namespace team-a',
  });
  const user = { ...team, kind: 'SyncUser', workspaceId: undefined, workspaceName: undefined };
  expect(grant([{ ...all, kinds: ['SyncUser'], workspaces: ['w1'] }], user).allowed).toBe(false);
});

test('a SyncUser crosses namespaces only when named', () => {
  const user = { ...team, kind: 'SyncUser' };
  expect(grant([{ ...all, maxPolicy: 'Delete' }], user)).toMatchObject({
    allowed: false,
    reason: 'spec.access of the server does not grant SyncUser to namespace team-a; a rule has to name it in kinds',
  });
  expect(grant([{ ...all, kinds: ['SyncUser'] }], user)).toMatchObject({ allowed: true, maxPolicy: 'Retain' });
});

test('a SyncWorkspace is deleted across namespaces only when named', () => {
  const workspace = { ...team, kind: 'SyncWorkspace' };
  expect(grant([{ ...all, maxPolicy: 'Delete' }], workspace).maxPolicy).toBe('Retain');
  expect(grant([{ ...all, maxPolicy: 'Delete', kinds: ['SyncWorkspace'] }], workspace).maxPolicy).toBe('Delete');
  expect(grant(undefined, { ...workspace, namespace: 'platform' }).maxPolicy).toBe('Delete');
});

test('one more rule never takes from another namespace what it had', () => {
  const anyRule: fc.Arbitrary<AccessRule> = fc.record(
    {
      namespaces: fc.record({
        from: fc.constantFrom('Names' as const, 'Selector' as const, 'All' as const),
        names: fc.constantFrom(['team-a'], ['team-b']),
        selector: fc.constantFrom({}, { matchLabels: { env: 'prod' } }),
      }),
      kinds: fc.constantFrom([], ['SyncJob'], ['SyncUser', 'SyncWorkspace']),
      workspaces: fc.constantFrom([], ['w1'], ['w2']),
      maxPolicy: fc.constantFrom('Observe' as const, 'Retain' as const, 'Delete' as const),
    },
    { requiredKeys: ['namespaces'] },
  );
  const order = ['Observe', 'Retain', 'Delete'];
  fc.assert(
    fc.property(
      fc.array(anyRule, { maxLength: 4 }),
      anyRule,
      fc.constantFrom('SyncJob', 'SyncUser', 'SyncWorkspace'),
      (rules, more, kind) => {
        const before = grant(rules, { ...team, kind });
        const after = grant([...rules, more], { ...team, kind });
        if (!before.allowed) return;
        expect(after.allowed).toBe(true);
        expect(order.indexOf(after.maxPolicy)).toBeGreaterThanOrEqual(order.indexOf(before.maxPolicy));
      },
    ),
  );
});
