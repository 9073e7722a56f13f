import type { Dialect } from './dialect.ts';
import { beginPipeline, cancelSteps } from './pipelineRun.ts';
import type { Behaviour, Run, RunCause } from './progress.ts';
import { Refusal } from './refusal.ts';
import { createRunBook, type RunBook, type RunWorld } from './runBook.ts';
import { type Item, nameOf } from './state.ts';
import { beginTasks } from './taskRun.ts';

/** Starts, follows and ends runs on the clock. */
export interface Runs {
  /** Throws Refusal when the object runs already. */
  start(item: Item, cause: RunCause): Run;
  /** A slot of the schedule: runs, or is skipped because the run before has not ended. */
  slot(item: Item): Run;
  /** Throws Refusal when nothing runs. */
  cancel(item: Item): Run;
  active(targetId: string): Run | undefined;
  /** All runs of one object, oldest first. */
  of(targetId: string): readonly Run[];
  /** Resolves at the end of the run. */
  ended(run: Run): Promise<void>;
  /** How runs of one object go, or of all that have nothing of their own. */
  behave(targetId: string | undefined, behaviour: Partial<Behaviour>): void;
}

export function createRuns(world: RunWorld): Runs {
  const book = createRunBook(world);
  const begin = (item: Item, cause: RunCause) => beginRun(world, book, item, cause);
  return {
    active: (targetId) => book.active(targetId),
    of: (targetId) => book.of(targetId),
    behave: (targetId, behaviour) => book.behave(targetId, behaviour),
    ended: (run) => new Promise((resolve) => book.whenEnded(run, resolve)),
    start(item, cause) {
      if (book.active(item.id)) throw busy(world.dialect, `The ${item.kind} '${nameOf(item)}' is already running.`);
      return begin(item, cause);
    },
    slot(item) {
      if (!book.active(item.id)) return begin(item, 'schedule');
      const run = book.enter(item, 'schedule');
      book.finish(run, 'skipped', 'The previous run has not ended.');
      return run;
    },
    cancel(item) {
      const run = book.active(item.id);
      if (!run) throw new Refusal(400, 'NotRunning', `The ${item.kind} '${nameOf(item)}' is not running.`);
      book.finish(run, 'cancelled', 'Cancelled by the user.');
      if (item.kind === 'pipeline') cancelSteps(world, book, item);
      return run;
    },
  };
}

/** What is refused because something runs; a server that ignores it says 200 and does nothing. */
export function busy(dialect: Dialect, message: string): Refusal {
  const status = dialect.busyStatus === 'ignored' ? 200 : Number(dialect.busyStatus);
  return new Refusal(status, 'Busy', message);
}

function beginRun(world: RunWorld, book: RunBook, item: Item, cause: RunCause): Run {
  const run = book.enter(item, cause);
  book.activate(run);
  if (item.kind === 'pipeline') {
    beginPipeline(world, book, run, item, (inner) => beginRun(world, book, inner, 'pipeline'));
  } else beginTasks(world, book, run, item);
  if (item.kind === 'job') book.whenEnded(run, () => run.end === 'success' && beginFollowers(world, book, item.id));
  return run;
}

/** Starts the transformations whose trigger is the end of this job. */
function beginFollowers(world: RunWorld, book: RunBook, jobId: string): void {
  for (const item of world.state.transformations.values()) {
    const follows = item.fields['trigger.type'] === 'AfterJob' && item.fields['trigger.after_job'] === jobId;
    if (follows && !book.active(item.id)) beginRun(world, book, item, 'afterJob');
  }
}
