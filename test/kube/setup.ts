import { createKubeClient, type KubeClient } from '../../src/kube/client.ts';
import type { KubeConnection } from '../../src/kube/connection.ts';
import type { ResourceType } from '../../src/kube/objects.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { LogFields, Logger } from '../../src/ports/logger.ts';
import type { Meter } from '../../src/ports/meter.ts';
import type { Random } from '../../src/ports/random.ts';
import { createNetwork, type Network } from '../support/network.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtualClock.ts';
import { createMiniApi, type MiniApi } from './miniApi.ts';

export const THINGS: ResourceType = { group: '', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
export const ORIGIN = 'http://api.test:6443';
export const connection: KubeConnection = {
  endpoint: { origin: ORIGIN },
  basePath: '',
  headers: async () => ({ authorization: 'Bearer canary-token' }),
};

export interface Setup {
  clock: VirtualClock;
  random: Random;
  network: Network;
  api: MiniApi;
  client: KubeClient;
  meter: CountingMeter;
  logger: RecordingLogger;
}

/** An API server and a client of it on virtual time. */
export function setup(seed = 1): Setup {
  const clock = createVirtualClock();
  const random = createSeededRandom(seed);
  const network = createNetwork({ clock, random });
  const api = createMiniApi();
  network.serve(ORIGIN, api.handler);
  const meter = createCountingMeter();
  const logger = createRecordingLogger();
  return { clock, random, network, api, meter, logger, client: clientOn(network, clock, meter) };
}

export function clientOn(transport: Network, clock: Clock, meter: Meter): KubeClient {
  return createKubeClient({ connection, transport, clock, meter, userAgent: 'test' });
}

/** Runs a promise to its end on virtual time. */
export async function settled<T>(clock: VirtualClock, promise: Promise<T>, limitMs = 600_000): Promise<T> {
  let done = false;
  const finish = () => {
    done = true;
  };
  promise.then(finish, finish);
  await clock.until(() => done, limitMs, 'the promise');
  return promise;
}

export interface CountingMeter extends Meter {
  /** The value of `name{labels}`, labels as given in the call; 0 when it was never touched. */
  value(name: string, labels?: Record<string, string>): number;
}

export function createCountingMeter(): CountingMeter {
  const values = new Map<string, number>();
  const key = (name: string, labels: object = {}) => `${name}${JSON.stringify(Object.entries(labels).sort())}`;
  return {
    value: (name, labels) => values.get(key(name, labels)) ?? 0,
    counter: (name) => ({
      inc: (labels, by = 1) => void values.set(key(name, labels), (values.get(key(name, labels)) ?? 0) + by),
    }),
    gauge: (name) => ({
      set: (labels, to) => void values.set(key(name, labels), to),
      remove: (labels) => void values.delete(key(name, labels)),
      reset() {},
    }),
    histogram: () => ({ observe() {} }),
    onCollect() {},
  };
}

export interface RecordingLogger extends Logger {
  lines: { level: string; message: string; fields: LogFields }[];
}

export function createRecordingLogger(): RecordingLogger {
  const lines: RecordingLogger['lines'] = [];
  const at = (level: string) => (fields: LogFields, message: string) => void lines.push({ level, message, fields });
  const logger: RecordingLogger = {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return logger;
}
