import { summarise } from './approval.ts';
import type { Verdict } from './conditions.ts';
import type { Gated, Hold } from './gate.ts';
import type { Missing } from './kind.ts';
import type { PlanStatus } from './resource.ts';
import { showValue } from './show.ts';

/** What a missing dependency or object may take before a person is asked; milliseconds. */
export const MISSING_MS = 10 * 60_000;

export interface VerdictInput {
  gated: Gated;
  plan: PlanStatus | undefined;
  /** Written and not shown yet. */
  unconfirmed: readonly string[];
  refused: readonly string[];
  suspended: string | undefined;
  name: string;
  exists: boolean;
  /** Why creates and deletes are held in the parent. */
  suspicious: string | undefined;
  missing: Missing | undefined;
}

/** The most telling reason first. */
const ORDER: readonly Hold[] = [
  'Suspended',
  'SuspiciousSnapshot',
  'Contended',
  'Approval',
  'DriftReported',
  'Observe',
  'EarlierStepHeld',
];

/** What the pass came to once everything that could go has gone (design §4, the table of conditions). */
export function verdictOf(input: VerdictInput): Verdict {
  const { gated, name } = input;
  if (input.unconfirmed.length > 0) {
    const message = `written, but the server does not show it yet: ${list(input.unconfirmed)}`;
    return { state: 'progressing', reason: 'Confirming', message };
  }
  if (gated.go.length > 0) {
    return { state: 'progressing', reason: 'Applying', message: `still to be done: ${summarise(gated.go)}` };
  }
  const why = ORDER.find((hold) => gated.held.some((held) => held.why === hold));
  if (why) return heldVerdict(input, why);
  if (input.missing) return { state: 'progressing', ...input.missing, stallAfterMs: MISSING_MS };
  if (input.refused.length > 0) {
    return {
      state: 'stalled',
      reason: 'FieldNotAccepted',
      message: `the server kept its own value of ${list(input.refused)}; change the spec, or remove the field to leave it unmanaged`,
    };
  }
  if (input.suspended)
    return { state: 'suspended', planned: false, message: `${input.suspended}; Sync's own schedule goes on` };
  return { state: 'converged', message: `${name} is as the spec says` };
}

function heldVerdict(input: VerdictInput, why: Hold): Verdict {
  const what = input.plan
    ? `${input.plan.summary}${firstChange(input.plan)}`
    : summarise(input.gated.held.map(({ step }) => step));
  switch (why) {
    case 'Suspended':
      return {
        state: 'suspended',
        planned: true,
        message: `${input.suspended}; held: ${what}. Sync's own schedule goes on`,
      };
    case 'SuspiciousSnapshot':
      return { state: 'progressing', reason: 'SuspiciousSnapshot', message: `${input.suspicious}; held: ${what}` };
    case 'Contended':
      return {
        state: 'stalled',
        reason: 'Contended',
        message: `somebody else keeps changing it back: ${what}. Corrected three times within an hour; trying again in an hour or when the spec changes`,
      };
    case 'Observe':
      if (!input.exists) return notFound(input.name);
      return { state: 'planPending', message: `observing only; Enforce would: ${what}` };
    case 'DriftReported':
      return { state: 'planPending', message: `changed on the server, reported only (driftPolicy): ${what}` };
    default:
      return {
        state: 'awaitingApproval',
        message: `${what}; approve with the annotation sync.cdata.com/approve-plan=${input.plan?.id}`,
      };
  }
}

function notFound(name: string): Verdict {
  const message = `${name} is not on the server, and Observe does not create it`;
  return {
    state: 'progressing',
    reason: 'RemoteNotFound',
    message,
    stallAfterMs: MISSING_MS,
    stallMessage: `${message}; create it in Sync, or set managementPolicy: Enforce`,
  };
}

function firstChange(plan: PlanStatus): string {
  const change = plan.changes.find(({ path }) => path !== undefined);
  if (!change) return '';
  return `: ${change.path} ${showValue('', change.from ?? 'unset')} → ${showValue('', change.to ?? 'unset')}${plan.changes.length > 1 ? ', …' : ''}`;
}

function list(items: readonly string[]): string {
  const shown = items.slice(0, 5).join(', ');
  return items.length > 5 ? `${shown} and ${items.length - 5} more` : shown;
}
