import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { Endpoint } from '../ports/transport.ts';
import { loadInCluster } from './inCluster.ts';

/** Where the API server is and how to be let in. */
export interface KubeConnection {
  endpoint: Endpoint;
  /** Put before every path; empty, or what a gateway in front of many clusters wants (`/k8s/clusters/c-1`). */
  basePath: string;
  /** Credentials for one request; asked every time, because tokens rotate. Never logged. */
  headers(): Promise<Record<string, string>>;
  /** The namespace of the service account or of the kubeconfig's context. */
  namespace?: string;
}

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

/** Origin and base path of a server's URL. */
export function splitServer(server: string): { origin: string; basePath: string } {
  const { origin, pathname } = new URL(server);
  return { origin, basePath: pathname.replace(/\/+$/, '') };
}
