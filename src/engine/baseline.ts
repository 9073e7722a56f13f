import type { GatheredPass } from './pass.ts';
import type { Plan } from './plan.ts';
import { childHash, expectedOf, observedHash, rememberedKey } from './planChildren.ts';
import { hashField } from './planObject.ts';
import type { RemoteObject } from './remote.ts';
import type { Accepted } from './resource.ts';

/** True when every managed value is what was last written, and nothing else was: spec and secrets did not move. */
export function isUnchanged(pass: GatheredPass): boolean {
  const { desired } = pass.gathered;
  const applied = pass.draft.status.applied ?? {};
  if (Object.keys(applied).length !== desired.fields.size + desired.secrets.size) return false;
  for (const [path, value] of desired.fields)
    if (applied[path] !== hashField(pass.deps.macs, path, value)) return false;
  for (const [path, value] of desired.secrets) if (applied[path] !== pass.deps.macs.mac(path, value)) return false;
  const children = pass.draft.status.children ?? [];
  if (!desired.children) return children.length === 0;
  if (children.length !== desired.children.length) return false;
  return desired.children.every((child, at) => {
    return children[at]!.key === rememberedKey(child) && children[at]!.applied === childHash(child.fields);
  });
}

/** Records what is equal now as last written: paths still to be changed keep their old entry, paths that left the spec go. */
export function recordBaseline(pass: GatheredPass, plan: Plan, observed: RemoteObject): void {
  const { draft, gathered, deps } = pass;
  const { desired } = gathered;
  const open = new Set([...plan.steps.flatMap((step) => step.changes), ...plan.refused].map(({ path }) => path));
  const before = draft.status.applied ?? {};
  const applied: Record<string, string> = {};
  const keep = (path: string, hash: string) => {
    if (!open.has(path)) applied[path] = hash;
    else if (before[path] !== undefined) applied[path] = before[path];
  };
  for (const [path, value] of desired.fields) keep(path, hashField(deps.macs, path, value));
  for (const [path, value] of desired.secrets) keep(path, deps.macs.mac(path, value));
  // A refused path counts as sent: it must not look like a moved spec.
  for (const change of plan.refused)
    applied[change.path] = draft.status.accepted?.[change.path]?.want ?? applied[change.path]!;
  draft.status.applied = applied;
  const shown = (path: string) => hashField(deps.macs, path, observed.fields.get(path) ?? null);
  draft.status.accepted = relevant(draft.status.accepted, applied, shown);
  recordChildren(pass, plan, observed);
}

/** What once seemed refused and shows as wanted now was only late: the old value is somebody's doing when it comes back. */
function relevant(
  accepted: Record<string, Accepted> | undefined,
  applied: Record<string, string>,
  shown: (path: string) => string,
) {
  const left = Object.entries(accepted ?? {}).filter(
    ([path, { want, refused }]) => applied[path] === want && !(refused && shown(path) === want),
  );
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

function recordChildren(pass: GatheredPass, plan: Plan, observed: RemoteObject): void {
  const { draft, gathered, kind } = pass;
  const wanted = gathered.desired.children;
  if (!wanted || !kind.children) {
    draft.status.children = undefined;
    return;
  }
  // A list that is not known in full yet does not tell which of the remembered ones go.
  if (!observed.children || gathered.desired.missing || plan.steps.some((step) => step.child)) return;
  const before = new Map((draft.status.children ?? []).map((child) => [child.id, child]));
  const kept = expectedOf(kind, gathered.desired, observed.children, draft.status.children ?? []);
  draft.status.children = wanted.flatMap((child, at) => {
    const object = kept[at];
    if (!object) return [];
    const applied = childHash(child.fields);
    const known = before.get(object.id);
    const shown = observedHash(child.fields, object);
    const accepted = shown === applied ? undefined : known?.applied === applied ? (known.accepted ?? shown) : shown;
    return [{ id: object.id, key: rememberedKey(child), applied, ...(accepted && { accepted }) }];
  });
}
