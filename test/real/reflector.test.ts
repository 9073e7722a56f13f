import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { CONFIG_MAPS, type KubeObject } from '../../src/kube/objects.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { createStore, type Store } from '../../src/kube/store.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { type HttpResponse, type Transport, TransportError } from '../../src/ports/transport.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import type { ApiClient } from '../cluster/apiClient.ts';
import { type CountingMeter, createCountingMeter, createRecordingLogger } from '../kube/setup.ts';
import { locate } from '../tools/locate.ts';
import { clientOf } from './client.ts';
import { type ControlPlane, connect, startControlPlane } from './controlPlane.ts';
import { makeNamespace } from './stage.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };

const LONG = { timeout: 120_000, interval: 50 };
const LABELS = { resource: 'configmaps' };
let plane: ControlPlane;
let api: ApiClient;
let close: () => Promise<void>;

beforeAll(async () => {
  // Without its cache the API server resumes watches from etcd itself, so that a compaction is felt at once.
  plane = await startControlPlane(locate(inject('release'))!, { args: ['--watch-cache=false'] });
  const opened = connect(plane.access, plane.access.tokens.admin);
  api = opened.api;
  close = () => opened.connection.close();
});
afterAll(async () => {
  await close?.();
  await plane?.stop();
});

/** A network that can be cut, the streams that are open included. */
function severable() {
  let up = true;
  const open = new Set<() => void>();
  const transport: Transport = {
    connect(endpoint) {
      const connection = undiciTransport().connect(endpoint);
      return {
        close: () => connection.close(),
        async request(request) {
          if (!up) throw new TransportError('refused', false, 'cut');
          const cut = new AbortController();
          const abort = () => cut.abort();
          open.add(abort);
          request.signal?.addEventListener('abort', abort, { once: true });
          const response: HttpResponse = await connection.request({ ...request, signal: cut.signal });
          return response;
        },
      };
    },
  };
  return {
    transport,
    cut() {
      up = false;
      for (const abort of open) abort();
      open.clear();
    },
    mend: () => {
      up = true;
    },
  };
}

interface Reflected {
  store: Store<ConfigMap>;
  meter: CountingMeter;
  network: ReturnType<typeof severable>;
  namespace: string;
  map(name: string): string;
  stop(): Promise<void>;
}

async function reflect(): Promise<Reflected> {
  const namespace = await makeNamespace(api, 'reflected');
  const network = severable();
  const client = clientOf(plane.access, plane.access.tokens.admin, network.transport);
  const meter = createCountingMeter();
  const logger = createRecordingLogger();
  const store = createStore<ConfigMap>(logger);
  const parts = { client, store, meter, logger, clock: systemClock(), random: systemRandom() };
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  // More than one page.
  for (let i = 0; i < 12; i++) await Promise.all(Array.from({ length: 50 }, (_, j) => put(path, `map-${i * 50 + j}`)));
  const reflector = createReflector<ConfigMap>({ ...parts, resource: CONFIG_MAPS, namespace });
  reflector.start();
  await reflector.whenSynced();
  return {
    store,
    meter,
    network,
    namespace,
    map: (name) => `${path}/${name}`,
    async stop() {
      reflector.stop();
      await client.close();
      await api.del(`/api/v1/namespaces/${namespace}`);
    },
  };
}

async function put(path: string, name: string, data: Record<string, string> = {}) {
  const { status } = await api.post(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
  expect(status).toBe(201);
}

/** What the server has and what the store has, by name and version. */
async function equal({ store, namespace }: Reflected): Promise<void> {
  const { body } = await api.get(`/api/v1/namespaces/${namespace}/configmaps`);
  const here = store.list().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
  const there = (body.items as KubeObject[]).map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
  expect(here.toSorted()).toEqual(there.toSorted());
}

test('a watch that is cut off resumes where it was, without a list', async () => {
  const reflected = await reflect();
  expect(reflected.store.size).toBeGreaterThanOrEqual(600);
  reflected.network.cut();
  await api.merge(reflected.map('map-1'), { data: { changed: 'yes' } });
  await api.del(reflected.map('map-2'));
  reflected.network.mend();
  await vi.waitFor(() => equal(reflected), LONG);
  expect(reflected.meter.value('reflector_lists_total', LABELS)).toBe(1);
  await reflected.stop();
});

test('after a compaction the watch is gone (410), and one list brings everything, deletions too', async () => {
  const reflected = await reflect();
  const failures = (reason: string) => reflected.meter.value('reflector_failures_total', { ...LABELS, reason });
  reflected.network.cut();
  await api.merge(reflected.map('map-1'), { data: { changed: 'yes' } });
  await api.del(reflected.map('map-2'));
  await plane.compact();
  expect(failures('Expired')).toBe(0);
  reflected.network.mend();
  await vi.waitFor(() => equal(reflected), LONG);
  expect(failures('Expired')).toBe(1);
  expect(reflected.meter.value('reflector_lists_total', LABELS)).toBe(2);
  await api.merge(reflected.map('map-3'), { data: { changed: 'too' } });
  await vi.waitFor(() => equal(reflected), LONG);
  expect(reflected.meter.value('reflector_lists_total', LABELS)).toBe(2);
  await reflected.stop();
});

test('an API server that was killed and comes back is followed again', async () => {
  const reflected = await reflect();
  await plane.stopApiServer('SIGKILL');
  await plane.startApiServer();
  await api.merge(reflected.map('map-1'), { data: { changed: 'yes' } });
  await api.del(reflected.map('map-2'));
  await vi.waitFor(() => equal(reflected), LONG);
  await reflected.stop();
});
