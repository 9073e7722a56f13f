import { KINDS } from '../../api/registry.ts';
import type { Hold } from '../../engine/gate.ts';
import type { Cause, StepVerb } from '../../engine/plan.ts';
import type { Condition, Resource } from '../../engine/resource.ts';

/** What is planned for one object, as `-o json` prints it. */
export interface PlannedObject {
  kind: string;
  namespace: string;
  name: string;
  /** What it is called in Sync, where the spec says so. */
  remoteName?: string;
  /** Its id in Sync; absent while it has none. */
  id?: string;
  /** The file and line that it comes from. */
  source?: string;
  /** `adopt`: it is there as the spec wants it, and becomes managed. `blocked`: it cannot be planned; `problem` says why. */
  action: 'create' | 'recreate' | 'update' | 'adopt' | 'delete' | 'run' | 'none' | 'blocked';
  /** In the order in which they are carried out. */
  steps: PlannedStep[];
  /** Why it, or a part of it, cannot be planned or made: reason and message of its condition. */
  problem?: { reason: string; message: string };
  /** The plan in status that an approval has to name; present where steps await one. */
  planId?: string;
}

export interface PlannedStep {
  verb: StepVerb | 'delete' | 'run';
  title: string;
  /** Whether it may lose data or replication state. */
  destructive: boolean;
  cause: Cause;
  /** What would be lost. */
  loss?: string;
  /** Why it does not go now; absent: it goes. */
  held?: Hold | 'Blocked';
  changes: PlannedChange[];
}

/** Values as status.plan shows them: short, on one line, `(secret)` in place of a secret; absent: not set, or not known. */
export interface PlannedChange {
  path: string;
  from?: string;
  to?: string;
  destructive: boolean;
}

export interface PlanSummary {
  /** Objects by what happens to them; one with held steps counts as such. */
  create: number;
  update: number;
  recreate: number;
  adopt: number;
  delete: number;
  run: number;
  unchanged: number;
  blocked: number;
  /** Steps that do not go now. */
  held: number;
  /** Steps that may lose something. */
  destructive: number;
}

export interface PlanDocument {
  objects: PlannedObject[];
  summary: PlanSummary;
}

export const ORDER: ReadonlyMap<string, number> = new Map(KINDS.map(({ kind }, at) => [kind, at]));

/** Objects in the order in which they depend on each other, with their counts. */
export function documentOf(objects: readonly PlannedObject[]): PlanDocument {
  const sorted = [...objects].sort((a, b) => ORDER.get(a.kind)! - ORDER.get(b.kind)! || compare(nameOf(a), nameOf(b)));
  const count = (...actions: PlannedObject['action'][]) =>
    sorted.filter(({ action }) => actions.includes(action)).length;
  const steps = sorted.flatMap((object) => object.steps);
  return {
    objects: sorted,
    summary: {
      create: count('create'),
      update: count('update'),
      recreate: count('recreate'),
      adopt: count('adopt'),
      delete: count('delete'),
      run: count('run'),
      unchanged: count('none'),
      blocked: sorted.filter(({ problem }) => problem !== undefined).length,
      held: steps.filter(({ held }) => held !== undefined).length,
      destructive: steps.filter(({ destructive }) => destructive).length,
    },
  };
}

/** 1: something cannot be planned. 2: something would change. 0: nothing would. */
export function exitCode({ objects, summary }: PlanDocument): number {
  if (summary.blocked > 0) return 1;
  return objects.some(({ steps }) => steps.length > 0) ? 2 : 0;
}

/** What happens to an object by these steps. */
export function actionOf(steps: readonly PlannedStep[]): PlannedObject['action'] {
  for (const verb of ['delete', 'run', 'recreate', 'create'] as const) {
    const step = steps.find((one) => one.verb === verb);
    if (step) return step.verb === 'create' && step.cause === 'vanished' ? 'recreate' : verb;
  }
  return steps.length > 0 ? 'update' : 'none';
}

/** Reasons of a condition that the steps themselves tell. */
const TOLD_BY_STEPS: ReadonlySet<string> = new Set([
  'AdoptionRefused',
  'Applying',
  'AwaitingApproval',
  'Contended',
  'RemoteNotFound',
  'SuspiciousSnapshot',
  'Suspended',
]);

/** What keeps an object from being as its spec says, besides steps that are held. */
export function problemOf(
  conditions: readonly Condition[] | undefined,
  steps: readonly PlannedStep[],
): PlannedObject['problem'] {
  const ready = conditions?.find(({ type }) => type === 'Ready');
  if (!ready || ready.status === 'True') return undefined;
  if (ready.reason === 'Suspended' || (steps.length > 0 && TOLD_BY_STEPS.has(ready.reason))) return undefined;
  return { reason: ready.reason, message: ready.message };
}

/** How an object is headed in a plan. */
export function headOf({ kind, metadata, spec }: Resource): Pick<PlannedObject, 'kind' | 'namespace' | 'name'> {
  const remoteName = spec.name ?? spec.user;
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    ...(typeof remoteName === 'string' && { remoteName }),
  };
}

const nameOf = ({ namespace, name }: PlannedObject) => `${namespace}/${name}`;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
