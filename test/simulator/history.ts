import { partPhase, phaseOf, type Run, type RunPart, recordsAt, tally } from './progress.ts';
import type { Item } from './state.ts';
import { nameOf } from './state.ts';
import { type Wire, WireDate, WireId } from './wire.ts';
import { partWord, runWord } from './words.ts';
import type { World } from './world.ts';

/** The word for a run's state now. */
export function wordOf({ dialect, clock }: World, run: Run): string {
  return runWord(dialect, phaseOf(run, clock.now()), tally(run, clock.now()));
}

/** The last run's state, skipped slots aside; undefined when it never ran. */
export function lastRunWord(world: World, targetId: string): string | undefined {
  const last = lastRun(world, targetId);
  return last && wordOf(world, last);
}

export function lastRun({ runs }: World, targetId: string): Run | undefined {
  return runs.of(targetId).findLast((run) => run.end !== 'skipped');
}

/** The runs that history shows, in its order. */
export function historyOf(world: World, targetId: string): Run[] {
  const { dialect, clock } = world;
  if (dialect.history === 'empty') return [];
  const seenUntil = clock.now() - Number(dialect.lag);
  const runs = world.runs.of(targetId).filter((run) => run.startedAt <= seenUntil);
  if (dialect.history === 'oldest') return runs;
  return runs.reverse().filter((run) => dialect.history === 'newest' || run.endedAt !== undefined);
}

/** A history entry; field names are snake_case readings of v1's (sync-api-v2.md section 3.9). */
export function renderRun(world: World, run: Run): { [key: string]: Wire } {
  const now = world.clock.now();
  const records = run.parts.reduce((sum, part) => sum + recordsAt(run, part, now), 0);
  return {
    id: new WireId(run.id),
    [`${run.kind}_id`]: new WireId(run.targetId),
    [`${run.kind}_name`]: run.targetName,
    status: wordOf(world, run),
    run_start_date: new WireDate(run.startedAt),
    run_end_date: run.endedAt === undefined ? undefined : new WireDate(run.endedAt),
    runtime: Math.floor(((run.endedAt ?? now) - run.startedAt) / 1000),
    records_affected: records,
    details: run.detail,
    log_file: `${run.id}.log`,
  };
}

/** A history entry with its tasks or steps. */
export function renderRunInFull(world: World, run: Run): Wire {
  return { ...renderRun(world, run), [run.kind === 'pipeline' ? 'steps' : 'tasks']: renderParts(world, run) };
}

/** The state of an object: its last run, or none. */
export function renderStatus(world: World, item: Item): Wire {
  const run = lastRun(world, item.id);
  const head = { [`${item.kind}_id`]: new WireId(item.id), [`${item.kind}_name`]: nameOf(item) };
  if (!run) return { ...head, status: null };
  const { id, ...shown } = renderRun(world, run);
  return { ...head, run_id: id, ...shown, [item.kind === 'pipeline' ? 'steps' : 'tasks']: renderParts(world, run) };
}

/** One task within a run. */
export function renderPart(world: World, run: Run, part: RunPart): { [key: string]: Wire } {
  const now = world.clock.now();
  const phase = partPhase(run, part, now);
  return {
    id: part.childId === '' ? undefined : new WireId(part.childId, run.kind === 'pipeline' ? 'step' : 'task'),
    [run.kind === 'pipeline' ? 'name' : 'table']: part.label,
    status: partWord(world.dialect, phase) ?? null,
    run_start_date: part.startsAt <= (run.endedAt ?? now) ? new WireDate(part.startsAt) : undefined,
    records_affected: recordsAt(run, part, now),
    details: phase === 'failed' ? `${part.label}: the source returned an error.` : '',
  };
}

function renderParts(world: World, run: Run): Wire[] {
  return run.parts.map((part) => renderPart(world, run, part));
}
