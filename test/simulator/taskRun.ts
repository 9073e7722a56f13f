import { type Run, type RunPart, tally } from './progress.ts';
import type { RunBook, RunWorld } from './runBook.ts';
import type { Item } from './state.ts';
import { partsOf } from './targets.ts';

/** Carries out a run of a job or transformation: its tasks one after another, all planned at the start. */
export function beginTasks(world: RunWorld, book: RunBook, run: Run, item: Item): void {
  const { clock } = world;
  const { outcome, taskMs } = book.behaviourOf(item.id);
  const { labels, unreachable } = partsOf(world, item);
  if (outcome === 'error' || unreachable) {
    clock.after(run.runningAt - clock.now(), () => book.finish(run, 'error', 'The connection test failed.'));
    return;
  }
  run.parts = labels.map((label, at) => plannedPart(world, book, run, label, at));
  const endsAt = run.runningAt + Math.max(1, run.parts.length) * taskMs;
  const end = (): void => {
    // A real timer may fire a moment early, before the last task is done.
    const left = endsAt - clock.now();
    if (left > 0) return void clock.after(left, end);
    const failed = outcome === 'fail' || tally(run, clock.now()).failed > 0;
    book.finish(run, failed ? 'failed' : 'success', failed ? 'One or more tasks failed.' : 'Completed');
  };
  clock.after(endsAt - clock.now(), end);
}

function plannedPart(
  { random }: RunWorld,
  book: RunBook,
  run: Run,
  { childId, label }: { childId: string; label: string },
  at: number,
): RunPart {
  const { taskMs, records, outcome, failing } = book.behaviourOf(run.targetId);
  return {
    childId,
    label,
    startsAt: run.runningAt + at * taskMs,
    endsAt: run.runningAt + (at + 1) * taskMs,
    records: records ?? 1 + Math.floor(random.next() * 1000),
    fails: outcome === 'fail' && at < failing,
  };
}
