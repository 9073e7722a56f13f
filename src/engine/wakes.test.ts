import { expect, test } from 'vitest';
import { createStore } from '../kube/store.ts';
import { silentLogger } from '../ports/logger.ts';
import type { Queue } from './queue.ts';
import type { Resource, Status } from './resource.ts';
import { createWakes, indexStore, type Wired } from './wakes.ts';

/** An event in a pipeline in a workspace: each refers to the next only. Tells which keys were woken, after the last question. */
function chain() {
  const woken: string[] = [];
  const all: Wired[] = ['SyncEvent', 'SyncPipeline', 'SyncWorkspace'].map((kind, at, kinds) => ({
    kind,
    store: createStore<Resource>(silentLogger()),
    queue: { add: (key: string) => void woken.push(`${kind}/${key}`) } as unknown as Queue,
    references: () => (kinds[at + 1] ? [`${kinds[at + 1]}/team/a`] : []),
    nameOf: () => undefined,
  }));
  const wake = createWakes(all, () => true);
  let version = 0;
  const put = ({ kind, store }: Wired, status: Status, generation = 1) => {
    const metadata = { name: 'a', namespace: 'team', uid: kind, resourceVersion: `${++version}`, generation };
    const resource = { apiVersion: 'v1', kind, metadata: { ...metadata, creationTimestamp: '' }, spec: {}, status };
    store.feed().put(resource);
  };
  for (const one of all) {
    indexStore(one);
    put(one, {});
    one.store.subscribe((change) => wake(one, change));
  }
  return { workspace: all.at(-1)!, put, woken: () => [...new Set(woken.splice(0))].sort() };
}

test('an id that a workspace gets wakes all below it, however far', () => {
  const { workspace, put, woken } = chain();
  put(workspace, { id: 'w' });
  expect(woken()).toEqual(['SyncEvent/team/a', 'SyncPipeline/team/a']);
});

test('what only its neighbours use wakes these alone', () => {
  const { workspace, put, woken } = chain();
  put(workspace, { applied: { name: 'x' } });
  expect(woken()).toEqual(['SyncPipeline/team/a']);
  put(workspace, { applied: { name: 'x' }, observedGeneration: 1 });
  expect(woken()).toEqual([]);
});
