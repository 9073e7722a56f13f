import type { KubeClient } from '../kube/client.ts';
import type { ResourceType } from '../kube/objects.ts';
import type { Store } from '../kube/store.ts';
import type { ResourceWriter } from './pass.ts';
import type { Resource } from './resource.ts';

/** Writes statuses and finalizers of one kind, and shows each reply to the store ahead of the watch. */
export function createResourceWriter(client: KubeClient, type: ResourceType, store: Store<Resource>): ResourceWriter {
  const refOf = ({ metadata }: Resource) => ({ namespace: metadata.namespace, name: metadata.name });
  const seen = (object: Resource) => {
    store.upsert(object);
    return object;
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
      return seen(await client.patch<Resource>(type, refOf(resource), patch, { subresource: 'status' }));
    },
    async patchFinalizers(resource, finalizers) {
      const { uid, resourceVersion } = resource.metadata;
      const patch = { type: 'merge' as const, body: { metadata: { finalizers } }, uid, resourceVersion };
      return seen(await client.patch<Resource>(type, refOf(resource), patch));
    },
  };
}
