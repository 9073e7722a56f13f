import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { KubeConnection } from './connection.ts';
import { loadInCluster } from './inCluster.ts';

export interface ConnectionOptions {
  /** A kubeconfig file; else the service account when there is one, else `KUBECONFIG` and the usual place. */
  kubeconfig?: string | undefined;
  /** Another context than the kubeconfig's current one. */
  context?: string | undefined;
  files: Files;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}

/** Finds the API server as kubectl and client-go do. Throws an Error fit for people when there is none or the kubeconfig is broken. */
export async function loadConnection(options: ConnectionOptions): Promise<KubeConnection> {
  const { kubeconfig, context, files, env, clock } = options;
  if (kubeconfig === undefined && context === undefined) {
    const inside = loadInCluster(files, env, clock);
    if (inside) return inside;
  }
  // Out of a cluster only: client-node costs 0.7 s and 50 MB.
  const { loadKubeconfig } = await import('./kubeconfig.ts');
  return loadKubeconfig(kubeconfig, context, files, clock);
}
