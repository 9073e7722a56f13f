import { isoSeconds } from '../conditions.ts';
import { type RemotePart, type RemoteRun, type RunStatus, SHOWN, type ShownPart } from './model.ts';

/** Most tasks or steps that a status shows; the failed ones come first. */
const PARTS = 50;

/** Puts what was read of a run into its status. An end is only told once it is one. */
export function showRun(status: RunStatus, run: RemoteRun): void {
  status.state = SHOWN[run.state];
  assign(status, 'rawStatus', run.rawStatus === '' ? undefined : cut(run.rawStatus, 256));
  if (run.startedAt !== undefined) status.startTime = isoSeconds(run.startedAt);
  if (run.endedAt !== undefined && run.state !== 'running') status.completionTime = isoSeconds(run.endedAt);
  if (isCount(run.records)) status.recordsAffected = run.records;
  if (run.tasks.length > 0) status.tasks = showParts(run.tasks);
}

/** Tasks or steps: what failed first, then what nobody can tell, then the others; in each the order of the run. */
export function showParts(parts: readonly RemotePart[]): ShownPart[] {
  const rank = ({ state }: RemotePart) => (state === 'failed' ? 0 : state === 'succeeded' ? 2 : 1);
  return parts
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, PARTS)
    .map((part) => ({
      name: cut(part.name ?? part.taskId ?? 'unnamed', 512),
      state: SHOWN[part.state],
      ...(part.rawStatus !== '' && { rawStatus: cut(part.rawStatus, 256) }),
      ...(part.startedAt !== undefined && { startTime: isoSeconds(part.startedAt) }),
      ...(part.endedAt !== undefined && { completionTime: isoSeconds(part.endedAt) }),
      ...(isCount(part.records) && { recordsAffected: part.records }),
      ...(part.words !== '' && { message: cut(part.words, 1024) }),
    }));
}

/** A new attempt shows nothing of the one before. */
export function clearRun(status: RunStatus): void {
  for (const name of SHOWN_FIELDS) delete status[name];
}

const SHOWN_FIELDS = [
  'runId',
  'attribution',
  'candidates',
  'state',
  'rawStatus',
  'startTime',
  'completionTime',
  'recordsAffected',
  'tasks',
  'cancelled',
] as const satisfies readonly (keyof RunStatus)[];

function assign<K extends keyof RunStatus>(status: RunStatus, name: K, value: RunStatus[K] | undefined): void {
  if (value === undefined) delete status[name];
  else status[name] = value;
}

const isCount = (value: number | undefined): value is number =>
  value !== undefined && Number.isSafeInteger(value) && value >= 0;

export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
