import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createApp } from '../../src/app.ts';
import { createMeter } from '../../src/observability/meter.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemFiles } from '../../src/ports/files.ts';
import type { LogFields, Logger } from '../../src/ports/logger.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import { answerWith, type Methods, wallMs } from './rpc.ts';

/** The controller as main.ts runs it, but for its log, which notes when each pass began. Argument: the kubeconfig. */
const [configFile] = process.argv.slice(2);
const RESOLUTION_MS = 5;
let passes = new Map<string, number>();
let count = 0;
const stalls = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
stalls.enable();

function noting(common: LogFields = {}): Logger {
  const note = (fields: LogFields, message: string) => {
    if (message !== 'pass') return;
    count++;
    const { kind, object } = { ...common, ...fields };
    const key = `${kind}/${object}`;
    // The first pass after the last question is the one that a change brought about.
    if (!passes.has(key)) passes.set(key, wallMs());
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
const app = createApp(
  {
    kubeconfig: configFile,
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
    files: systemFiles(),
    env: process.env,
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
    const seen = { count, first: Object.fromEntries(passes) };
    passes = new Map();
    count = 0;
    return seen;
  },
  passCount: () => count,
  /** The longest stall of the loop since the last time this was asked, ms. */
  stall() {
    const longest = Math.max(0, stalls.max / 1e6 - RESOLUTION_MS);
    stalls.reset();
    return longest;
  },
  /** CPU seconds so far, memory in MB now and at its highest. */
  usage() {
    const { user, system } = process.cpuUsage();
    const status = readFileSync('/proc/self/status', 'utf8');
    const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024;
    return { cpuS: (user + system) / 1e6, rssMb: mb('VmRSS'), peakMb: mb('VmHWM') };
  },
  scrape: async () => (await meter.scrape()).body,
};
export type OperatorMethods = typeof methods;
answerWith(methods as Methods);
process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
