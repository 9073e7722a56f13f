import type { Dialect } from './dialect.ts';
import { newId } from './ids.ts';
import {
  type Behaviour,
  DEFAULT_BEHAVIOUR,
  type Run,
  type RunCause,
  type RunEnd,
  type RunKind,
  tally,
} from './progress.ts';
import { Refusal } from './refusal.ts';
import { type Child, type Item, nameOf } from './state.ts';
import { partsOf, stepTarget } from './targets.ts';
import type { World } from './world.ts';

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

type RunsWorld = Pick<World, 'clock' | 'random' | 'dialect' | 'state' | 'catalogue'>;

export function createRuns(world: RunsWorld): Runs {
  const { clock, state } = world;
  const behaviours = new Map<string | undefined, Partial<Behaviour>>();
  const active = new Map<string, Run>();
  const byTarget = new Map<string, Run[]>();
  const onEnd = new Map<string, (() => void)[]>();

  const behaviourOf = (id: string): Behaviour => ({
    ...DEFAULT_BEHAVIOUR,
    ...behaviours.get(undefined),
    ...behaviours.get(id),
  });
  const whenEnded = (run: Run, fn: () => void) => {
    if (run.end) fn();
    else onEnd.set(run.id, [...(onEnd.get(run.id) ?? []), fn]);
  };

  const record = (item: Item, cause: RunCause): Run => {
    const now = clock.now();
    const { startMs, testMs } = behaviourOf(item.id);
    const run: Run = {
      id: newId(world.random, world.dialect, 'large'),
      kind: item.kind as RunKind,
      targetId: item.id,
      targetName: nameOf(item),
      cause,
      startedAt: now,
      testingAt: now + startMs,
      runningAt: now + startMs + testMs,
      detail: '',
      parts: [],
    };
    state.runs.set(run.id, run);
    const before = byTarget.get(item.id);
    if (before) before.push(run);
    else byTarget.set(item.id, [run]);
    return run;
  };

  const finish = (run: Run, end: RunEnd, detail: string) => {
    if (run.end) return;
    run.end = end;
    run.endedAt = clock.now();
    run.detail = detail;
    active.delete(run.targetId);
    const waiting = onEnd.get(run.id) ?? [];
    onEnd.delete(run.id);
    for (const fn of waiting) fn();
    if (end === 'success' && run.kind === 'job') startAfter(run.targetId);
  };

  const begin = (item: Item, cause: RunCause): Run => {
    const run = record(item, cause);
    active.set(item.id, run);
    if (item.kind === 'pipeline') beginPipeline(run, item);
    else beginTasks(run, item);
    return run;
  };

  const beginTasks = (run: Run, item: Item) => {
    const { outcome, failing, taskMs, records } = behaviourOf(item.id);
    const parts = partsOf(world, item);
    if (outcome === 'error' || parts.unreachable) {
      clock.after(run.runningAt - clock.now(), () => finish(run, 'error', 'The connection test failed.'));
      return;
    }
    run.parts = parts.labels.map(({ childId, label }, i) => ({
      childId,
      label,
      startsAt: run.runningAt + i * taskMs,
      endsAt: run.runningAt + (i + 1) * taskMs,
      records: records ?? 1 + Math.floor(world.random.next() * 1000),
      fails: outcome === 'fail' && i < failing,
    }));
    const endsAt = run.runningAt + Math.max(1, run.parts.length) * taskMs;
    clock.after(endsAt - clock.now(), () => {
      const failed = outcome === 'fail' || tally(run, clock.now()).failed > 0;
      finish(run, failed ? 'failed' : 'success', failed ? 'One or more tasks failed.' : 'Completed');
    });
  };

  const beginPipeline = (run: Run, item: Item) => {
    run.testingAt = run.startedAt + 1000;
    run.runningAt = run.testingAt;
    run.parts = item.children.map((step) => ({
      childId: step.id,
      label: stepTarget(state, step).name,
      startsAt: Number.POSITIVE_INFINITY,
      endsAt: Number.POSITIVE_INFINITY,
      records: 0,
      fails: false,
    }));
    clock.after(1000, () => nextStep(run, [...item.children], 0));
  };

  const nextStep = (run: Run, steps: readonly Child[], at: number) => {
    if (run.end) return;
    const step = steps[at];
    const part = run.parts[at];
    if (!step || !part) return finish(run, 'success', 'Completed');
    const done = (ok: boolean, records: number) => {
      part.endsAt = clock.now();
      part.fails = !ok;
      part.records = records;
      if (ok) nextStep(run, steps, at + 1);
      else finish(run, 'failed', `Step '${part.label}' failed.`);
    };
    part.startsAt = clock.now();
    const { item } = stepTarget(state, step);
    if (!item || item.kind === 'event') return void clock.after(1000, () => done(item !== undefined, 0));
    if (active.has(item.id)) return done(false, 0);
    const inner = begin(item, 'pipeline');
    whenEnded(inner, () =>
      done(
        inner.end === 'success',
        inner.parts.reduce((sum, one) => sum + one.records, 0),
      ),
    );
  };

  const startAfter = (jobId: string) => {
    for (const item of state.transformations.values()) {
      const follows = item.fields['trigger.type'] === 'AfterJob' && item.fields['trigger.after_job'] === jobId;
      if (follows && !active.has(item.id)) begin(item, 'afterJob');
    }
  };

  return {
    active: (targetId) => active.get(targetId),
    of: (targetId) => byTarget.get(targetId) ?? [],
    behave: (targetId, behaviour) => void behaviours.set(targetId, { ...behaviours.get(targetId), ...behaviour }),
    ended: (run) => new Promise((resolve) => whenEnded(run, resolve)),
    start(item, cause) {
      if (active.has(item.id)) throw busy(world.dialect, `The ${item.kind} '${nameOf(item)}' is already running.`);
      return begin(item, cause);
    },
    slot(item) {
      if (!active.has(item.id)) return begin(item, 'schedule');
      const run = record(item, 'schedule');
      Object.assign(run, { end: 'skipped', endedAt: run.startedAt, detail: 'The previous run has not ended.' });
      return run;
    },
    cancel(item) {
      const run = active.get(item.id);
      if (!run) throw new Refusal(400, 'NotRunning', `The ${item.kind} '${nameOf(item)}' is not running.`);
      const inner =
        run.kind === 'pipeline' ? run.parts.map((part) => item.children.find((c) => c.id === part.childId)) : [];
      finish(run, 'cancelled', 'Cancelled by the user.');
      for (const step of inner) {
        const innerRun = step && active.get(stepTarget(state, step).item?.id ?? '');
        if (innerRun?.cause === 'pipeline') finish(innerRun, 'cancelled', 'Cancelled with its pipeline.');
      }
      return run;
    },
  };
}

/** What is refused because something runs; a server that ignores it says 200 and does nothing. */
export function busy(dialect: Dialect, message: string): Refusal {
  const status = dialect.busyStatus === 'ignored' ? 200 : Number(dialect.busyStatus);
  return new Refusal(status, 'Busy', message);
}
