import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp } from '../../src/app.ts';
import { createMeter } from '../../src/observability/meter.ts';
import { measureProcess } from '../../src/observability/processMetrics.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { LogFields, Logger } from '../../src/ports/logger.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import { answerWith, type Methods, wallMs } from './rpc.ts';

/**
 * The controller as main.ts runs it in a pod, but for its log, which notes when each pass began. Arguments: the API server's URL,
 * certificate and token; the service account is played.
 */
const [url, ca, token] = process.argv.slice(2);
const { hostname, port } = new URL(url!);
const mount = new Map([
  ['token', token!],
  ['ca.crt', ca!],
  ['namespace', 'default'],
]);
const RESOLUTION_MS = 5;
let passes = new Map<string, number>();
let looked = new Map<string, number>();
const stalls = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
stalls.enable();

function noting(common: LogFields = {}): Logger {
  const note = (fields: LogFields, message: string) => {
    if (message !== 'pass') return;
    const { kind, object } = { ...common, ...fields } as { kind: string; object: string };
    const key = `${kind}/${object}`;
    // The first pass after the last question is the one that a change brought about.
    if (passes.has(key)) return;
    passes.set(key, wallMs());
    looked.set(kind, (looked.get(kind) ?? 0) + 1);
  };
  return {
    debug: note,
    info() {},
    warn() {},
    error: (fields, message) => console.error(message, JSON.stringify(fields)),
    child: (fields) => noting({ ...common, ...fields }),
  };
}

const meter = createMeter();
measureProcess(meter, 'bench');
const app = createApp(
  {
    operatorNamespace: 'default',
    leaderElect: true,
    metricsAddress: '0',
    healthAddress: '0',
    logLevel: 'debug',
    logFormat: 'json',
    metricsMaxObjects: 2_000,
  },
  {
    clock: systemClock(),
    random: systemRandom(),
    transport: undiciTransport(),
    files: { read: (path) => mount.get(path.slice(path.lastIndexOf('/') + 1)) },
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    logger: noting(),
    meter,
  },
);
await app.start();
while (app.ready().length > 0) await new Promise((resolve) => setTimeout(resolve, 2));
const syncedMs = performance.now();

const methods = {
  /** Milliseconds from the start of the process until every cache was full. */
  synced: () => syncedMs,
  /** When the first pass of each object began since the last time this was asked. */
  passes() {
    const seen = Object.fromEntries(passes);
    passes = new Map();
    looked = new Map();
    return seen;
  },
  /** How many objects of a kind were looked at since `passes` was asked last. */
  looked: (kind: string) => looked.get(kind) ?? 0,
  /** The longest stall of the loop since the last time this was asked, ms. */
  stall() {
    const longest = Math.max(0, stalls.max / 1e6 - RESOLUTION_MS);
    stalls.reset();
    return longest;
  },
  /** Looking for stalls two hundred times a second takes nearly one percent of a core. */
  watchStalls: (on: boolean) => (on ? stalls.enable() : stalls.disable()),
  /** CPU seconds so far, memory in MB now and at its highest. */
  usage() {
    const { user, system } = process.cpuUsage();
    const status = readFileSync('/proc/self/status', 'utf8');
    const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024;
    return { cpuS: (user + system) / 1e6, rssMb: mb('VmRSS'), peakMb: mb('VmHWM') };
  },
  /** MB of V8's heap in use after a full collection. */
  heap() {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    return process.memoryUsage().heapUsed / 2 ** 20;
  },
  scrape: async () => (await meter.scrape()).body,
};
export type OperatorMethods = typeof methods;
answerWith(methods as Methods);
process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
