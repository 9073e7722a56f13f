import { type Field, fieldOf } from '../api/fields.ts';
import type { Json } from '../ports/json.ts';
import { shortHash } from './digest.ts';
import { equal } from './equality.ts';
import type { ChildRules, Desired, DesiredChild, Kind } from './kind.ts';
import { type ListPolicy, planList } from './orderedList.ts';
import { type Cause, type Change, makeStep, type Step } from './plan.ts';
import { isDestructive } from './planFields.ts';
import type { RemoteObject } from './remote.ts';
import type { ChildStatus } from './resource.ts';
import { showValue } from './show.ts';

export interface ChildrenInput {
  rules: ChildRules;
  table: readonly Field[];
  desired: readonly DesiredChild[];
  observed: readonly RemoteObject[];
  remembered: readonly ChildStatus[];
  policy: ListPolicy;
}

export interface ChildrenPlan {
  steps: Step[];
  /** Which remote child each desired one is, in desired order; undefined: to be added. */
  kept: (RemoteObject | undefined)[];
}

/** Desired against observed children; pure. Appends and moves stand apart, as the calls that they are. */
export function planChildren(input: ChildrenInput): ChildrenPlan {
  const { desired, observed, remembered } = input;
  const memory = new Map(remembered.map((child) => [child.id, child]));
  const wanted = desired.map((child) => ({ key: rememberedKey(child), naturalKey: child.natural, child }));
  const seen = observed.map((object) => ({ id: object.id, naturalKey: input.rules.natural(object.fields), object }));
  const list = planList({ desired: wanted, observed: seen, remembered, policy: input.policy });

  const kept: ChildrenPlan['kept'] = desired.map(() => undefined);
  const steps: Step[] = [];
  for (const pair of list.pairs) {
    kept[pair.index] = pair.observed.object;
    const step = updateStep(input, pair.index, pair.desired.child, pair.observed.object, memory.get(pair.observed.id));
    if (step) steps.push(step);
  }
  const causes = new Map<number, Cause>();
  for (const step of list.steps) {
    if (step.op === 'add') {
      const child = desired[step.desired]!;
      const cause: Cause = memory.size > 0 && isRemembered(remembered, child) ? 'drift' : 'spec';
      causes.set(step.desired, cause);
      steps.push(addStep(input, step.desired, child, cause));
    } else if (step.op === 'move') {
      const child = desired[step.desired]!;
      const cause = causes.get(step.desired) ?? (movedBySomebody(remembered, wanted) ? 'drift' : 'spec');
      steps.push(moveStep(input, step.desired, child, step.id, step.position, cause));
    } else if (step.op === 'delete') {
      const object = observed.find(({ id }) => id === step.id)!;
      steps.push(deleteStep(input, object, memory.has(step.id) ? 'spec' : 'drift'));
    }
  }
  return { steps, kept };
}

/** Which remote child each desired one is; undefined where none is. */
export function expectedOf(
  kind: Kind,
  desired: Desired,
  observed: readonly RemoteObject[],
  remembered: readonly ChildStatus[],
): (RemoteObject | undefined)[] {
  const input = { rules: kind.children!, table: kind.fields, policy: policyOf(desired) };
  return planChildren({ ...input, desired: desired.children!, observed, remembered }).kept;
}

/** How the list is planned; careful while it is not known in full. */
export function policyOf({ missing, childPolicy }: Desired): ListPolicy {
  return missing ? 'AddOnly' : childPolicy;
}

/** What a child is remembered by: the user's key, or a hash of what identifies it. */
export function rememberedKey(child: DesiredChild): string {
  return child.key ?? shortHash(child.natural);
}

/** One hash for all managed fields of a child. */
export function childHash(fields: ReadonlyMap<string, Json>): string {
  return shortHash([...fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, value]) => [path, value]));
}

/** The same fields as the server shows them; undefined when it shows none of them. */
export function observedHash(wanted: ReadonlyMap<string, Json>, object: RemoteObject): string {
  const shown = [...wanted.keys()].flatMap((path) => {
    const value = object.fields.get(path);
    return value === undefined ? [] : [[path, value] as const];
  });
  return childHash(new Map(shown));
}

function updateStep(
  input: ChildrenInput,
  index: number,
  child: DesiredChild,
  object: RemoteObject,
  memory: ChildStatus | undefined,
): Step | undefined {
  const hash = childHash(child.fields);
  const unmoved = memory?.applied === hash;
  if (unmoved && memory.accepted === observedHash(child.fields, object)) return undefined;
  const changes: Change[] = [];
  // What does not show is unknown, but not where the server shows that this is about something else.
  const unknown = input.rules.natural(object.fields) === child.natural && (unmoved || memory === undefined);
  for (const [path, to] of child.fields) {
    const field = fieldOf(input.table, `${input.rules.list}[${index}].${path}`);
    const from = object.fields.get(path);
    if (from === undefined ? unknown : equal(field?.equality ?? 'json', to, from)) continue;
    const cause: Cause = unmoved ? 'drift' : 'spec';
    changes.push({
      path: `${input.rules.list}[${index}].${path}`,
      from,
      to,
      cause,
      destructive: isDestructive(field, to),
    });
  }
  if (changes.length === 0) return undefined;
  return makeStep({
    verb: 'updateChild',
    title: titleOf('update', input.rules, child.fields),
    changes,
    destructive: changes.some((change) => change.destructive),
    cause: unmoved ? 'drift' : 'spec',
    ...(input.rules.loss && { loss: `${input.rules.loss} of ${labelOf(input.rules, object.fields)}` }),
    child: { id: object.id, wanted: index, natural: child.natural },
  });
}

function addStep(input: ChildrenInput, index: number, child: DesiredChild, cause: Cause): Step {
  const changes = [...child.fields].map(
    ([path, to]): Change => ({
      path: `${input.rules.list}[${index}].${path}`,
      from: undefined,
      to,
      cause,
      destructive: false,
    }),
  );
  return makeStep({
    verb: 'addChild',
    title: titleOf('add', input.rules, child.fields),
    changes,
    destructive: false,
    cause,
    child: { wanted: index, natural: child.natural },
  });
}

function moveStep(
  input: ChildrenInput,
  index: number,
  child: DesiredChild,
  id: string | undefined,
  position: number,
  cause: Cause,
): Step {
  return makeStep({
    verb: 'moveChild',
    title: `${titleOf('move', input.rules, child.fields)} to place ${position + 1}`,
    changes: [],
    destructive: false,
    cause,
    child: { id, position, wanted: index, natural: child.natural },
  });
}

function deleteStep(input: ChildrenInput, object: RemoteObject, cause: Cause): Step {
  const { natural, loss } = input.rules;
  return makeStep({
    verb: 'deleteChild',
    title: titleOf('delete', input.rules, object.fields),
    changes: [],
    destructive: loss !== undefined,
    cause,
    ...(loss && { loss: `${loss} of ${labelOf(input.rules, object.fields)}` }),
    child: { id: object.id, natural: natural(object.fields) },
  });
}

/** `addTask Accounts`, for people. */
export function titleOf(verb: string, rules: ChildRules, fields: ReadonlyMap<string, Json>): string {
  return `${verb}${rules.noun} ${labelOf(rules, fields)}`;
}

function labelOf({ label, natural }: ChildRules, fields: ReadonlyMap<string, Json>): string {
  return showValue('', (label ?? natural)(fields)) ?? '';
}

function isRemembered(remembered: readonly ChildStatus[], child: DesiredChild): boolean {
  const key = rememberedKey(child);
  return remembered.some((entry) => entry.key === key);
}

/** True when the spec still has the remembered order, so that somebody else moved them. */
function movedBySomebody(remembered: readonly ChildStatus[], wanted: readonly { key: string }[]): boolean {
  return remembered.length === wanted.length && remembered.every((entry, at) => entry.key === wanted[at]!.key);
}
