import { newId } from './ids.ts';
import { type Behaviour, DEFAULT_BEHAVIOUR, type Run, type RunCause, type RunEnd, type RunKind } from './progress.ts';
import { type Item, nameOf } from './state.ts';
import type { World } from './world.ts';

export type RunWorld = Pick<World, 'clock' | 'random' | 'dialect' | 'state' | 'catalogue'>;

/** Which runs there are and which have not ended. */
export interface RunBook {
  /** Enters a run that begins now; it is not active by that. */
  enter(item: Item, cause: RunCause): Run;
  activate(run: Run): void;
  /** Ends a run; a second end changes nothing. */
  finish(run: Run, end: RunEnd, detail: string): void;
  /** Calls `fn` at the end of the run, or now when it has ended. */
  whenEnded(run: Run, fn: () => void): void;
  active(targetId: string): Run | undefined;
  of(targetId: string): readonly Run[];
  behaviourOf(targetId: string): Behaviour;
  behave(targetId: string | undefined, behaviour: Partial<Behaviour>): void;
}

export function createRunBook({ clock, random, dialect, state }: RunWorld): RunBook {
  const behaviours = new Map<string | undefined, Partial<Behaviour>>();
  const active = new Map<string, Run>();
  const byTarget = new Map<string, Run[]>();
  const onEnd = new Map<string, (() => void)[]>();
  const behaviourOf = (id: string): Behaviour => ({
    ...DEFAULT_BEHAVIOUR,
    ...behaviours.get(undefined),
    ...behaviours.get(id),
  });

  return {
    behaviourOf,
    behave: (targetId, behaviour) => void behaviours.set(targetId, { ...behaviours.get(targetId), ...behaviour }),
    active: (targetId) => active.get(targetId),
    of: (targetId) => byTarget.get(targetId) ?? [],
    activate: (run) => void active.set(run.targetId, run),
    enter(item, cause) {
      const run: Run = {
        id: newId(random, dialect, 'large'),
        kind: item.kind as RunKind,
        targetId: item.id,
        targetName: nameOf(item),
        cause,
        startedAt: clock.now(),
        ...phaseEnds(clock.now(), behaviourOf(item.id)),
        detail: '',
        parts: [],
      };
      state.runs.set(run.id, run);
      const before = byTarget.get(item.id);
      if (before) before.push(run);
      else byTarget.set(item.id, [run]);
      return run;
    },
    finish(run, end, detail) {
      if (run.end) return;
      Object.assign(run, { end, endedAt: clock.now(), detail });
      if (active.get(run.targetId) === run) active.delete(run.targetId);
      const waiting = onEnd.get(run.id) ?? [];
      onEnd.delete(run.id);
      for (const fn of waiting) fn();
    },
    whenEnded(run, fn) {
      if (run.end) fn();
      else onEnd.set(run.id, [...(onEnd.get(run.id) ?? []), fn]);
    },
  };
}

function phaseEnds(now: number, { startMs, testMs }: Behaviour): Pick<Run, 'testingAt' | 'runningAt'> {
  return { testingAt: now + startMs, runningAt: now + startMs + testMs };
}
