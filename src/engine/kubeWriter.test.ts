import { expect, test } from 'vitest';
import { createRecordingLogger } from '../../test/support/recordingLogger.ts';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import type { KubeClient } from '../kube/client.ts';
import { createStore } from '../kube/store.ts';
import { Fenced } from './blocked.ts';
import { createResourceWriter } from './kubeWriter.ts';
import type { Resource } from './resource.ts';

test('without the lease neither status nor finalizers are written', async () => {
  const sent: string[] = [];
  const resource = { metadata: { namespace: 'team', name: 'a', uid: 'u', resourceVersion: '1' } } as Resource;
  const patch = async () => {
    sent.push('patch');
    return resource;
  };
  const store = createStore<Resource>(createRecordingLogger(createVirtualClock(), []));
  const type = { group: 'g', version: 'v1', plural: 'as', kind: 'A', namespaced: true };
  let leads = false;
  const writer = createResourceWriter({ patch } as unknown as KubeClient, type, store, () => leads);
  await expect(writer.patchStatus(resource, { id: 'x' })).rejects.toThrow(Fenced);
  await expect(writer.patchFinalizers(resource, [])).rejects.toThrow(Fenced);
  expect(sent).toEqual([]);
  leads = true;
  await writer.patchStatus(resource, { id: 'x' });
  expect(sent).toEqual(['patch']);
});
