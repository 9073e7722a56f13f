import type { Step } from '../../engine/plan.ts';
import type { PlanChange, Resource } from '../../engine/resource.ts';
import { actionOf, headOf, type PlannedObject, type PlannedStep, problemOf } from './model.ts';

/** What the controller last wrote of an object: what is held, and what is in the way. */
export function planOfStatus(resource: Resource): PlannedObject {
  const { status, metadata } = resource;
  const head = { ...headOf(resource), ...(status?.id !== undefined && { id: status.id }) };
  if (status?.observedGeneration !== metadata.generation) {
    const message = 'the controller has not looked at the object as it is now; is it running?';
    return { ...head, action: 'blocked', steps: [], problem: { reason: 'NotObserved', message } };
  }
  const steps = stepsOf(status.plan?.changes ?? []);
  const problem = problemOf(status.conditions, steps);
  const awaits = steps.some(({ held }) => held === 'Approval') && status.plan?.id;
  return {
    ...head,
    action: problem && steps.length === 0 ? 'blocked' : actionOf(steps),
    steps,
    ...(problem && { problem }),
    ...(awaits && { planId: awaits }),
  };
}

/** Changes of one step follow each other. */
function stepsOf(changes: readonly PlanChange[]): PlannedStep[] {
  const steps: PlannedStep[] = [];
  let latest = '';
  for (const { verb: title, path, from, to, destructive, loss, cause, held } of changes) {
    const key = `${title} ${destructive} ${held}`;
    if (key !== latest || path === undefined) {
      const why = held as PlannedStep['held'];
      const step = { verb: verbOf(title), title, destructive, cause: cause as Step['cause'], changes: [] };
      steps.push({ ...step, ...(loss !== undefined && { loss }), ...(why && { held: why }) });
    }
    latest = key;
    if (path !== undefined) {
      const values = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
      steps.at(-1)!.changes.push({ path, ...values, destructive });
    }
  }
  return steps;
}

/** Titles begin with what is done: `addTask Accounts`. */
function verbOf(title: string): PlannedStep['verb'] {
  const [word = ''] = title.split(' ', 1);
  for (const verb of ['create', 'recreate', 'activate'] as const) if (word === verb) return verb;
  for (const verb of ['add', 'update', 'move', 'delete'] as const) {
    if (word.startsWith(verb) && word !== verb) return `${verb}Child`;
  }
  return 'update';
}
