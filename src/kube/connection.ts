import type { Endpoint } from '../ports/transport.ts';

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
