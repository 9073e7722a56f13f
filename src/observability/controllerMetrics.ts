import type { Meter } from '../ports/meter.ts';

/** How a pass ended, in controller-runtime's words. */
export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

/** The measures of one controller. */
export interface ControllerMetrics {
  /** A worker took up a pass. */
  began(): void;
  /** It ended after `tookMs` milliseconds. `terminal`: the error is not retried. `panicked`: a defect of ours, not a failure. */
  ended(end: { result: ReconcileResult; tookMs: number; terminal?: boolean; panicked?: boolean }): void;
}

const RESULTS: readonly ReconcileResult[] = ['success', 'error', 'requeue', 'requeue_after'];
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * The `controller_runtime_*` metrics, so that dashboards made for controller-runtime work. The returned function makes the
 * measures of a controller with so many workers; every series is there, at zero, from then on.
 */
export function controllerRuntimeMetrics(meter: Meter): (controller: string, workers: number) => ControllerMetrics {
  const label = ['controller'];
  const name = (rest: string) => `controller_runtime_${rest}`;
  const total = meter.counter(name('reconcile_total'), 'Passes, by how they ended', ['controller', 'result']);
  const errors = meter.counter(name('reconcile_errors_total'), 'Passes that failed', label);
  const terminals = meter.counter(name('terminal_reconcile_errors_total'), 'Failed passes that are not retried', label);
  const panics = meter.counter(name('reconcile_panics_total'), 'Passes that ended by a defect of the operator', label);
  const seconds = meter.histogram(name('reconcile_time_seconds'), 'Seconds a pass took', label, SECONDS);
  const active = meter.gauge(name('active_workers'), 'Workers that are in a pass', label);
  const most = meter.gauge(name('max_concurrent_reconciles'), 'Workers there are', label);

  return (controller, workers) => {
    const labels = { controller };
    let busy = 0;
    for (const result of RESULTS) total.inc({ controller, result }, 0);
    for (const counter of [errors, terminals, panics]) counter.inc(labels, 0);
    active.set(labels, 0);
    most.set(labels, workers);
    return {
      began: () => active.set(labels, ++busy),
      ended({ result, tookMs, terminal, panicked }) {
        active.set(labels, --busy);
        seconds.observe(labels, tookMs / 1000);
        total.inc({ controller, result });
        if (result === 'error') errors.inc(labels);
        if (terminal) terminals.inc(labels);
        if (panicked) panics.inc(labels);
      },
    };
  };
}
