import { type Listening, listen } from '../support/listen.ts';
import type { Cluster } from './cluster.ts';

/** Serves a cluster on loopback, over TLS when a certificate is given. Port 0 (the default) picks a free one. */
export function serveCluster(
  cluster: Cluster,
  { port = 0, tls }: { port?: number; tls?: { cert: string; key: string } } = {},
): Promise<Listening> {
  return listen(cluster.handler, port, tls);
}

/** A kubeconfig for a served cluster, as YAML text. `ca` is the PEM text of the certificate to trust. */
export function kubeconfig(
  url: string,
  { token, ca, namespace = 'default' }: { token?: string; ca?: string; namespace?: string } = {},
): string {
  const trust = ca ? `\n      certificate-authority-data: ${Buffer.from(ca).toString('base64')}` : '';
  const user = token ? `\n      token: ${token}` : ' {}';
  return `apiVersion: v1
kind: Config
current-context: twin
clusters:
  - name: twin
    cluster:
      server: ${url}${trust}
contexts:
  - name: twin
    context:
      cluster: twin
      user: twin
      namespace: ${namespace}
users:
  - name: twin
    user:${user}
`;
}
