import type { Condition } from './resource.ts';

/** What a pass came to, before it is spelled out as conditions (design §4, the table of conditions). */
export type Verdict =
  | { state: 'converged'; message: string }
  /** Working or waiting; becomes `stalled` when `stallAfterMs` has passed since it began. */
  | { state: 'progressing'; reason: string; message: string; stallAfterMs?: number; stallMessage?: string }
  | { state: 'stalled'; reason: string; message: string }
  | { state: 'awaitingApproval'; message: string }
  /** A plan that is only reported: Observe, or drift under `driftPolicy: Report`. */
  | { state: 'planPending'; message: string }
  | { state: 'suspended'; planned: boolean; message: string }
  /** Nothing can be seen now; what was known stays, until it is too old to claim. */
  | { state: 'unseen'; message: string; stale: boolean }
  /** `passing`: it ends without anybody's doing. */
  | { state: 'deletionBlocked'; reason: string; message: string; stalled: boolean; passing?: boolean };

type Draft = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** The four conditions of configuration for a verdict; those that do not hold are left out. */
export function conditionsOf(verdict: Verdict, previous: readonly Condition[]): Draft[] {
  switch (verdict.state) {
    case 'converged':
      return [ready('True', 'Available', verdict.message), synced('True', 'InSync', verdict.message)];
    case 'progressing':
      return [
        ready('False', verdict.reason, verdict.message),
        synced('False', verdict.reason, verdict.message),
        mark('Reconciling', verdict.reason, verdict.message),
      ];
    case 'stalled':
      return [
        ready('False', verdict.reason, verdict.message),
        synced('False', verdict.reason, verdict.message),
        mark('Stalled', verdict.reason, verdict.message),
      ];
    case 'awaitingApproval':
      return conditionsOf({ ...verdict, state: 'stalled', reason: 'AwaitingApproval' }, previous);
    case 'planPending':
      return [ready('True', 'Available', verdict.message), synced('False', 'PlanPending', verdict.message)];
    case 'suspended':
      return suspendedConditions(verdict, previous);
    case 'unseen':
      return unseenConditions(verdict, previous);
    case 'deletionBlocked':
      return [
        ready('False', 'DeletionBlocked', verdict.message),
        mark('Reconciling', 'DeletionBlocked', verdict.message),
        ...(verdict.stalled ? [mark('Stalled', verdict.reason, verdict.message)] : []),
      ];
  }
}

function suspendedConditions(verdict: Extract<Verdict, { state: 'suspended' }>, previous: readonly Condition[]) {
  if (verdict.planned) {
    return [
      ready('False', 'Suspended', verdict.message),
      synced('False', 'Suspended', verdict.message),
      mark('Stalled', 'Suspended', verdict.message),
    ];
  }
  const before = previous.find(({ type }) => type === 'Ready');
  const status = before?.status === 'True' || before === undefined ? 'True' : before.status;
  return [ready(status, 'Suspended', verdict.message), synced('True', 'Suspended', verdict.message)];
}

function unseenConditions(verdict: Extract<Verdict, { state: 'unseen' }>, previous: readonly Condition[]): Draft[] {
  const kept = previous.filter(({ type }) => CONFIGURATION.has(type));
  if (!verdict.stale && kept.length > 0) return kept;
  return [
    ready('Unknown', 'ObservationStale', verdict.message),
    synced('Unknown', 'ObservationStale', verdict.message),
    mark('Reconciling', 'ObservationStale', verdict.message),
  ];
}

/** The conditions that the engine owns; the others are a kind's. */
export const CONFIGURATION: ReadonlySet<string> = new Set(['Ready', 'Synced', 'Reconciling', 'Stalled']);

/** New conditions over the old ones: a transition time moves only when the status does. Order is by type, stable. */
export function mergeConditions(
  previous: readonly Condition[],
  next: readonly Draft[],
  generation: number,
  nowMs: number,
): Condition[] {
  return next.map((draft) => {
    const before = previous.find(({ type }) => type === draft.type);
    const since = before?.status === draft.status ? before.lastTransitionTime : isoSeconds(nowMs);
    const { type, status, reason, message } = draft;
    return {
      type,
      status,
      reason,
      message: message.length > 1024 ? `${message.slice(0, 1021)}...` : message,
      lastTransitionTime: since,
      observedGeneration: generation,
    };
  });
}

/** RFC 3339 with seconds, as Kubernetes writes times. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function ready(status: Condition['status'], reason: string, message: string): Draft {
  return { type: 'Ready', status, reason, message };
}
function synced(status: Condition['status'], reason: string, message: string): Draft {
  return { type: 'Synced', status, reason, message };
}
function mark(type: 'Reconciling' | 'Stalled', reason: string, message: string): Draft {
  return { type, status: 'True', reason, message };
}
