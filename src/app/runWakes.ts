import { isDeepStrictEqual } from 'node:util';
import { keyOf, type Resource } from '../engine/resource.ts';
import { isFinished } from '../engine/run/model.ts';
import { refOf, type Wired } from '../engine/wakes.ts';

/** Wakes the SyncRuns that wait for a target when it becomes Ready, stops to be, or a run of it begins or ends. */
export function wakeRuns(wired: readonly Wired[]): void {
  const runs = wired.find(({ kind }) => kind === 'SyncRun');
  if (!runs) return;
  for (const { kind, store } of wired) {
    if (kind === 'SyncRun') continue;
    store.subscribe(({ before, after }) => {
      if (isDeepStrictEqual(waitedFor(before), waitedFor(after))) return;
      for (const run of runs.store.byIndex('ref', refOf((after ?? before)!))) {
        if (!isFinished(run)) runs.queue.add(keyOf(run), 'retry');
      }
    });
  }
}

function waitedFor(target: Resource | undefined): unknown {
  const ready = target?.status?.conditions?.find(({ type }) => type === 'Ready');
  const { lastRun } = (target?.status ?? {}) as { lastRun?: { state?: string } };
  return [ready?.status, ready?.reason, ready?.observedGeneration, lastRun?.state];
}
