import type { Step } from './plan.ts';
import type { EffectivePolicies } from './policies.ts';

/** Why a step does not go now. */
export type Hold =
  | 'Observe'
  | 'Suspended'
  | 'AdoptionRefused'
  | 'DriftReported'
  | 'Contended'
  | 'SuspiciousSnapshot'
  | 'Approval'
  /** The children that come before it are not all known yet. */
  | 'MissingReference'
  | 'EarlierStepHeld';

export interface GateInput {
  steps: readonly Step[];
  policies: EffectivePolicies;
  suspended: boolean;
  approved: ReadonlySet<string>;
  contended: boolean;
  suspicious: boolean;
  /** Something that the object refers to has no id yet. */
  missing: boolean;
  /** The object is not ours yet: `adopt` says whether it may be taken. */
  adoption?: 'allowed' | 'refused';
}

export interface Gated {
  go: Step[];
  held: { step: Step; why: Hold }[];
}

/** Which steps may go now, and why the others wait; pure. Order is kept, and nothing that needs what a held step makes goes. */
export function gate(input: GateInput): Gated {
  const go: Step[] = [];
  const held: Gated['held'] = [];
  let blocked = false;
  const missing = new Set<number>();
  for (const step of input.steps) {
    const needsHeld = blocked || (step.verb === 'moveChild' && missing.has(step.child!.wanted!));
    const why = needsHeld ? 'EarlierStepHeld' : holdOf(input, step);
    if (!why) {
      go.push(step);
      continue;
    }
    held.push({ step, why });
    if (step.verb === 'create' || step.verb === 'recreate') blocked = true;
    if (step.verb === 'addChild') missing.add(step.child!.wanted!);
  }
  return { go, held };
}

function holdOf(input: GateInput, step: Step): Hold | undefined {
  const { policies } = input;
  if (policies.managementPolicy === 'Observe') return 'Observe';
  if (input.suspended) return 'Suspended';
  if (input.adoption === 'refused') return 'AdoptionRefused';
  if (step.cause === 'drift' && policies.driftPolicy === 'Report') return 'DriftReported';
  if (step.cause === 'drift' && input.contended) return 'Contended';
  const makesOrLoses = step.verb === 'create' || step.verb === 'recreate';
  if (input.suspicious && makesOrLoses) return 'SuspiciousSnapshot';
  if (input.missing && step.verb === 'activate') return 'MissingReference';
  if (needsApproval(policies, step) && !input.approved.has(step.key)) return 'Approval';
  return undefined;
}

function needsApproval(policies: EffectivePolicies, step: Step): boolean {
  if (policies.changePolicy === 'Manual') return true;
  return policies.changePolicy === 'Safe' && step.destructive;
}
