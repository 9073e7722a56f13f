import { expect, test } from 'vitest';
import { createRecordingLogger } from '../../test/kube/setup.ts';
import { silentLogger } from '../ports/logger.ts';
import type { KubeObject } from './objects.ts';
import { type Change, createStore } from './store.ts';
import { compareVersions } from './versions.ts';

interface Thing extends KubeObject {
  spec?: string;
}

const thing = (name: string, version: string, uid = `uid-${name}`, spec = ''): Thing => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { namespace: 'a', name, uid, resourceVersion: version },
  spec,
});

function filled(...objects: Thing[]) {
  const store = createStore<Thing>(silentLogger());
  const feed = store.feed();
  for (const object of objects) feed.put(object);
  feed.progress('100');
  return { store, feed };
}

test('keeps objects by namespace and name and tells each change with both sides', () => {
  const { store, feed } = filled();
  const seen: Change<Thing>[] = [];
  const stop = store.subscribe((change) => seen.push(change));
  const [one, two] = [thing('x', '101'), thing('x', '102')];
  feed.put(one);
  feed.put(two);
  feed.drop(thing('x', '103'));
  stop();
  feed.put(thing('y', '104'));
  expect(seen).toEqual([
    { key: 'a/x', after: one },
    { key: 'a/x', before: one, after: two },
    { key: 'a/x', before: two },
  ]);
  expect(store.list()).toEqual([thing('y', '104')]);
  expect(store.size).toBe(1);
});

test('the reply to our own write is taken before the watch shows it, and the watch then changes nothing', () => {
  const { store, feed } = filled(thing('x', '90'));
  const changes: string[] = [];
  store.subscribe(({ after }) => changes.push(after!.metadata.resourceVersion!));
  expect(store.upsert(thing('x', '105', 'uid-x', 'ours'))).toBe(true);
  feed.put(thing('x', '103'));
  feed.put(thing('x', '105', 'uid-x', 'ours'));
  expect(store.get('a/x')!.spec).toBe('ours');
  expect(changes).toEqual(['105']);
});

test('what nobody reads is cut off, of replies to our own writes too', () => {
  const { store } = filled(thing('x', '90'));
  const reply = thing('x', '105');
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{…}' };
  Object.assign(reply.metadata, { managedFields: [{ manager: 'sync-operator' }], annotations });
  store.upsert(reply);
  expect(store.get('a/x')).toEqual(thing('x', '105'));
});

test('a late reply neither overwrites what is newer nor brings back what is gone', () => {
  const { store, feed } = filled(thing('x', '90'));
  feed.put(thing('x', '110'));
  expect(store.upsert(thing('x', '105'))).toBe(false);
  feed.drop(thing('x', '111'));
  feed.progress('111');
  expect(store.upsert(thing('x', '105'))).toBe(false);
  expect(store.get('a/x')).toBeUndefined();
  expect(store.upsert(thing('x', '112', 'uid-2'))).toBe(true);
});

test('versions of the same length and of others are compared as numbers', () => {
  expect(compareVersions('9', '10')).toBe(-1);
  expect(compareVersions('18446744073709551615', '18446744073709551614')).toBe(1);
  expect(compareVersions('007', '7')).toBe(0);
  expect(compareVersions('abc', '7')).toBeUndefined();
  expect(compareVersions(undefined, '7')).toBeUndefined();
});

test('versions that are not numbers are taken in the order in which they come', () => {
  const { store, feed } = filled(thing('x', 'zz'));
  feed.put(thing('x', 'aa'));
  expect(store.get('a/x')!.metadata.resourceVersion).toBe('aa');
});

test('a DELETED event of an earlier object leaves the one that has taken its name', () => {
  const { store, feed } = filled(thing('x', '90', 'old'));
  store.upsert(thing('x', '120', 'new'));
  feed.drop(thing('x', '119', 'old'));
  expect(store.get('a/x')!.metadata.uid).toBe('new');
  feed.drop(thing('x', '121', 'new'));
  expect(store.size).toBe(0);
});

test('a complete list takes away what it lacks, but not what was made after it', () => {
  const { store, feed } = filled(thing('x', '90'), thing('y', '91'));
  store.upsert(thing('z', '130'));
  feed.retain(new Set(['a/x']), '120');
  expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['x', 'z']);
  feed.retain(new Set(['a/x']), '50', true);
  expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['x']);
});

test('a feed of one namespace does not touch another', () => {
  const store = createStore<Thing>(silentLogger());
  const [a, b] = [store.feed('a'), store.feed('b')];
  a.put(thing('x', '5'));
  b.put({ ...thing('x', '6'), metadata: { ...thing('x', '6').metadata, namespace: 'b' } });
  b.retain(new Set(), '9');
  b.progress('9');
  expect(store.list().map(({ metadata }) => metadata.namespace)).toEqual(['a']);
  expect(store.upsert(thing('late', '7'))).toBe(true);
});

test('indexes follow every change and cover what was there before', () => {
  const { store, feed } = filled(thing('x', '1', 'ux', 'red blue'));
  store.addIndex('word', ({ spec = '' }) => spec.split(' '));
  feed.put(thing('y', '2', 'uy', 'red'));
  const names = (word: string) => store.byIndex('word', word).map(({ metadata }) => metadata.name);
  expect(names('red')).toEqual(['x', 'y']);
  feed.put(thing('x', '3', 'ux', 'blue green'));
  expect([names('red'), names('blue'), names('green')]).toEqual([['y'], ['x'], ['x']]);
  feed.drop(thing('y', '4', 'uy'));
  expect(names('red')).toEqual([]);
  expect(() => store.byIndex('other', 'x')).toThrow('no index other');
});

test('a handler that throws is logged and stops neither the others nor the store', () => {
  const logger = createRecordingLogger();
  const store = createStore<Thing>(logger);
  const seen: string[] = [];
  store.subscribe(() => {
    throw new Error('broken');
  });
  store.subscribe(({ key }) => seen.push(key));
  store.feed().put(thing('x', '1'));
  expect(seen).toEqual(['a/x']);
  expect(logger.lines).toMatchObject([{ level: 'error', fields: { key: 'a/x' } }]);
});
