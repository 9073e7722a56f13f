import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from '../ports/meter.ts';

/** A Meter whose values can be scraped. */
export interface ScrapedMeter extends Meter {
  /** Runs the collectors and gives the exposition, in Prometheus' text format. Rejects when a collector throws. */
  scrape(): Promise<Exposition>;
  /** For the metrics of the process itself. */
  readonly registry: Registry;
}

export interface Exposition {
  contentType: string;
  body: string;
}

type Instrument = Counter | Gauge | Histogram;

/**
 * A meter with a registry of its own. Asking for a name again gives the same instrument, so that many queues can share one
 * metric; asking with another type or other labels throws.
 */
export function createMeter(): ScrapedMeter {
  const registry = new Registry();
  const collectors: (() => void)[] = [];
  const known = new Map<string, { shape: string; instrument: Instrument }>();

  function once<T extends Instrument>(type: string, name: string, labels: readonly string[], make: () => T): T {
    const shape = `${type}{${[...labels].sort().join()}}`;
    const found = known.get(name);
    if (!found) {
      const instrument = make();
      known.set(name, { shape, instrument });
      return instrument;
    }
    if (found.shape !== shape)
      throw new Error(`metric ${name} exists as ${found.shape}, and was asked for as ${shape}`);
    return found.instrument as T;
  }

  const common = (name: string, help: string, labels: readonly string[]) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });

  return {
    registry,
    counter(name, help, labels = []) {
      const counter = once('counter', name, labels, () => new Counter(common(name, help, labels)));
      return { inc: (values = {}, value = 1) => counter.inc(values, value) };
    },
    gauge(name, help, labels = []) {
      const gauge = once('gauge', name, labels, () => new Gauge(common(name, help, labels)));
      return {
        set: (values, value) => gauge.set(values, value),
        remove: (values) => gauge.remove(values),
        reset: () => gauge.reset(),
      };
    },
    histogram(name, help, labels = [], buckets) {
      const make = () => new Histogram({ ...common(name, help, labels), ...(buckets && { buckets: [...buckets] }) });
      const histogram = once('histogram', name, labels, make);
      return { observe: (values, value) => histogram.observe(values, value) };
    },
    onCollect: (fn) => {
      collectors.push(fn);
    },
    async scrape() {
      for (const collect of collectors) collect();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
