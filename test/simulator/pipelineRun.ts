import type { Run } from './progress.ts';
import type { RunBook, RunWorld } from './runBook.ts';
import type { Child, Item } from './state.ts';
import { stepTarget } from './targets.ts';

const START_MS = 1000;
const EVENT_MS = 1000;

/** Carries out a run of a pipeline: its steps one after another, until one fails. `begin` starts a job or transformation. */
export function beginPipeline(world: RunWorld, book: RunBook, run: Run, item: Item, begin: (item: Item) => Run): void {
  const { clock, state } = world;
  run.testingAt = run.startedAt + START_MS;
  run.runningAt = run.testingAt;
  run.parts = item.children.map((step) => ({
    childId: step.id,
    label: stepTarget(state, step).name,
    // Known only when the step begins and ends.
    startsAt: Number.POSITIVE_INFINITY,
    endsAt: Number.POSITIVE_INFINITY,
    records: 0,
    fails: false,
  }));
  const steps = [...item.children];

  const next = (at: number) => {
    if (run.end) return;
    const step = steps[at];
    if (!step) return book.finish(run, 'success', 'Completed');
    const part = run.parts[at]!;
    part.startsAt = clock.now();
    carryOut(world, book, step, begin, (ok, records) => {
      if (run.end) return;
      Object.assign(part, { endsAt: clock.now(), fails: !ok, records });
      if (ok) next(at + 1);
      else book.finish(run, 'failed', `Step '${part.label}' failed.`);
    });
  };
  clock.after(START_MS, () => next(0));
}

/** Ends what the steps of a cancelled pipeline started. */
export function cancelSteps({ state }: RunWorld, book: RunBook, pipeline: Item): void {
  for (const step of pipeline.children) {
    const run = book.active(stepTarget(state, step).item?.id ?? '');
    if (run?.cause === 'pipeline') book.finish(run, 'cancelled', 'Cancelled with its pipeline.');
  }
}

function carryOut(
  { clock, state }: RunWorld,
  book: RunBook,
  step: Child,
  begin: (item: Item) => Run,
  done: (ok: boolean, records: number) => void,
): void {
  const { item } = stepTarget(state, step);
  if (!item || item.kind === 'event') {
    clock.after(EVENT_MS, () => done(item !== undefined, 0));
    return;
  }
  if (book.active(item.id)) {
    done(false, 0);
    return;
  }
  const inner = begin(item);
  const records = () => inner.parts.reduce((sum, part) => sum + part.records, 0);
  book.whenEnded(inner, () => done(inner.end === 'success', records()));
}
