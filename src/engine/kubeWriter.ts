import type { KubeClient } from '../kube/client.ts';
import type { ResourceType } from '../kube/objects.ts';
import type { Patch } from '../kube/patch.ts';
import type { Store } from '../kube/store.ts';
import { Fenced } from './blocked.ts';
import { type EngineDeps, type ResourceWriter, WRITE_MS } from './pass.ts';
import type { Resource } from './resource.ts';

/**
 * Writes statuses and finalizers of one kind, and shows each reply to the store ahead of the watch. Throws Fenced when the lease
 * may end before a write does: a process that was paused meanwhile must not write over what the next leader has written.
 */
export function createResourceWriter(
  client: KubeClient,
  type: ResourceType,
  store: Store<Resource>,
  mayWrite: EngineDeps['mayWrite'],
): ResourceWriter {
  const refOf = ({ metadata }: Resource) => ({ namespace: metadata.namespace, name: metadata.name });
  const seen = (object: Resource) => {
    store.upsert(object);
    return object;
  };
  const write = async (resource: Resource, patch: Patch, subresource?: 'status') => {
    if (!mayWrite(WRITE_MS)) throw new Fenced('the lease is lost or about to end');
    const options = { deadlineMs: WRITE_MS, ...(subresource && { subresource }) };
    return seen(await client.patch<Resource>(type, refOf(resource), patch, options));
  };
  return {
    async patchStatus(resource, status, resourceVersion) {
      // The uid keeps a late write off an object that was made anew under the same name.
      const patch = {
        type: 'merge' as const,
        body: { status },
        uid: resource.metadata.uid,
        ...(resourceVersion !== undefined && { resourceVersion }),
      };
      return write(resource, patch, 'status');
    },
    async patchFinalizers(resource, finalizers) {
      const { uid, resourceVersion } = resource.metadata;
      const patch = { type: 'merge' as const, body: { metadata: { finalizers } }, uid, resourceVersion };
      return write(resource, patch);
    },
  };
}
