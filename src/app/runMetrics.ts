import type { SyncJob } from '../api/syncJob.ts';
import type { Resource } from '../engine/resource.ts';
import type { RunMeter } from '../engine/run/pass.ts';
import type { Store } from '../kube/store.ts';
import type { Meter } from '../ports/meter.ts';

const STATES = ['Running', 'Succeeded', 'Failed', 'Cancelled', 'Skipped', 'Unknown'];

/** The last run of each job, as metrics; of at most `most` objects, the others are counted. Computed at each scrape. */
export function measureRuns(meter: Meter, stores: Readonly<Record<string, Store<Resource>>>, most: number): void {
  const labels = ['namespace', 'name'];
  const state = meter.gauge('cdata_sync_job_last_run_state', '1 for the state of the last run', [...labels, 'state']);
  const start = meter.gauge('cdata_sync_job_last_run_start_timestamp_seconds', 'When the last run began', labels);
  const end = meter.gauge('cdata_sync_job_last_run_end_timestamp_seconds', 'When the last run ended', labels);
  const records = meter.gauge('cdata_sync_job_last_run_records', 'Records that the last run moved', labels);
  const dropped = meter.gauge('cdata_sync_metrics_dropped_objects', 'Objects beyond the limit of metrics an object', [
    'kind',
  ]);
  meter.onCollect(() => {
    for (const gauge of [state, start, end, records]) gauge.reset();
    const jobs = (stores.SyncJob?.list() ?? []) as unknown as SyncJob[];
    dropped.set({ kind: 'SyncJob' }, Math.max(0, jobs.length - most));
    for (const { metadata, status } of jobs.slice(0, most)) {
      const run = status?.lastRun;
      if (!run) continue;
      const object = { namespace: metadata.namespace ?? '', name: metadata.name };
      for (const name of STATES) if (name === run.state) state.set({ ...object, state: name }, 1);
      if (run.startTime) start.set(object, Date.parse(run.startTime) / 1000);
      if (run.completionTime) end.set(object, Date.parse(run.completionTime) / 1000);
      if (run.recordsAffected !== undefined) records.set(object, run.recordsAffected);
    }
  });
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
