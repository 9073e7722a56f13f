import type { Json } from '../ports/json.ts';
import { shortHash } from './digest.ts';

/** What is to be done, as a value: the controller, the status, the command line and the tests all use it. */
export interface Plan {
  steps: Step[];
  /** Paths whose server-side form differs from ours but is known and accepted, or refused. */
  refused: Change[];
}

export type StepVerb =
  | 'create'
  | 'recreate'
  | 'update'
  | 'addChild'
  | 'updateChild'
  | 'moveChild'
  | 'deleteChild'
  /** Switched on last, once everything else of a new object is there. */
  | 'activate';

export interface Step {
  verb: StepVerb;
  /** Stable while what it would do is the same: approvals and intents name it. */
  key: string;
  /** `addTask tables Accounts`, for people. */
  title: string;
  changes: Change[];
  destructive: boolean;
  cause: Cause;
  /** What would be lost, when destructive. */
  loss?: string;
  child?: ChildTarget;
}

export interface ChildTarget {
  /** Remote id; absent for an add. */
  id?: string;
  /** 0-based place in the list at the time the step is carried out. */
  position?: number;
  /** Index in the desired list; absent for a delete. */
  wanted?: number;
  natural: string;
}

export type Cause = 'spec' | 'drift' | 'secret' | 'vanished';

/** `secret` changes never carry values. */
export interface Change {
  path: string;
  from: Json | undefined;
  to: Json | undefined;
  cause: Cause;
  destructive: boolean;
  secret?: boolean;
}

/** A step with its key, made of what it does and not of when. `identity` stands for values that may not be shown. */
export function makeStep(step: Omit<Step, 'key'>, identity = ''): Step {
  const parts = step.changes.map((change) => [change.path, change.from ?? null, change.to ?? null]);
  return { ...step, key: shortHash([step.verb, step.child?.natural ?? '', step.child?.id ?? '', parts, identity]) };
}

/** The most telling cause of several. */
export function causeOf(changes: readonly Change[]): Cause {
  for (const cause of ['vanished', 'spec', 'secret'] as const) {
    if (changes.some((change) => change.cause === cause)) return cause;
  }
  return 'drift';
}
