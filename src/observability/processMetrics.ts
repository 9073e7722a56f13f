import { collectDefaultMetrics } from 'prom-client';
import type { ScrapedMeter } from './meter.ts';

/**
 * How often Node looks at the lag of its loop, which the metrics of that lag contain: 50 ms at rest. At prom-client's 10 ms the looking
 * alone takes half a percent of a core.
 */
const LAG_LOOK_MS = 50;

/** Adds what Node knows of this process (CPU, memory, event loop, collections) and `cdata_sync_build_info`. */
export function measureProcess(meter: ScrapedMeter, version: string): void {
  collectDefaultMetrics({ register: meter.registry, eventLoopMonitoringPrecision: LAG_LOOK_MS });
  const info = meter.gauge('cdata_sync_build_info', 'Always 1; the labels say what runs', ['version', 'node']);
  info.set({ version, node: process.versions.node }, 1);
}
