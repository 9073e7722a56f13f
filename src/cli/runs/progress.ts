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

/** The whole of it, for a view that is drawn again; `now` in ms since the epoch. */
export function frameOf(name: string, progress: Progress, terminal: Terminal, now: number): string[] {
  const { state, finished, reason, message, tasks } = progress;
  const head = finished || state === undefined ? reason : state;
  return [
    [`run/${name}`, paint(terminal, TONES[state ?? ''] ?? 'dim', head), ...figures(progress, now)].join('  '),
    ...(finished || state === undefined ? [`  ${message}`] : []),
    ...tasks.map((task) =>
      [`  ${task.name}`, paint(terminal, TONES[task.state] ?? 'dim', task.state), ...figures(task, now)].join('  '),
    ),
  ];
}

/** What is new since `before`, for output that cannot be drawn again. */
export function newsOf(name: string, before: Progress | undefined, after: Progress, now: number): string[] {
  const lines: string[] = [];
  const moved = before?.reason !== after.reason || before?.state !== after.state;
  if (moved && !after.finished) lines.push(`run/${name}  ${after.state ?? `${after.reason}: ${after.message}`}`);
  for (const task of after.tasks) {
    const known = before?.tasks.find((one) => one.name === task.name);
    if (known?.state !== task.state) lines.push([`  ${task.name}`, task.state, ...figures(task, now)].join('  '));
  }
  if (after.finished)
    lines.push([`run/${name}  ${after.reason}`, ...figures(after, now)].join('  '), `  ${after.message}`);
  return lines;
}

type Span = Pick<Progress, 'startTime' | 'completionTime' | 'recordsAffected'>;

function figures({ startTime, completionTime, recordsAffected }: Span, now: number): string[] {
  const end = completionTime === undefined ? now : Date.parse(completionTime);
  return [
    ...(recordsAffected === undefined ? [] : [`${recordsAffected} records`]),
    ...(startTime === undefined ? [] : [duration(end - Date.parse(startTime))]),
  ];
}

/** `42s`, `3m20s`, `2h5m`; a clock that is behind that of Sync shows nothing below zero. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return `${hours}h${minutes}m`;
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
