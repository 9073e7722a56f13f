import type { Json } from '../ports/json.ts';
import { shortHash } from './digest.ts';
import type { Desired, Kind, Scope } from './kind.ts';
import type { Macs } from './macs.ts';
import { type Change, causeOf, makeStep, type Plan, type Step } from './plan.ts';
import { planChildren, policyOf, titleOf } from './planChildren.ts';
import { planFields } from './planFields.ts';
import type { RemoteObject } from './remote.ts';
import type { Status } from './resource.ts';
import { isSensitivePath } from './show.ts';

export interface PlanInput {
  kind: Kind;
  desired: Desired;
  observed: RemoteObject | undefined;
  /** It was there, was ours, and is gone. */
  vanished: boolean;
  adopting: boolean;
  status: Status;
  scope: Pick<Scope, 'putStyle'>;
  macs: Macs;
}

/** Desired against observed: the whole plan of one object; pure. */
export function planObject(input: PlanInput): Plan {
  if (!input.observed) return { steps: planCreation(input), refused: [] };
  const { desired, observed, kind, status, macs } = input;
  const diff = planFields({
    table: kind.fields,
    wanted: desired.fields,
    secrets: desired.secrets,
    observed,
    applied: status.applied ?? {},
    accepted: status.accepted ?? {},
    hash: (path, value) => hashField(macs, path, value),
    mac: macs.mac,
    foreignMac: macs.isForeign,
    adopting: input.adopting,
  });
  const recreating = diff.changes.filter((change) => isRecreate(kind, change));
  if (recreating.length > 0) {
    const step = updateStep('recreate', `recreate ${desired.name}`, recreating, input);
    const loss = kind.lossWhenRemade ?? 'the object as it is on the server';
    return { steps: [{ ...step, destructive: true, loss }], refused: [] };
  }
  const children = planKept(input);
  return { steps: orderSteps(input, diff.changes, children), refused: diff.refused };
}

/** A new object: made with its schedule off, given its children, and switched on last. */
function planCreation({ kind, desired, vanished, macs }: PlanInput): Step[] {
  const cause = vanished ? 'vanished' : 'spec';
  const last = activationOf(kind, desired);
  const change = (path: string, to: Json): Change => ({ path, from: undefined, to, cause, destructive: false });
  const fields = [...desired.fields].map(([path, to]) => change(path, path === last ? false : to));
  const secrets = [...desired.secrets.keys()].map((path) => ({ ...change(path, null), to: undefined, secret: true }));
  const create = makeStep(
    {
      verb: 'create',
      title: vanished ? `recreate ${desired.name}` : `create ${desired.name}`,
      changes: [...fields, ...secrets],
      destructive: vanished && kind.lossWhenRemade !== undefined,
      cause,
      ...(vanished && { loss: kind.lossWhenRemade }),
    },
    secretsIdentity(desired, macs),
  );
  const children = (desired.children ?? []).map((child, wanted) =>
    makeStep({
      verb: 'addChild',
      title: titleOf('add', kind.children!, child.fields),
      changes: [...child.fields].map(([path, to]) => change(`${kind.children?.list}[${wanted}].${path}`, to)),
      destructive: false,
      cause,
      child: { wanted, natural: child.natural },
    }),
  );
  return last ? [create, ...children, activateStep(last, cause)] : [create, ...children];
}

function activateStep(path: string, cause: Change['cause']): Step {
  const changes: Change[] = [{ path, from: false, to: true, cause, destructive: false }];
  return makeStep({ verb: 'activate', title: `activate ${path}`, changes, destructive: false, cause });
}

function planKept({ kind, desired, observed, status }: PlanInput): Step[] {
  if (!kind.children || !desired.children || !observed?.children) return [];
  return planChildren({
    rules: kind.children,
    table: kind.fields,
    desired: desired.children,
    observed: observed.children,
    remembered: status.children ?? [],
    policy: policyOf(desired),
  }).steps;
}

/** Harmless field changes first, then children, then what may lose data; switching a schedule on comes after new children. */
function orderSteps(input: PlanInput, changes: Change[], children: Step[]): Step[] {
  const last = activationOf(input.kind, input.desired);
  // One that we made and never switched on is still new.
  const isNew = last !== undefined && input.status.owned === true && input.status.applied?.[last] === undefined;
  const incomplete = isNew || children.length > 0 || input.desired.missing !== undefined;
  const late = incomplete ? changes.filter(({ path }) => path === last) : [];
  const early = changes.filter((change) => !late.includes(change));
  const lossy = losesSecrets(input);
  const safe = early.filter((change) => !change.destructive);
  const risky = early.filter((change) => change.destructive);
  const steps: Step[] = [];
  if (safe.length > 0) steps.push(updateStep('update', 'update', safe, input, lossy));
  if (risky.length > 0) steps.push(updateStep('update', 'update', risky, input, lossy));
  steps.push(...children);
  if (late.length > 0) steps.push(activateStep(last!, causeOf(late)));
  return steps;
}

function updateStep(
  verb: 'update' | 'recreate',
  title: string,
  changes: Change[],
  input: PlanInput,
  lossy?: string,
): Step {
  const step = {
    verb,
    title,
    changes,
    destructive: lossy !== undefined || changes.some((change) => change.destructive),
    cause: causeOf(changes),
    ...(lossy && { loss: lossy }),
  };
  return makeStep(step, changes.some((change) => change.secret) ? secretsIdentity(input.desired, input.macs) : '');
}

/** A PUT that may replace the whole item would drop secrets that nobody here knows (`SecretsMayBeLost`). */
function losesSecrets({ desired, observed, scope }: PlanInput): string | undefined {
  if (scope.putStyle === 'merge') return undefined;
  const ours = new Set([...desired.fields.keys(), ...desired.secrets.keys()].map((path) => path.toLowerCase()));
  const hidden = [...(observed?.masked ?? [])].filter((path) => !ours.has(path.toLowerCase()));
  if (hidden.length === 0) return undefined;
  return `SecretsMayBeLost: ${hidden.join(', ')} is set on the server, hidden, and not in the spec`;
}

function activationOf(kind: Kind, desired: Desired): string | undefined {
  return kind.activation && desired.fields.get(kind.activation) === true ? kind.activation : undefined;
}

function isRecreate(kind: Kind, change: Change): boolean {
  return kind.fields.some((field) => field.path === change.path && field.change === 'recreate');
}

function secretsIdentity(desired: Desired, macs: Macs): string {
  return [...desired.secrets].map(([path, value]) => `${path}=${macs.mac(path, value)}`).join(',');
}

/** The hash that status remembers of a wanted value; keyed when its name suggests a secret. */
export function hashField(macs: Macs, path: string, value: Json): string {
  return isSensitivePath(path) ? macs.mac(path, value) : shortHash(value);
}
