import { collectDefaultMetrics } from 'prom-client';
import type { ScrapedMeter } from './meter.ts';

/** Adds what Node knows of this process (CPU, memory, event loop, collections) and `cdata_sync_build_info`. */
export function measureProcess(meter: ScrapedMeter, version: string): void {
  collectDefaultMetrics({ register: meter.registry });
  const info = meter.gauge('cdata_sync_build_info', 'Always 1; the labels say what runs', ['version', 'node']);
  info.set({ version, node: process.versions.node }, 1);
}
