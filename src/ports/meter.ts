/** Metrics, passed in. Instruments are made once, at wiring time; names follow Prometheus. */
export interface Meter {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  /** Buckets in the metric's own unit (seconds for `_seconds`). */
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram;
  /** Runs before every scrape, for gauges that are computed on demand. */
  onCollect(fn: () => void): void;
}

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  inc(labels?: Labels, value?: number): void;
}
export interface Gauge {
  set(labels: Labels, value: number): void;
  remove(labels: Labels): void;
  reset(): void;
}
export interface Histogram {
  observe(labels: Labels, value: number): void;
}

/** A meter that drops everything. */
export function silentMeter(): Meter {
  return {
    counter: () => ({ inc() {} }),
    gauge: () => ({ set() {}, remove() {}, reset() {} }),
    histogram: () => ({ observe() {} }),
    onCollect() {},
  };
}
