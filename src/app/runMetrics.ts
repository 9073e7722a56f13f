import type { SyncJob } from '../api/syncJob.ts';
import type { Resource } from '../engine/resource.ts';
import type { RunMeter } from '../engine/run/pass.ts';
import type { Store } from '../kube/store.ts';
import type { Meter } from '../ports/meter.ts';

const STATES = ['Running', 'Succeeded', 'Failed', 'Cancelled', 'Skipped', 'Unknown'];
/** What runs, by the word in the names of its metrics. */
const RUNNING = { job: 'SyncJob', transformation: 'SyncTransformation', pipeline: 'SyncPipeline' } as const;

/** The last and the next run of all that runs, as metrics; of at most `most` objects a kind, the others are counted. Computed at each scrape. */
export function measureRuns(meter: Meter, stores: Readonly<Record<string, Store<Resource>>>, most: number): void {
  const dropped = meter.gauge('cdata_sync_metrics_dropped_objects', 'Objects beyond the limit of metrics an object', [
    'kind',
  ]);
  const gauges = Object.entries(RUNNING).map(([word, kind]) => ({ kind, ...gaugesOf(meter, word) }));
  meter.onCollect(() => {
    for (const { kind, state, start, end, records, next } of gauges) {
      for (const gauge of [state, start, end, records, next]) gauge.reset();
      const objects = (stores[kind]?.list() ?? []) as unknown as SyncJob[];
      dropped.set({ kind }, Math.max(0, objects.length - most));
      for (const { metadata, status } of objects.slice(0, most)) {
        const object = { namespace: metadata.namespace ?? '', name: metadata.name };
        if (status?.nextRun) next.set(object, Date.parse(status.nextRun) / 1000);
        const run = status?.lastRun;
        if (!run) continue;
        for (const name of STATES) if (name === run.state) state.set({ ...object, state: name }, 1);
        if (run.startTime) start.set(object, Date.parse(run.startTime) / 1000);
        if (run.completionTime) end.set(object, Date.parse(run.completionTime) / 1000);
        if (run.recordsAffected !== undefined) records.set(object, run.recordsAffected);
      }
    }
  });
}

function gaugesOf(meter: Meter, word: string) {
  const labels = ['namespace', 'name'];
  const prefix = `cdata_sync_${word}`;
  return {
    state: meter.gauge(`${prefix}_last_run_state`, '1 for the state of the last run', [...labels, 'state']),
    start: meter.gauge(`${prefix}_last_run_start_timestamp_seconds`, 'When the last run began', labels),
    end: meter.gauge(`${prefix}_last_run_end_timestamp_seconds`, 'When the last run ended', labels),
    records: meter.gauge(`${prefix}_last_run_records`, 'Records that the last run moved', labels),
    next: meter.gauge(`${prefix}_next_run_timestamp_seconds`, 'When it is due next by its schedule', labels),
  };
}

const SECONDS = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400];

/** Starts and ends of SyncRuns. How many stand where is told by the metrics of objects and their conditions. */
export function runMeter(meter: Meter): RunMeter {
  const starts = meter.counter('cdata_sync_runs_started_total', 'Runs that SyncRuns asked Sync for');
  const ends = meter.counter('cdata_sync_runs_finished_total', 'SyncRuns that have finished, by reason', ['reason']);
  const waits = meter.histogram(
    'cdata_sync_run_start_delay_seconds',
    'Seconds from the creation of a SyncRun to its start',
    [],
    SECONDS,
  );
  const durations = meter.histogram(
    'cdata_sync_run_duration_seconds',
    'Seconds from a start to the end, as seen by the operator, by reason',
    ['reason'],
    SECONDS,
  );
  return {
    started(waitedMs) {
      starts.inc({});
      waits.observe({}, waitedMs / 1000);
    },
    finished(reason, tookMs) {
      ends.inc({ reason });
      if (tookMs !== undefined) durations.observe({ reason }, tookMs / 1000);
    },
  };
}
