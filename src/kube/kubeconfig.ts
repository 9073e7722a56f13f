import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { loadYaml } from '@kubernetes/client-node/dist/yaml.js';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { TlsOptions } from '../ports/transport.ts';
import type { KubeConnection } from './connection.ts';
import { openTokenFile } from './tokenFile.ts';

/** What client-node fills in for one request: headers, and certificates as buffers or PEM. */
interface HttpsOptions {
  headers?: Record<string, string>;
  auth?: string;
  ca?: Buffer | string;
  cert?: Buffer | string;
  key?: Buffer | string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** The context that client-node makes up (localhost:8080) when there is no kubeconfig anywhere. */
const NOTHING_FOUND = 'loaded-context';
const ASK_AGAIN_MS = 10_000;

/**
 * The server and credentials of a kubeconfig (exec plugins and token files included), by client-node. Without `file`: `KUBECONFIG`, else
 * `~/.kube/config`. Throws an Error that names the file, the context or what is missing.
 */
export async function loadKubeconfig(
  file: string | undefined,
  context: string | undefined,
  files: Files,
  clock: Clock,
): Promise<KubeConnection> {
  const config = new KubeConfig();
  const tokenFiles = new Map<string, string>();
  readThrough(config, files, tokenFiles);
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (error) {
    throw new Error(`cannot read the kubeconfig${file === undefined ? '' : ` ${file}`}: ${(error as Error).message}`);
  }
  if (config.getCurrentContext() === NOTHING_FOUND) throw new Error('there is no kubeconfig: name one');
  if (context !== undefined) config.setCurrentContext(context);
  const current = config.getContextObject(config.getCurrentContext());
  if (!current) throw new Error(`the kubeconfig has no context "${config.getCurrentContext() ?? ''}"`);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`the kubeconfig has no cluster "${current.cluster}"`);

  // client-node refuses plain HTTP otherwise; there is no TLS to verify.
  if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  const https = await askOptions(config);
  const { origin, basePath } = splitServer(cluster.server);
  const tls: TlsOptions = {
    ...(https.ca === undefined ? {} : { ca: String(https.ca) }),
    ...(https.cert === undefined ? {} : { cert: String(https.cert) }),
    ...(https.key === undefined ? {} : { key: String(https.key) }),
    ...(https.servername === undefined ? {} : { serverName: https.servername }),
    ...(https.rejectUnauthorized === false ? { insecureSkipVerify: true } : {}),
  };
  const tokenFile = tokenFiles.get(current.user);
  const tokenHeaders = tokenFile === undefined ? undefined : fromTokenFile(tokenFile, toHeaders(https), files, clock);
  return {
    endpoint: {
      origin,
      ...(origin.startsWith('https:') ? { tls } : {}),
      ...(cluster.proxyUrl ? { proxyUrl: cluster.proxyUrl } : {}),
    },
    basePath,
    ...(current.namespace ? { namespace: current.namespace } : {}),
    headers: tokenHeaders ?? headerSource(config, toHeaders(https), clock),
  };
}

/** Makes client-node read files by the port, and notes which user has a token in which file: `tokenFile` is unknown to it. */
function readThrough(config: KubeConfig, files: Files, tokenFiles: Map<string, string>): void {
  const loadFromFile = config.loadFromFile.bind(config);
  config.loadFromFile = (file, options) => {
    const text = files.read(file);
    // client-node's error says why it cannot be read.
    if (text === undefined) return loadFromFile(file, options);
    const slash = file.lastIndexOf('/');
    const folder = slash < 0 ? '.' : file.slice(0, slash) || '/';
    config.loadFromString(text, options);
    config.makePathsAbsolute(folder);
    for (const { name, user } of loadYaml<RawConfig>(text).users ?? []) {
      const tokenFile = user?.tokenFile;
      if (tokenFile) tokenFiles.set(name, tokenFile.startsWith('/') ? tokenFile : `${folder}/${tokenFile}`);
    }
  };
}

interface RawConfig {
  users?: { name: string; user?: { tokenFile?: string } }[];
}

/** A token file wins over a token that stands in the kubeconfig. */
function fromTokenFile(
  path: string,
  others: Record<string, string>,
  files: Files,
  clock: Clock,
): () => Promise<Record<string, string>> {
  const token = openTokenFile(path, files, clock);
  if (!token) throw new Error(`the kubeconfig names the token file ${path}, which is empty or cannot be read`);
  return async () => ({ ...others, authorization: `Bearer ${token()}` });
}

/** Asking client-node reads certificate files each time: only users whose credentials can change are asked again. */
function headerSource(
  config: KubeConfig,
  first: Record<string, string>,
  clock: Clock,
): () => Promise<Record<string, string>> {
  const user = config.getCurrentUser();
  if (!user?.exec && !user?.authProvider) return async () => first;
  let headers = first;
  let askedAt = clock.monotonic();
  return async () => {
    if (clock.monotonic() - askedAt >= ASK_AGAIN_MS) {
      headers = toHeaders(await askOptions(config));
      askedAt = clock.monotonic();
    }
    return headers;
  };
}

/** client-node caches an exec plugin's token until it ends. */
async function askOptions(config: KubeConfig): Promise<HttpsOptions> {
  const options: HttpsOptions = {};
  await config.applyToHTTPSOptions(options as never);
  return options;
}

function toHeaders({ headers = {}, auth }: HttpsOptions): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) result[name.toLowerCase()] = value;
  if (auth !== undefined) result.authorization = `Basic ${Buffer.from(auth).toString('base64')}`;
  return result;
}

/** Origin and base path of a server's URL. */
function splitServer(server: string): { origin: string; basePath: string } {
  const { origin, pathname } = new URL(server);
  return { origin, basePath: pathname.replace(/\/+$/, '') };
}
