import { expect, test } from 'vitest';
import type { JsonObject } from '../../ports/json.ts';
import { applyPatch } from './applied.ts';

const manifest = { metadata: { name: 'j', labels: { a: 'b' } }, spec: { name: 'J', options: { batchSize: 5 } } };
const asItIs = { metadata: { labels: { a: 'b' } }, spec: manifest.spec };

test('an object that nobody has applied before keeps what the manifest does not name', () => {
  const live = { metadata: {}, spec: { name: 'J', suspend: true } };
  expect(applyPatch(live, manifest)).toEqual(asItIs);
});

test('what the last kubectl apply had set, and the manifest has no more, goes', () => {
  const before = {
    spec: { name: 'J', suspend: true, options: { batchSize: 5, workerPool: 2 }, alerts: { emailTo: 'x' } },
  };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(before) };
  expect(applyPatch({ metadata: { annotations } }, manifest).spec).toEqual({
    ...{ name: 'J', suspend: null, alerts: null },
    options: { batchSize: 5, workerPool: null },
  });
});

test('the same of server-side apply, whoever applied it; what was only updated stays', () => {
  const managedFields: { operation: string; subresource?: string; fieldsV1: JsonObject }[] = [
    { operation: 'Apply', fieldsV1: { 'f:spec': { 'f:name': {}, 'f:options': { 'f:workerPool': {} } } } },
    { operation: 'Apply', fieldsV1: { 'f:spec': { 'f:options': { 'f:batchSize': {} }, 'f:driftPolicy': {} } } },
    { operation: 'Apply', subresource: 'status', fieldsV1: { 'f:spec': { 'f:type': {} } } },
    { operation: 'Update', fieldsV1: { 'f:spec': { 'f:suspend': {} } } },
  ];
  expect(applyPatch({ metadata: { managedFields } }, manifest).spec).toEqual({
    ...{ name: 'J', driftPolicy: null },
    options: { batchSize: 5, workerPool: null },
  });
});

test('a copy of the manifest that somebody has broken counts as none', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{' };
  expect(applyPatch({ metadata: { annotations } }, manifest)).toEqual(asItIs);
});
