import type { Meter } from '../ports/meter.ts';
import type { Wired } from './wakes.ts';

/** Objects by kind and condition, and plan steps that wait; computed at each scrape from the caches. */
export function measureObjects(meter: Meter, wired: readonly Wired[]): void {
  const objects = meter.gauge('cdata_sync_objects', 'Resources, by kind', ['kind']);
  const conditions = meter.gauge('cdata_sync_object_conditions', 'Resources by kind and condition', [
    'kind',
    'condition',
    'status',
    'reason',
  ]);
  const waiting = meter.gauge('cdata_sync_plan_changes_waiting', 'Changes that a plan holds back, by kind', ['kind']);
  meter.onCollect(() => {
    conditions.reset();
    for (const { kind, store } of wired) {
      const counts = new Map<string, number>();
      let held = 0;
      for (const { status } of store.list()) {
        held += (status?.plan?.changes.length ?? 0) + (status?.plan?.more ?? 0);
        for (const { type, status: value, reason } of status?.conditions ?? []) {
          const key = `${type}\n${value}\n${reason}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
      objects.set({ kind }, store.size);
      waiting.set({ kind }, held);
      for (const [key, count] of counts) {
        const [condition, status, reason] = key.split('\n') as [string, string, string];
        conditions.set({ kind, condition, status, reason }, count);
      }
    }
  });
}
