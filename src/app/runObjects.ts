import { definitionOf } from '../api/registry.ts';
import type { Resource } from '../engine/resource.ts';
import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/errors.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { JsonObject } from '../ports/json.ts';
import { typeOf } from './caches.ts';

/** Makes a SyncRun; one of that name that is there already is taken for it. Rejects with KubeError. */
export async function createRun(client: KubeClient, manifest: JsonObject): Promise<void> {
  try {
    await client.create(typeOf(definitionOf('SyncRun')!), manifest as unknown as KubeObject);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/** Deletes this very object; one that is gone, or was made anew under its name, is left alone. Rejects with KubeError. */
export async function removeResource(client: KubeClient, { kind, metadata }: Resource): Promise<void> {
  const { namespace, name, uid } = metadata;
  try {
    await client.delete(typeOf(definitionOf(kind)!), { namespace, name }, { uid, propagationPolicy: 'Background' });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
