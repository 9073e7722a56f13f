import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { type Part, startPart } from '../bench/rpc.ts';
import type { ApiClient } from '../cluster/apiClient.ts';
import { readCrds } from '../cluster/readCrds.ts';
import { kubeconfig } from '../cluster/serve.ts';
import type { Loose, Manifest } from '../cluster/types.ts';
import { type ControlPlane, connect, startControlPlane } from '../real/controlPlane.ts';
import { installCrds, makeNamespace } from '../real/stage.ts';
import type { Dialect } from '../simulator/dialect.ts';
import { secret, server, workspace } from '../support/manifests.ts';
import { locate } from '../tools/locate.ts';
import { makeCertificate } from './certificate.ts';
import { type Operator, type OperatorOptions, startOperator } from './operator.ts';
import { rbac } from './rbac.ts';
import type { SyncMethods } from './syncPart.ts';

/** A real API server, a Sync simulator over TLS and the controller: each a process of its own, on loopback. */
export interface Theatre {
  plane: ControlPlane;
  api: ApiClient;
  sync: Part<SyncMethods>;
  namespace: string;
  folder: string;
  /** As `kubectl apply --server-side`. */
  apply(...manifests: readonly (Manifest | readonly Manifest[])[]): Promise<void>;
  remove(kind: string, name: string): Promise<void>;
  list(kind: string): Promise<Loose[]>;
  /** Starts the controller with the rights that it needs, and no more. */
  operator(name: string, options?: Partial<OperatorOptions>): Promise<Operator>;
  /** Until it holds; fails with what the resources say. A generous limit: how long things take is reported, not tested. */
  until(what: string, holds: () => Promise<boolean>): Promise<void>;
  /** Whether the present generation of every connection and job is Ready. */
  isReady(): Promise<boolean>;
  /** Until the present generation of every connection and job is Ready. */
  allReady(): Promise<void>;
  close(): Promise<void>;
}

const LIMIT_MS = 240_000;
const CRDS = readCrds('crds');

/** `dialect`: where the Sync server differs from the reference. */
export async function openTheatre(prefix: string, dialect: Partial<Dialect> = {}): Promise<Theatre> {
  const folder = mkdtempSync(join(tmpdir(), 'process-'));
  const plane = await startControlPlane(locate('newest')!);
  const { access } = plane;
  const { connection, api } = connect(access, access.tokens.admin);
  await installCrds(api, CRDS);
  const namespace = await makeNamespace(api, prefix);
  const { cert, key, pem } = makeCertificate(folder, 'sync');
  const script = new URL('syncPart.ts', import.meta.url).pathname;
  const sync = await startPart<SyncMethods>(script, [cert, key, JSON.stringify(dialect)]);
  const { url, token } = await sync.call('about');
  const config = join(folder, 'operator.kubeconfig');
  writeFileSync(join(folder, 'token'), access.tokens.operator);
  writeFileSync(config, kubeconfig(access.url, { tokenFile: 'token', ca: access.ca, namespace }));
  const operators: Operator[] = [];

  const pathOf = ({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>) => {
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    return `${root}/namespaces/${namespace}/${kind.toLowerCase()}s`;
  };
  const ours = (kind: string) => pathOf({ apiVersion: 'sync.cdata.com/v1alpha1', kind });

  const theatre: Theatre = {
    plane,
    api,
    sync,
    namespace,
    folder,
    async apply(...manifests) {
      for (const manifest of manifests.flat() as Manifest[]) {
        const object = { ...manifest, metadata: { ...manifest.metadata, namespace } };
        const path = `${pathOf(manifest)}/${manifest.metadata.name}?fieldManager=tests&force=true`;
        const reply = await api.send('PATCH', path, object, { 'content-type': 'application/apply-patch+yaml' });
        expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300);
      }
    },
    async remove(kind, name) {
      expect((await api.del(`${ours(kind)}/${name}`)).status).toBe(200);
    },
    list: async (kind) => (await api.get(ours(kind))).body.items,
    async operator(name, options = {}) {
      const operator = await startOperator({ folder, name, kubeconfig: config, namespace, ...options });
      operators.push(operator);
      return operator;
    },
    async until(what, holds) {
      const ok = async () => {
        if (!(await holds())) throw new Error(what);
      };
      try {
        await vi.waitFor(ok, { timeout: LIMIT_MS, interval: 100 });
      } catch (error) {
        const logs = operators.slice(-2).map((one) => `${one.name}: ${one.output().slice(-3_000)}`);
        throw new Error([String(error), ...(await describe(theatre)), ...logs].join('\n'));
      }
    },
    async isReady() {
      const objects = (await Promise.all(['SyncConnection', 'SyncJob'].map(theatre.list))).flat();
      return objects.length > 0 && objects.every(isReady);
    },
    allReady: () => theatre.until('every connection and job Ready', theatre.isReady),
    async close() {
      for (const operator of operators) await operator.stop();
      await sync.end();
      await connection.close();
      await plane.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const quick = {
    pollInterval: '2s',
    lagGrace: '4s',
    limits: { requestsPerSecond: 200, burst: 200, deepReadsPerMinute: 6_000 },
  };
  await theatre.apply(
    rbac(
      namespace,
      CRDS.map(({ spec }) => spec.names.plural),
    ),
    secret('sync-token', { token }),
    trust(pem),
    server({ url, tls: { caConfigMapRef: { name: 'sync-ca' } }, ...quick }),
    workspace(),
  );
  return theatre;
}

/** The authorities that the operator trusts, as a ConfigMap. */
export const trust = (...pems: string[]): Manifest =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'sync-ca' }, data: { 'ca.crt': pems.join('') } }) as never;

function isReady({ metadata, status }: Loose): boolean {
  const ready = (status?.conditions ?? []).find(({ type }: Loose) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
}

async function describe(theatre: Theatre): Promise<string[]> {
  const kinds = ['SyncServer', 'SyncWorkspace', 'SyncConnection', 'SyncJob'];
  const objects = (await Promise.all(kinds.map(theatre.list))).flat();
  return objects
    .filter((object) => !isReady(object))
    .map(
      ({ kind, metadata, status }) => `${kind} ${metadata.name}: ${JSON.stringify(status?.conditions ?? 'no status')}`,
    );
}
