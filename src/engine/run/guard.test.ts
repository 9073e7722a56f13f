import { expect, test } from 'vitest';
import { resource } from '../../../test/kinds/fakes.ts';
import type { Metadata } from '../resource.ts';
import { restoredMark } from './guard.ts';

const target = resource('SyncJob', 'nightly');
const owner = (more: object) => ({
  apiVersion: 'sync.cdata.com/v1alpha1',
  kind: 'SyncJob',
  name: 'nightly',
  uid: 'x',
  ...more,
});

test.each<[string, Partial<Metadata>, RegExp | undefined]>([
  ['nothing', {}, undefined],
  ['the label of a restore', { labels: { 'velero.io/restore-name': 'r' } }, /velero/],
  ['the annotation', { annotations: { 'sync.cdata.com/restored': '' } }, /annotation/],
  ['the living owner', { ownerReferences: [owner({ uid: target.metadata.uid })] }, undefined],
  ['an owner of another life', { ownerReferences: [owner({})] }, /SyncJob nightly with the uid x/],
  ['an owner that is not ours', { ownerReferences: [owner({ apiVersion: 'batch/v1', kind: 'Job' })] }, undefined],
])('%s', (_, metadata, mark) => {
  const seen = restoredMark(resource('SyncRun', 'now', { metadata }), target);
  if (mark) expect(seen).toMatch(mark);
  else expect(seen).toBeUndefined();
});

test('an owner speaks against a run when the target is gone', () => {
  const metadata = { ownerReferences: [owner({ uid: target.metadata.uid })] };
  expect(restoredMark(resource('SyncRun', 'now', { metadata }), undefined)).toMatch(/owner/);
});
