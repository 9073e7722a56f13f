import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isNotFound } from '../kube/errors.ts';
import { type KubeObject, SECRETS } from '../kube/objects.ts';
import type { Random } from '../ports/random.ts';

export const KEY_SECRET = 'sync-operator-key';
const KEY_BYTES = 32;

interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

/**
 * The operator's own HMAC key, made once and kept in a Secret. A lost key costs nothing but a new baseline (design §4).
 * Rejects with KubeError, and with an Error when the Secret is there but unusable.
 */
export async function loadOperatorKey(client: KubeClient, namespace: string, random: Random): Promise<Uint8Array> {
  const ref = { namespace, name: KEY_SECRET };
  const read = () => readOperatorKey(client, namespace);
  try {
    return await read();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const key = random.bytes(KEY_BYTES);
  try {
    await client.create<Secret>(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: ref,
      type: 'Opaque',
      data: { key: Buffer.from(key).toString('base64') },
    });
    return key;
  } catch (error) {
    if (isAlreadyExists(error)) return read();
    throw error;
  }
}

/** The key as it is; never made here. Rejects as above, and with NotFound when there is none. */
export async function readOperatorKey(client: KubeClient, namespace: string): Promise<Uint8Array> {
  const ref = { namespace, name: KEY_SECRET };
  return decodeKey(await client.get<Secret>(SECRETS, ref), ref);
}

function decodeKey(secret: Secret, ref: { namespace: string; name: string }): Uint8Array {
  const key = Buffer.from(secret.data?.key ?? '', 'base64');
  if (key.length >= 16) return key;
  throw new Error(
    `Secret ${ref.namespace}/${ref.name} has no usable key (16 bytes or more): delete it to have a new one made`,
  );
}
