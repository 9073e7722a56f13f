import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { KubeConnection } from './connection.ts';
import { openTokenFile } from './tokenFile.ts';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The service account that Kubernetes mounts into a pod; undefined outside of one. Throws when the mount is incomplete. */
export function loadInCluster(
  files: Files,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): KubeConnection | undefined {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  if (!host || !port) return undefined;
  const token = openTokenFile(`${FOLDER}/token`, files, clock);
  // A developer's shell inside a pod without a service account: the kubeconfig is what is meant.
  if (!token) return undefined;
  const ca = files.read(`${FOLDER}/ca.crt`);
  if (ca === undefined) throw new Error(`${FOLDER}/ca.crt is missing beside the service account token`);

  const namespace = files.read(`${FOLDER}/namespace`)?.trim();
  return {
    endpoint: { origin: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`).origin, tls: { ca } },
    basePath: '',
    ...(namespace ? { namespace } : {}),
    headers: async () => ({ authorization: `Bearer ${token()}` }),
  };
}
