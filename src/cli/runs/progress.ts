import type { LastRun, TaskRun } from '../../api/runStatus.ts';
import type { Resource } from '../../engine/resource.ts';
import { paint, type Terminal, type Tone } from '../terminal.ts';

/** How a SyncRun stands, as it is followed. */
export interface Progress {
  finished: boolean;
  /** Reason of Finished: where it waits, or how it ended. */
  reason: string;
  message: string;
  /** The state of the run in Sync; absent before there is one. */
  state?: string;
  startTime?: string;
  completionTime?: string;
  recordsAffected?: number;
  tasks: readonly TaskRun[];
}

/** What the status of a SyncRun says. */
export function progressOf({ status = {} }: Resource): Progress {
  const { state, startTime, completionTime, recordsAffected, tasks } = status as Partial<LastRun> & {
    tasks?: TaskRun[];
  };
  const finished = status.conditions?.find(({ type }) => type === 'Finished');
  return {
    finished: finished?.status === 'True',
    reason: finished?.reason ?? 'Pending',
    message: finished?.message ?? 'the controller has not looked at it yet',
    ...(state !== undefined && { state }),
    ...(startTime !== undefined && { startTime }),
    ...(completionTime !== undefined && { completionTime }),
    ...(recordsAffected !== undefined && { recordsAffected }),
    tasks: tasks ?? [],
  };
}

const TONES: Readonly<Record<string, Tone>> = {
  Succeeded: 'good',
  Failed: 'bad',
  Cancelled: 'warn',
  Skipped: 'dim',
  Running: 'warn',
  Unknown: 'warn',
};

/** Tasks or steps of a view that is drawn again: what does not fit on the screen cannot be drawn over. */
const MOST = 15;

/** The whole of it, for a view that is drawn again; no line is wider than the terminal. `now` in ms since the epoch. */
export function frameOf(name: string, progress: Progress, terminal: Terminal, now: number): string[] {
  const { state, finished, reason, message, tasks } = progress;
  const tells = finished || state === undefined;
  const shown = tasks.slice(0, MOST);
  return [
    line(terminal, [`run/${name}`, tells ? reason : state, ...figures(progress, now)], TONES[state ?? '']),
    ...(tells ? [cut(`  ${message}`, terminal.width)] : []),
    ...shown.map((task) => line(terminal, partsOf(task, now), TONES[task.state])),
    ...(tasks.length > shown.length ? [`  … and ${tasks.length - shown.length} more`] : []),
  ];
}

/** The second word is in the tone. */
function line(terminal: Terminal, words: readonly string[], tone: Tone = 'dim'): string {
  const text = cut(words.join('  '), terminal.width);
  const from = words[0]!.length + 2;
  const to = from + words[1]!.length;
  return text.slice(0, from) + paint(terminal, tone, text.slice(from, to)) + text.slice(to);
}

const cut = (text: string, width: number) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

/** What is new since `before`, for output that cannot be drawn again. */
export function newsOf(name: string, before: Progress | undefined, after: Progress, now: number): string[] {
  const lines: string[] = [];
  const moved = before?.reason !== after.reason || before?.state !== after.state;
  if (moved && !after.finished) lines.push(`run/${name}  ${after.state ?? `${after.reason}: ${after.message}`}`);
  const known = byName(before?.tasks ?? []);
  for (const [key, task] of byName(after.tasks)) {
    if (known.get(key)?.state !== task.state && !isUntold(task)) lines.push(partsOf(task, now).join('  '));
  }
  if (after.finished)
    lines.push([`run/${name}  ${after.reason}`, ...figures(after, now)].join('  '), `  ${after.message}`);
  return lines;
}

/** Tasks may share a name. */
function byName(tasks: readonly TaskRun[]): Map<string, TaskRun> {
  const all = new Map<string, TaskRun>();
  for (const task of tasks) {
    let key = task.name;
    while (all.has(key)) key += "'";
    all.set(key, task);
  }
  return all;
}

/** One task or step: name, state, what is known of it. */
function partsOf(task: TaskRun, now: number): string[] {
  const { name, state, rawStatus, message } = task;
  if (isUntold(task)) return [`  ${name}`, 'no state yet'];
  // A word that is not known is shown as it is.
  const word = state === 'Unknown' ? (rawStatus ?? state) : state;
  const tells = message !== undefined && (state === 'Failed' || state === 'Skipped');
  return [`  ${name}`, word, ...figures(task, now), ...(tells ? [message] : [])];
}

/** Sync says nothing of it: in most cases its turn has not come. */
const isUntold = ({ state, rawStatus, startTime }: TaskRun) =>
  state === 'Unknown' && rawStatus === undefined && startTime === undefined;

type Span = Pick<Progress, 'state' | 'startTime' | 'completionTime' | 'recordsAffected'>;

/** Records and how long it took: up to `now` only for what still runs. */
function figures({ state, startTime, completionTime, recordsAffected }: Span, now: number): string[] {
  const end = completionTime !== undefined ? Date.parse(completionTime) : state === 'Running' ? now : undefined;
  return [
    ...(recordsAffected === undefined ? [] : [`${recordsAffected} records`]),
    ...(startTime === undefined || end === undefined ? [] : [duration(end - Date.parse(startTime))]),
  ];
}

/** `42s`, `3m20s`, `2h5m`; a clock that is behind that of Sync shows nothing below zero. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return `${hours}h${minutes}m`;
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
