import type { Step } from '../../engine/plan.ts';
import { isPlannedId, type Outcome } from '../../engine/preview.ts';
import type { Resource } from '../../engine/resource.ts';
import { showValue } from '../../engine/show.ts';
import { actionOf, headOf, type PlannedObject, type PlannedStep, problemOf } from './model.ts';

/** What the passes over an object came to. `before`: as it is in the cluster, or would be; `after`: as they left it in memory. */
export function planOfPasses(
  before: Resource,
  after: Resource | undefined,
  outcome: Outcome | undefined,
): PlannedObject {
  const head = headOf(before);
  if (before.metadata.deletionTimestamp !== undefined) return { ...head, ...deletionOf(before) };
  const { status } = after ?? before;
  const isUnseen = outcome === undefined && before.kind !== 'SyncServer';
  const problem = problemOf(status?.conditions, stepsOf(outcome)) ?? (isUnseen ? UNSEEN : undefined);
  // What may go, and was not carried out all the same, is kept from it by what the condition says.
  const steps = [...stepsOf(outcome), ...(outcome?.gated.go ?? []).map((step) => shown(step, 'Blocked'))];
  const id = before.status?.id ?? status?.id;
  const awaits = steps.some(({ held }) => held === 'Approval');
  // An approval can only name what the controller has in status, and only while that is what was planned here.
  const isSame = status?.plan !== undefined && status.plan.id === before.status?.plan?.id;
  const adopts = status?.owned === true && before.status?.owned !== true && !outcome?.after;
  const action = problem && steps.length === 0 ? 'blocked' : steps.length === 0 && adopts ? 'adopt' : actionOf(steps);
  return {
    ...head,
    ...(id !== undefined && !isPlannedId(id) && { id }),
    action,
    steps,
    ...(problem && { problem }),
    ...(awaits && isSame && { planId: status.plan!.id }),
  };
}

const UNSEEN = { reason: 'NotObserved', message: 'it could not be compared with what is in Sync' };

function stepsOf(outcome: Outcome | undefined): PlannedStep[] {
  if (!outcome) return [];
  return [...outcome.done.map((step) => shown(step)), ...outcome.gated.held.map(({ step, why }) => shown(step, why))];
}

function shown({ verb, title, destructive, cause, loss, changes }: Step, held?: PlannedStep['held']): PlannedStep {
  return {
    verb,
    title,
    destructive,
    cause,
    ...(destructive && loss !== undefined && { loss }),
    ...(held && { held }),
    changes: changes.map(({ path, from, to, secret, destructive }) => {
      const before = secret ? undefined : showValue(path, from);
      const after = secret ? '(secret)' : showValue(path, to);
      return {
        path,
        ...(before !== undefined && { from: known(before) }),
        ...(after !== undefined && { to: known(after) }),
        destructive,
      };
    }),
  };
}

/** Ids that the server will give. */
const known = (text: string) => text.replace(/planned:[^\s"',()]+/g, 'known after apply');

/** What goes with the resource; Retain leaves it where it is. */
function deletionOf({ status, metadata, spec }: Resource): Pick<PlannedObject, 'action' | 'steps' | 'id'> {
  const deletes = status?.owned === true && status.policies?.deletionPolicy === 'Delete';
  if (!deletes || spec.deletionPolicy === 'Retain') return { action: 'none', steps: [] };
  const title = `delete ${spec.name ?? spec.user ?? metadata.name}`;
  const step = { verb: 'delete', title, destructive: true, cause: 'spec', changes: [] } as const;
  return { action: 'delete', steps: [{ ...step, changes: [] }], ...(status.id !== undefined && { id: status.id }) };
}
