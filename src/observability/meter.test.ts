import { expect, test } from 'vitest';
import { controllerRuntimeMetrics } from './controllerMetrics.ts';
import { createMeter } from './meter.ts';
import { measureProcess } from './processMetrics.ts';

const seriesOf = (body: string) => body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('counters, gauges and histograms come out as Prometheus text', async () => {
  const meter = createMeter();
  const calls = meter.counter('calls_total', 'Calls', ['code']);
  calls.inc({ code: '200' });
  calls.inc({ code: '200' }, 2);
  const depth = meter.gauge('depth', 'Depth', ['name']);
  depth.set({ name: 'a' }, 7);
  depth.set({ name: 'b' }, 8);
  depth.remove({ name: 'b' });
  meter.histogram('took_seconds', 'Took', [], [1, 5]).observe({}, 3);
  meter.counter('plain_total', 'Plain').inc();
  const { body, contentType } = await meter.scrape();
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(seriesOf(body)).toEqual([
    'calls_total{code="200"} 3',
    'depth{name="a"} 7',
    'took_seconds_bucket{le="1"} 0',
    'took_seconds_bucket{le="5"} 1',
    'took_seconds_bucket{le="+Inf"} 1',
    'took_seconds_sum 3',
    'took_seconds_count 1',
    'plain_total 1',
  ]);
});

test('a gauge can be emptied before it is filled anew', async () => {
  const meter = createMeter();
  const gauge = meter.gauge('objects', 'Objects', ['kind']);
  gauge.set({ kind: 'SyncJob' }, 1);
  gauge.reset();
  gauge.set({ kind: 'SyncRun' }, 2);
  expect(seriesOf((await meter.scrape()).body)).toEqual(['objects{kind="SyncRun"} 2']);
});

test('two users of one metric share it; another type or other labels are refused', async () => {
  const meter = createMeter();
  meter.counter('adds_total', 'Adds', ['name']).inc({ name: 'a' });
  meter.counter('adds_total', 'Adds', ['name']).inc({ name: 'b' });
  expect(seriesOf((await meter.scrape()).body)).toEqual(['adds_total{name="a"} 1', 'adds_total{name="b"} 1']);
  expect(() => meter.gauge('adds_total', 'Adds', ['name'])).toThrow('exists as counter{name}');
  expect(() => meter.counter('adds_total', 'Adds', ['kind'])).toThrow('was asked for as counter{kind}');
});

test('two meters know nothing of each other', async () => {
  const meters = [createMeter(), createMeter()];
  for (const meter of meters) meter.counter('a_total', 'A').inc();
  expect(seriesOf((await meters[0]!.scrape()).body)).toEqual(['a_total 1']);
});

test('collectors run before every scrape', async () => {
  const meter = createMeter();
  const gauge = meter.gauge('scrapes', 'Scrapes');
  let scrapes = 0;
  meter.onCollect(() => gauge.set({}, ++scrapes));
  await meter.scrape();
  expect(seriesOf((await meter.scrape()).body)).toEqual(['scrapes 2']);
});

test('a controller shows every series at zero, then what happened', async () => {
  const meter = createMeter();
  const metrics = controllerRuntimeMetrics(meter)('syncjob', 16);
  expect(seriesOf((await meter.scrape()).body).filter((line) => !line.includes('time_seconds'))).toEqual([
    'controller_runtime_reconcile_total{controller="syncjob",result="success"} 0',
    'controller_runtime_reconcile_total{controller="syncjob",result="error"} 0',
    'controller_runtime_reconcile_total{controller="syncjob",result="requeue"} 0',
    'controller_runtime_reconcile_total{controller="syncjob",result="requeue_after"} 0',
    'controller_runtime_reconcile_errors_total{controller="syncjob"} 0',
    'controller_runtime_terminal_reconcile_errors_total{controller="syncjob"} 0',
    'controller_runtime_reconcile_panics_total{controller="syncjob"} 0',
    'controller_runtime_active_workers{controller="syncjob"} 0',
    'controller_runtime_max_concurrent_reconciles{controller="syncjob"} 16',
  ]);
  metrics.began();
  metrics.began();
  metrics.ended({ result: 'error', tookMs: 1_500, terminal: true, panicked: true });
  const { body } = await meter.scrape();
  for (const line of [
    'controller_runtime_reconcile_total{controller="syncjob",result="error"} 1',
    'controller_runtime_reconcile_errors_total{controller="syncjob"} 1',
    'controller_runtime_terminal_reconcile_errors_total{controller="syncjob"} 1',
    'controller_runtime_reconcile_panics_total{controller="syncjob"} 1',
    'controller_runtime_active_workers{controller="syncjob"} 1',
    'controller_runtime_reconcile_time_seconds_sum{controller="syncjob"} 1.5',
  ]) {
    expect(seriesOf(body)).toContain(line);
  }
});

test('the process tells its memory and its version', async () => {
  const meter = createMeter();
  measureProcess(meter, '1.2.3');
  const { body } = await meter.scrape();
  expect(body).toMatch(/^process_resident_memory_bytes \d+/m);
  expect(body).toContain(`cdata_sync_build_info{version="1.2.3",node="${process.versions.node}"} 1`);
});
