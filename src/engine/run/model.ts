import type { Condition, Intent, Resource } from '../resource.ts';

/** One run on the remote side, as a status, a history or the reply to a start tells of it. Absent: not told. */
export interface RemoteRun {
  id?: string;
  state: RemoteState;
  /** The remote word for the state, scrubbed; empty when there is none. */
  rawStatus: string;
  /** Milliseconds since the epoch, by the clock of the remote side. */
  startedAt?: number;
  endedAt?: number;
  records?: number;
  /** Scrubbed. */
  words: string;
  /** Its tasks or steps, in the order told. */
  tasks: readonly RemotePart[];
}

export type RemoteState = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped' | 'unknown';

/** One task or step of a run. */
export interface RemotePart extends Omit<RemoteRun, 'id' | 'tasks'> {
  taskId?: string;
  name?: string;
}

/** The calls about one thing that can run. Every method rejects with RemoteError only. */
export interface RunRemote {
  /** Starts a run: one call, never repeated and never cut off. The remote side may hold it until the run ends. */
  execute(): Promise<RemoteRun>;
  /** What runs now, or ran last. */
  status(): Promise<RemoteRun | 'unsupported'>;
  history(): Promise<readonly RemoteRun[] | 'unsupported'>;
  /** Tasks or steps of a run, where its record has none. */
  parts?(run: RemoteRun): Promise<readonly RemotePart[] | 'unsupported'>;
  /** Absent where nothing can stop a run. */
  cancel?(): Promise<'sent' | 'unsupported'>;
  /** A run has begun or ended: whoever follows the target looks soon. */
  changed(): void;
}

/** What a run is of, as far as the engine cares. */
export interface RunTarget {
  /** For people: `SyncJob team/nightly`. */
  label: string;
  /** What is kept in status, so that the run can be followed without the resource. */
  kept: KeptTarget;
  /** Why nothing may be started now. */
  obstacle?: string;
  /** Who suspended it; then nothing is cancelled either. */
  suspendedBy?: string;
  lagGraceMs: number;
  /** Whether the server that answers is still the one that it was when this was gathered. */
  isStill(): boolean;
  /** The resource that is to look again when a run begins or ends. */
  resource?: { kind: string; key: string };
  remote: RunRemote;
}

export interface KeptTarget {
  id: string;
  /** Of the resource. */
  uid?: string;
  serverIdentity: string;
  /** `namespace/name` of the server's resource. */
  server: string;
  workspaceId?: string;
}

/** All that is special about resources that stand for a run. */
export interface RunKind {
  /** `SyncRun` */
  name: string;
  problems(resource: Resource): { path: string; message: string }[];
  /** The spec with its defaults. */
  specOf(resource: Resource): RunSpec;
  /** Names what it is a run of; the same text for the same target, known before the target is. */
  targetKey(resource: Resource): string;
  /** The living resource that it is a run of, if a resource is. */
  targetOf(resource: Resource): Resource | undefined;
  /** The target, to start a run of it. Throws Blocked with the name of what is missing. */
  gather(resource: Resource): RunTarget;
  /** The target of a run that has begun, whatever became of its resource. Throws Blocked while its server cannot be asked, stalled if never again. */
  follow(resource: Resource, kept: KeptTarget): RunTarget;
  /** Finished runs of ours that are one too many, now that this one is finished. */
  surplus(resource: Resource): Resource[];
}

export interface RunSpec {
  activeDeadlineSeconds?: number;
  startingDeadlineSeconds: number;
  backoffLimit: number;
  onUnknown: 'Stop' | 'RetryAfterGrace';
  onDelete: 'Leave' | 'Cancel';
  cancel?: boolean;
  ttlSecondsAfterFinished?: number;
}

export interface RunStatus {
  observedGeneration?: number;
  conditions?: Condition[];
  tokens?: Record<string, string>;
  intent?: RunIntent;
  target?: KeptTarget;
  runId?: string;
  attribution?: 'Reported' | 'Inferred' | 'Ambiguous' | 'Unknown';
  candidates?: string[];
  state?: ShownState;
  rawStatus?: string;
  startTime?: string;
  completionTime?: string;
  recordsAffected?: number;
  tasks?: ShownPart[];
  attempts?: Attempt[];
  /** When the remote side was last asked to cancel, and why. */
  cancelled?: { at: string; why: string };
}

export interface RunIntent extends Intent {
  /** When the newest run known then had begun, by the clock of the remote side. */
  latest?: string;
}

export type ShownState = 'Running' | 'Succeeded' | 'Failed' | 'Cancelled' | 'Skipped' | 'Unknown';

export interface ShownPart {
  name: string;
  state: ShownState;
  rawStatus?: string;
  startTime?: string;
  completionTime?: string;
  recordsAffected?: number;
  message?: string;
}

/** Times are ours, not the remote side's. */
export interface Attempt {
  state: ShownState;
  runId?: string;
  startTime?: string;
  completionTime?: string;
  message?: string;
}

export const SHOWN: Readonly<Record<RemoteState, ShownState>> = {
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  skipped: 'Skipped',
  unknown: 'Unknown',
};

/** True once the run has ended for us: nothing about it changes any more. */
export function isFinished(resource: Resource): boolean {
  return resource.status?.conditions?.some(({ type, status }) => type === 'Finished' && status === 'True') === true;
}

export function runStatusOf(resource: Resource): RunStatus {
  return (resource.status ?? {}) as RunStatus;
}
