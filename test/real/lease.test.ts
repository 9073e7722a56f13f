import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createElector, type Elector } from '../../src/kube/lease.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { type Transport, TransportError } from '../../src/ports/transport.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import { createCountingMeter, createRecordingLogger } from '../kube/setup.ts';
import { clientOf } from './client.ts';
import { ownAccess } from './ownAccess.ts';
import { createStage, type Stage } from './stage.ts';

const access = ownAccess();
const LONG = { timeout: 120_000, interval: 50 };
let stage: Stage;

beforeAll(async () => {
  stage = await createStage(access, 'lease');
});
afterAll(() => stage.close());

interface Candidate {
  elector: Elector;
  /** What happened, in order. */
  told: string[];
  /** From now on the API server cannot be reached. */
  cut(): void;
  close(): Promise<void>;
}

function candidate(identity: string): Candidate {
  const link = { up: true };
  const client = clientOf(access, access.tokens.admin, severable(link));
  const elector = createElector({
    client,
    clock: systemClock(),
    random: systemRandom(),
    identity,
    namespace: stage.namespace,
    name: 'operator',
    leaseMs: 5_000,
    renewMs: 3_500,
    retryMs: 500,
    meter: createCountingMeter(),
    logger: createRecordingLogger(),
  });
  const told: string[] = [];
  elector.start({ onStarted: () => told.push('started'), onStopped: () => told.push('stopped') });
  return {
    elector,
    told,
    cut: () => {
      link.up = false;
    },
    async close() {
      await elector.release();
      await client.close();
    },
  };
}

function severable(link: { up: boolean }): Transport {
  return {
    connect(endpoint) {
      const connection = undiciTransport().connect(endpoint);
      return {
        close: () => connection.close(),
        request: async (request) => {
          if (!link.up) throw new TransportError('refused', false, 'cut');
          return connection.request(request);
        },
      };
    },
  };
}

const lease = async () =>
  (await stage.api.get(`/apis/coordination.k8s.io/v1/namespaces/${stage.namespace}/leases/operator`)).body.spec;

test('one of two leads; the other takes over when it releases, or is cut off, and never two at a time', async () => {
  const [one, two] = [candidate('one'), candidate('two')];
  const all = [one, two];
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, all.filter(({ elector }) => elector.isLeader()).length);
  }, 5);
  try {
    await vi.waitFor(() => expect([...one.told, ...two.told]).toEqual(['started']), LONG);
    const [first, second] = one.told.length > 0 ? [one, two] : [two, one];
    expect((await lease()).leaseTransitions).toBe(0);

    await first.elector.release();
    expect(first.told).toEqual(['started', 'stopped']);
    await vi.waitFor(() => expect(second.told).toEqual(['started']), LONG);
    expect((await lease()).leaseTransitions).toBe(1);

    const third = candidate('three');
    all.push(third);
    second.cut();
    await vi.waitFor(() => expect(third.told).toEqual(['started']), LONG);
    expect(second.told).toEqual(['started', 'stopped']);
    expect(await lease()).toMatchObject({ holderIdentity: 'three', leaseTransitions: 2 });
    expect(most).toBe(1);
  } finally {
    clearInterval(watch);
    for (const { close } of all) await close();
  }
  expect((await lease()).holderIdentity ?? '').toBe('');
});
