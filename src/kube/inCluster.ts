import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { KubeConnection } from './connection.ts';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The kubelet renews the token long before it ends; client-go looks once a minute, too. */
const TOKEN_AGE_MS = 60_000;

/** The service account that Kubernetes mounts into a pod; undefined outside of one. Throws when the mount is incomplete. */
export function loadInCluster(
  files: Files,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): KubeConnection | undefined {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  if (!host || !port) return undefined;
  const first = files.read(`${FOLDER}/token`);
  // A developer's shell inside a pod without a service account: the kubeconfig is what is meant.
  if (first === undefined) return undefined;
  const ca = files.read(`${FOLDER}/ca.crt`);
  if (ca === undefined) throw new Error(`${FOLDER}/ca.crt is missing beside the service account token`);

  let token = first.trim();
  let readAt = clock.monotonic();
  const namespace = files.read(`${FOLDER}/namespace`)?.trim();
  return {
    endpoint: { origin: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`).origin, tls: { ca } },
    basePath: '',
    ...(namespace ? { namespace } : {}),
    async headers() {
      if (clock.monotonic() - readAt >= TOKEN_AGE_MS) {
        readAt = clock.monotonic();
        // Unreadable for a moment while the mount is swapped: the old token still serves.
        token = files.read(`${FOLDER}/token`)?.trim() || token;
      }
      return { authorization: `Bearer ${token}` };
    },
  };
}
