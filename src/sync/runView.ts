import { isDeepStrictEqual } from 'node:util';
import type { RunRecord, TaskRunRecord } from './models/records.ts';
import {
  endsOf,
  type HistoryEnds,
  type HistoryOrder,
  isLater,
  isOver,
  isSameRun,
  learnOrder,
  mergeRun,
  newestOf,
} from './runHistory.ts';

/** What is known of the runs of one job, transformation or pipeline. */
export interface RunView {
  /** Undefined: not known, or a state whose word nobody knows. */
  running: boolean | undefined;
  /** The run that goes on, as far as the server tells of it. */
  current?: RunRecord;
  /** The newest run that is over; also one in a state that nobody knows, with its raw word. */
  lastRun?: RunRecord;
  /** The newest run that succeeded. */
  lastSuccess?: RunRecord;
  /** The tasks of `lastRun`, as far as the server tells of them. */
  taskRuns?: TaskRunRecord[];
  /** When the history was last read, milliseconds since the epoch: nothing newer is claimed. */
  readAt?: number;
}

/** A view that is made from readings; it is replaced, never changed in place. */
export interface Known {
  view: RunView;
  ends?: HistoryEnds;
}

/** What a status call says. `isAll`: there is no history, so the status has to tell of the last run too. */
export function withStatus(known: Known, status: RunRecord, isAll: boolean): Known {
  const { view } = known;
  if (status.state === 'running') {
    if (view.lastRun && isOver(view.lastRun) && isSameRun(view.lastRun, status)) return { ...known, view: ended(view) };
    const current = view.current && isSameRun(view.current, status) ? mergeRun(view.current, status) : status;
    return { ...known, view: { ...view, running: true, current } };
  }
  const isRun = status.id !== undefined || status.startedAt !== undefined || status.endedAt !== undefined;
  const stopped = status.state === 'unknown' ? { ...view, running: undefined } : ended(view);
  if (!isRun && !(isAll && (status.rawStatus !== view.lastRun?.rawStatus || view.running === true))) {
    return { ...known, view: stopped };
  }
  // Without a run's id or time a word that nobody knows may well mean that nothing ever ran.
  if (!isRun && status.state === 'unknown') return { ...known, view: stopped };
  return { ...known, view: withFinished(stopped, isRun ? identified(view, status) : status) };
}

/** What a history says, in whatever order it comes. `canSeeRunning`: other readings tell what runs, so this one does not. */
export function withHistory(
  known: Known,
  runs: readonly RunRecord[],
  order: HistoryOrder | undefined,
  canSeeRunning: boolean,
): { known: Known; learned?: HistoryOrder } {
  const ends = endsOf(runs);
  const learned = known.ends && ends ? learnOrder(known.ends, ends) : undefined;
  const right = learned ?? order;
  const over = runs.filter((run) => run.state !== 'running');
  const active = newestOf(
    runs.filter((run) => run.state === 'running'),
    right,
  );
  const newest = newestOf(over, right);
  let { view } = known;
  if (newest) view = withFinished(view, newest);
  view = withSuccess(
    view,
    newestOf(
      over.filter((run) => run.state === 'succeeded'),
      right,
    ),
  );
  if (active && (!view.lastRun || isLater(view.lastRun, active))) {
    view = { ...view, running: true, current: active };
  } else if (!canSeeRunning && view.running === true && view.lastRun !== known.view.lastRun) {
    view = ended(view);
  }
  return { known: { view, ...(ends && { ends }) }, ...(learned && { learned }) };
}

/** The same picture for those who wait, whenever it was read. */
export function isSameView(a: RunView, b: RunView): boolean {
  return isDeepStrictEqual({ ...a, readAt: undefined }, { ...b, readAt: undefined });
}

function ended({ current: _, ...view }: RunView): RunView {
  return { ...view, running: false };
}

/** A status without an id that speaks of the run being followed gets what is known of that run. */
function identified(view: RunView, status: RunRecord): RunRecord {
  return view.current && isSameRun(view.current, status) ? mergeRun(view.current, status) : status;
}

function withFinished(view: RunView, run: RunRecord): RunView {
  const { lastRun } = view;
  if (lastRun && isSameRun(lastRun, run)) {
    const merged = mergeRun(lastRun, run);
    return isDeepStrictEqual(merged, lastRun) ? view : withSuccess(withTasks({ ...view, lastRun: merged }), merged);
  }
  if (lastRun && (!isLater(lastRun, run) || isDeepStrictEqual(lastRun, run))) return view;
  const { taskRuns: _, ...rest } = view;
  const next = withSuccess(withTasks({ ...rest, lastRun: run }), run);
  return view.current && isSameRun(view.current, run) ? ended(next) : next;
}

function withSuccess(view: RunView, run: RunRecord | undefined): RunView {
  if (run?.state !== 'succeeded') return view;
  const { lastSuccess } = view;
  if (lastSuccess && !isSameRun(lastSuccess, run) && !isLater(lastSuccess, run)) return view;
  return { ...view, lastSuccess: lastSuccess && isSameRun(lastSuccess, run) ? mergeRun(lastSuccess, run) : run };
}

function withTasks(view: RunView): RunView {
  const tasks = view.lastRun?.tasks ?? [];
  return tasks.length > 0 ? { ...view, taskRuns: tasks } : view;
}
