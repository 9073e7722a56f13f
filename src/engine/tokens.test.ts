import { expect, test } from 'vitest';
import type { Resource } from './resource.ts';
import { readTokens } from './tokens.ts';

function resource(annotations: Record<string, string>, tokens?: Record<string, string>): Resource {
  return {
    apiVersion: 'sync.cdata.com/v1alpha1',
    kind: 'SyncJob',
    metadata: {
      name: 'a',
      namespace: 'n',
      uid: 'u',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '',
      annotations,
    },
    spec: {},
    ...(tokens && { status: { tokens } }),
  };
}

test('a request that was there before the object was first seen is recorded and ignored', () => {
  const reading = readTokens(resource({ 'sync.cdata.com/approve-plan': 'x', 'other/annotation': 'y' }));
  expect(reading.tokens).toEqual({ 'approve-plan': 'x' });
  expect(reading.ignored).toEqual(['approve-plan']);
  expect(reading.fired.size).toBe(0);
});

test('a request that changes later acts, once', () => {
  const annotations = { 'sync.cdata.com/reconcile-requested-at': 'now' };
  expect([...readTokens(resource(annotations, {})).fired]).toEqual([['reconcile-requested-at', 'now']]);
  expect(readTokens(resource(annotations, { 'reconcile-requested-at': 'now' })).fired.size).toBe(0);
  expect(readTokens(resource(annotations, { 'reconcile-requested-at': 'before' })).fired.size).toBe(1);
});

test('a copy of an object that a backup brought back, with its status, acts on no request that was open then', () => {
  const asked = resource({ 'sync.cdata.com/run-requested-at': 'now' }, { 'run-requested-at': 'before' });
  const copy = { ...asked, status: { ...asked.status, tokensOf: 'the uid before' } };
  expect(readTokens(copy)).toMatchObject({ isFirst: true, ignored: ['run-requested-at'] });
  expect(readTokens(copy).fired.size).toBe(0);
  const same = { ...asked, status: { ...asked.status, tokensOf: 'u' } };
  expect([...readTokens(same).fired]).toEqual([['run-requested-at', 'now']]);
});
