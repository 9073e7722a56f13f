import { type Listening, listen } from '../support/listen.ts';
import type { Cluster } from './cluster.ts';

/** Serves a cluster on loopback, over TLS when a certificate is given. Port 0 (the default) picks a free one. */
export function serveCluster(
  cluster: Cluster,
  { port = 0, tls }: { port?: number; tls?: { cert: string; key: string } } = {},
): Promise<Listening> {
  return listen(cluster.handler, port, tls);
}

export interface KubeconfigOptions {
  token?: string;
  /** A file that holds the token. */
  tokenFile?: string;
  /** PEM text of the certificate to trust. */
  ca?: string;
  namespace?: string;
}

/** A kubeconfig for a served cluster, as YAML text. */
export function kubeconfig(
  url: string,
  { token, tokenFile, ca, namespace = 'default' }: KubeconfigOptions = {},
): string {
  const trust = ca ? `\n      certificate-authority-data: ${Buffer.from(ca).toString('base64')}` : '';
  const credential = token ? `token: ${token}` : tokenFile && `tokenFile: ${tokenFile}`;
  const user = credential ? `\n      ${credential}` : ' {}';
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
