import type { Clock } from '../ports/clock.ts';
import type { Meter } from '../ports/meter.ts';

/** The measures of one queue, under the names that controller-runtime gives them. Durations go in as milliseconds. */
export interface QueueMetrics {
  added(retry: boolean): void;
  /** A key left the queue after waiting for `waitedMs`. */
  started(waitedMs: number): void;
  /** A pass took `tookMs`. */
  finished(tookMs: number): void;
}

export interface Measured {
  clock: Clock;
  meter: Meter | undefined;
  name: string;
  depth(): number;
  /** Keys in work, each with the monotonic time when its pass began. */
  working: ReadonlyMap<string, number>;
}

const BUCKETS = [0.001, 0.01, 0.1, 1, 10, 100, 1000];

/** Counts are kept here and handed over when a scrape asks: adds are many, scrapes few. */
export function measureQueue({ clock, meter, name, depth, working }: Measured): QueueMetrics {
  if (!meter) return { added() {}, started() {}, finished() {} };
  const labels = { name };
  const depths = meter.gauge('workqueue_depth', 'Keys that wait for a pass', ['name']);
  const adds = meter.counter('workqueue_adds_total', 'Keys added', ['name']);
  const retries = meter.counter('workqueue_retries_total', 'Keys added after a failed pass', ['name']);
  const unfinished = meter.gauge(
    'workqueue_unfinished_work_seconds',
    'Seconds that the passes under way have taken so far, in sum',
    ['name'],
  );
  const longest = meter.gauge(
    'workqueue_longest_running_processor_seconds',
    'Seconds that the longest pass under way has taken so far',
    ['name'],
  );
  const waits = meter.histogram(
    'workqueue_queue_duration_seconds',
    'Seconds from adding a key to the start of its pass',
    ['name'],
    BUCKETS,
  );
  const passes = meter.histogram('workqueue_work_duration_seconds', 'Seconds a pass took', ['name'], BUCKETS);
  adds.inc(labels, 0);
  retries.inc(labels, 0);
  let added = 0;
  let retried = 0;

  meter.onCollect(() => {
    adds.inc(labels, added);
    retries.inc(labels, retried);
    added = 0;
    retried = 0;
    depths.set(labels, depth());
    const now = clock.monotonic();
    let sum = 0;
    let most = 0;
    for (const since of working.values()) {
      sum += now - since;
      most = Math.max(most, now - since);
    }
    unfinished.set(labels, sum / 1000);
    longest.set(labels, most / 1000);
  });

  return {
    added(retry) {
      added++;
      if (retry) retried++;
    },
    started: (waitedMs) => waits.observe(labels, waitedMs / 1000),
    finished: (tookMs) => passes.observe(labels, tookMs / 1000),
  };
}
