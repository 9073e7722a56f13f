import type { Meter } from '../ports/meter.ts';
import type { Condition } from './resource.ts';
import type { Wired } from './wakes.ts';

/** Conditions that are there only while something is wrong. */
const ABNORMAL_WHEN_TRUE: ReadonlySet<string> = new Set(['Stalled', 'SuspiciousSnapshot']);
/** Work under way is not wrong, and what is not in sync says so in Ready. */
const NEVER_ABNORMAL: ReadonlySet<string> = new Set(['Reconciling', 'Synced', 'Finished']);

/**
 * Objects by kind and condition, those in which a condition is not as it should be by name (at most `most`), and plan steps that
 * wait; computed at each scrape from the caches.
 */
export function measureObjects(meter: Meter, wired: readonly Wired[], most: number): void {
  const objects = meter.gauge('cdata_sync_objects', 'Resources, by kind', ['kind']);
  const conditions = meter.gauge('cdata_sync_object_conditions', 'Resources by kind and condition', [
    'kind',
    'condition',
    'status',
    'reason',
  ]);
  const abnormal = meter.gauge('cdata_sync_object_abnormal', '1 for a condition that is not as it should be', [
    'kind',
    'namespace',
    'name',
    'condition',
    'reason',
  ]);
  const dropped = meter.gauge(
    'cdata_sync_object_abnormal_dropped',
    'Conditions that are not as they should be, beyond the limit of metrics an object',
  );
  const waiting = meter.gauge('cdata_sync_plan_changes_waiting', 'Changes that a plan holds back, by kind', ['kind']);
  meter.onCollect(() => {
    conditions.reset();
    abnormal.reset();
    let shown = 0;
    let more = 0;
    for (const { kind, store } of wired) {
      const counts = new Map<string, number>();
      let held = 0;
      for (const { metadata, status } of store.list()) {
        held += (status?.plan?.changes.length ?? 0) + (status?.plan?.more ?? 0);
        for (const one of status?.conditions ?? []) {
          const { type, status: value, reason } = one;
          const key = `${type}\n${value}\n${reason}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
          if (!isAbnormal(one)) continue;
          const { namespace, name } = metadata;
          if (shown < most) abnormal.set({ kind, namespace, name, condition: type, reason }, 1);
          if (shown < most) shown++;
          else more++;
        }
      }
      objects.set({ kind }, store.size);
      waiting.set({ kind }, held);
      for (const [key, count] of counts) {
        const [condition, status, reason] = key.split('\n') as [string, string, string];
        conditions.set({ kind, condition, status, reason }, count);
      }
    }
    dropped.set({}, more);
  });
}

/** What is not known is no fault, but for Ready, which then claims nothing. */
function isAbnormal({ type, status }: Condition): boolean {
  if (NEVER_ABNORMAL.has(type)) return false;
  if (ABNORMAL_WHEN_TRUE.has(type)) return status === 'True';
  return status === 'False' || (type === 'Ready' && status === 'Unknown');
}
