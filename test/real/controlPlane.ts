import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../../src/ports/transport.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import { type ApiClient, createApiClient } from '../cluster/apiClient.ts';
import { kubeconfig } from '../cluster/serve.ts';
import type { Binaries } from '../tools/locate.ts';
import { type Child, startChild, whenReady } from './child.ts';
import { freePorts } from './ports.ts';

/** How to get at an API server: plain data, so that it can be handed to other processes. */
export interface Access {
  url: string;
  /** PEM. */
  ca: string;
  /** Of an administrator, and of a user `operator` who may do nothing until RBAC says so. */
  tokens: { admin: string; operator: string };
  /** Whether kube-controller-manager is there: namespaces, garbage and aggregated roles. */
  controllers: boolean;
  kubectl: string;
}

/** etcd, kube-apiserver and, when its program is there, kube-controller-manager, on loopback and in a folder of their own. */
export interface ControlPlane {
  access: Access;
  /** Ends the API server, at once with SIGKILL. */
  stopApiServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again, on the same port and with the same certificate. */
  startApiServer(): Promise<void>;
  /** Restarts the API server with another token for the user `operator`, which is returned; the old one is refused from then on. */
  renewOperatorToken(): Promise<string>;
  /** Makes etcd forget everything before its present revision. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

const CONTROLLERS = 'namespace-controller,garbage-collector-controller,clusterrole-aggregation-controller';

export async function startControlPlane(
  binaries: Binaries,
  { args = [] }: { args?: readonly string[] } = {},
): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'kube-'));
  const [etcdPort, peerPort, port] = (await freePorts(3)) as [number, number, number];
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const url = `https://127.0.0.1:${port}`;
  const tokens = { admin: randomUUID(), operator: randomUUID() };
  const children: Child[] = [];
  const run = (program: string, name: string, flags: Record<string, string>, more: readonly string[] = []) => {
    const given = [...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`), ...more];
    const child = startChild(program, given, { log: join(folder, `${name}.log`) });
    children.unshift(child);
    return child;
  };

  async function startEtcd(): Promise<void> {
    const peer = `http://127.0.0.1:${peerPort}`;
    const etcd = run(binaries.etcd, 'etcd', {
      'data-dir': join(folder, 'etcd'),
      'listen-client-urls': etcdUrl,
      'advertise-client-urls': etcdUrl,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `default=${peer}`,
      'unsafe-no-fsync': 'true',
      'log-level': 'warn',
    });
    await whenReady(etcd, 'etcd', async () => (await fetch(`${etcdUrl}/health`)).ok);
  }

  const writeTokens = (operator: string) =>
    writeFileSync(
      join(folder, 'tokens.csv'),
      `${tokens.admin},admin,admin,system:masters\n${operator},operator,operator\n`,
    );
  writeTokens(tokens.operator);
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  writeFileSync(join(folder, 'sa.key'), key.export({ type: 'pkcs8', format: 'pem' }));

  let apiServer: Child;
  async function startApiServer(): Promise<void> {
    apiServer = run(
      binaries.apiServer,
      'kube-apiserver',
      {
        'etcd-servers': etcdUrl,
        'bind-address': '127.0.0.1',
        'secure-port': String(port),
        'cert-dir': join(folder, 'certs'),
        'service-account-issuer': url,
        'service-account-key-file': join(folder, 'sa.key'),
        'service-account-signing-key-file': join(folder, 'sa.key'),
        'service-cluster-ip-range': '10.0.0.0/24',
        'token-auth-file': join(folder, 'tokens.csv'),
        'authorization-mode': 'RBAC',
        'disable-admission-plugins': 'ServiceAccount',
        profiling: 'false',
        // So long it waits for open watches when it is asked to end.
        'request-timeout': '20s',
      },
      args,
    );
    await whenReady(apiServer, 'kube-apiserver', async () => {
      const { connection, api } = connect({ url, ca: certificate() }, tokens.admin);
      try {
        return (await api.get('/readyz')).status === 200;
      } finally {
        await connection.close();
      }
    });
  }
  const certificate = () => readFileSync(join(folder, 'certs', 'apiserver.crt'), 'utf8');

  function startControllers(program: string): void {
    const config = join(folder, 'controllers.kubeconfig');
    writeFileSync(config, kubeconfig(url, { token: tokens.admin, ca: certificate() }));
    run(program, 'kube-controller-manager', {
      kubeconfig: config,
      controllers: CONTROLLERS,
      'leader-elect': 'false',
      'secure-port': '0',
      profiling: 'false',
    });
  }

  async function stop(): Promise<void> {
    // Nothing of it is kept.
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map(({ ended }) => ended));
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    await startEtcd();
    await startApiServer();
    if (binaries.controllerManager) startControllers(binaries.controllerManager);
  } catch (error) {
    await stop();
    throw error;
  }
  const controllers = binaries.controllerManager !== undefined;
  const plane: ControlPlane = {
    access: { url, ca: certificate(), tokens, controllers, kubectl: binaries.kubectl },
    async stopApiServer(signal = 'SIGTERM') {
      apiServer.kill(signal);
      await apiServer.ended;
    },
    startApiServer,
    async renewOperatorToken() {
      const token = randomUUID();
      writeTokens(token);
      await plane.stopApiServer();
      await startApiServer();
      return token;
    },
    compact: () => compact(etcdUrl),
    stop,
  };
  return plane;
}

/** A plain client with a token. The connection is the caller's to close. */
export function connect(
  { url, ca }: Pick<Access, 'url' | 'ca'>,
  token: string,
): { connection: Connection; api: ApiClient; headers: Record<string, string> } {
  const connection = undiciTransport().connect({ origin: url, tls: { ca } });
  const headers = { authorization: `Bearer ${token}` };
  return { connection, headers, api: createApiClient(connection, headers) };
}

/** By etcd's JSON gateway: its API is gRPC. */
async function compact(etcdUrl: string): Promise<void> {
  const call = async (path: string, body: object) => {
    const reply = await fetch(`${etcdUrl}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`etcd: ${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as { header: { revision: string } };
  };
  const { header } = await call('range', { key: Buffer.from('/').toString('base64'), limit: '1' });
  await call('compaction', { revision: header.revision, physical: true });
}
