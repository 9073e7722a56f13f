import { shortHash } from './digest.ts';
import type { GatheredPass } from './pass.ts';
import type { Step } from './plan.ts';
import { childHash, observedHash, rememberedKey } from './planChildren.ts';
import { RemoteError, type RemoteObject } from './remote.ts';
import type { ChildStatus } from './resource.ts';
import { clearIntent, fence, isClear, readBack, unsettled, writeIntent } from './writing.ts';

/** One batch of child steps: one intent, one call a step, one outcome, which is saved with whatever comes next. */
export async function applyChildren(
  pass: GatheredPass,
  steps: readonly Step[],
  observed: RemoteObject | undefined,
): Promise<RemoteObject | undefined> {
  const { deps } = pass;
  await writeIntent(pass, {
    verb: 'children',
    at: new Date(deps.clock.now()).toISOString(),
    expected: expectedDigest(naturalsAfter(pass, steps, observed)),
  });
  const before = new Set(observed?.children?.map(({ id }) => id));
  const added = new Map<number, string | undefined>();
  pass.memory.write ??= { at: deps.clock.now(), fields: new Map(), children: new Map() };
  pass.memory.write.at = deps.clock.now();
  for (const [at, step] of steps.entries()) {
    fence(pass);
    pass.applying = [step];
    pass.memory.wroteAt = deps.clock.now();
    try {
      await applyChild(pass, step, observed, added);
    } catch (error) {
      rememberChildren(pass, added);
      if (error instanceof RemoteError && isClear(error)) keepDone(pass, steps.slice(0, at), observed);
      throw error;
    }
  }
  const after = await readBack(pass);
  if (after?.children) nameAdded(after.children, before, added);
  rememberChildren(pass, added);
  // A list that lags must not be planned from, or what it lacks would be added once more: the intent makes the next pass wait.
  const shown = after !== undefined && showsSteps(after, steps, added);
  const { status } = pass.draft;
  const intent = status.pending?.intent;
  if (shown) clearIntent(pass);
  else if (intent) status.pending = { ...status.pending, intent: { ...intent, done: true } };
  if (after && !shown) throw unsettled('the list was changed, but the server does not show it yet');
  return after;
}

/** A refused step did nothing, but those before it are done: until the list shows them, the next pass must not plan from it. */
function keepDone(pass: GatheredPass, done: readonly Step[], observed: RemoteObject | undefined): void {
  const { status } = pass.draft;
  const intent = status.pending?.intent;
  if (done.length === 0 || !intent) {
    clearIntent(pass);
    return;
  }
  const expected = expectedDigest(naturalsAfter(pass, done, observed));
  status.pending = { ...status.pending, intent: { ...intent, expected, done: true } };
}

/** What identifies the children once the steps are done. */
function naturalsAfter(
  { kind, gathered }: GatheredPass,
  steps: readonly Step[],
  observed: RemoteObject | undefined,
): string[] {
  const { natural } = kind.children!;
  const left = new Map((observed?.children ?? []).map((child) => [child.id, natural(child.fields)]));
  const added: string[] = [];
  for (const { verb, child } of steps) {
    if (verb === 'deleteChild') left.delete(child!.id!);
    if (verb === 'updateChild') left.set(child!.id!, gathered.desired.children![child!.wanted!]!.natural);
    if (verb === 'addChild') added.push(gathered.desired.children![child!.wanted!]!.natural);
  }
  return [...left.values(), ...added];
}

/** Whether the list is younger than the adds and deletes; a server that shows no list cannot tell. */
function showsSteps(
  { children }: RemoteObject,
  steps: readonly Step[],
  added: ReadonlyMap<number, string | undefined>,
): boolean {
  if (!children) return true;
  const ids = new Set(children.map(({ id }) => id));
  const deleted = steps.filter(({ verb }) => verb === 'deleteChild').map(({ child }) => child!.id!);
  return [...added.values()].every((id) => id !== undefined && ids.has(id)) && !deleted.some((id) => ids.has(id));
}

/** What a list of children should hold, whatever its order. */
export function expectedDigest(naturals: readonly string[]): string {
  return shortHash([...naturals].sort());
}

async function applyChild(
  pass: GatheredPass,
  step: Step,
  observed: RemoteObject | undefined,
  added: Map<number, string | undefined>,
): Promise<void> {
  const parentId = pass.draft.status.id!;
  const api = pass.gathered.remote.children!;
  const target = step.child!;
  const wanted = target.wanted === undefined ? undefined : pass.gathered.desired.children![target.wanted];
  const base = observed?.children?.find(({ id }) => id === target.id);
  switch (step.verb) {
    case 'addChild': {
      const { id } = await api.add(parentId, wanted!.fields, (observed?.children?.length ?? 0) + added.size);
      added.set(target.wanted!, id);
      if (id !== undefined) noteWrite(pass, id, childHash(wanted!.fields), undefined);
      return;
    }
    case 'updateChild': {
      const changes = new Map(step.changes.map((change) => [change.path.replace(/^[^[]*\[\d+\]\./, ''), change.to!]));
      await api.update(parentId, base!, changes);
      noteWrite(pass, base!.id, childHash(wanted!.fields), observedHash(wanted!.fields, base!));
      return;
    }
    case 'moveChild': {
      const child = base ?? (await addedChild(pass, target.wanted!, observed, added));
      await api.move(parentId, child, target.position!);
      return;
    }
    case 'deleteChild':
      await api.delete(parentId, target.id!);
      return;
  }
}

/** A child that was added a moment ago, so that it can be moved; read where the reply did not name it. */
async function addedChild(
  pass: GatheredPass,
  wanted: number,
  observed: RemoteObject | undefined,
  added: Map<number, string | undefined>,
): Promise<RemoteObject> {
  const id = added.get(wanted);
  if (id !== undefined) return { id, fields: new Map(), masked: new Set() };
  const now = await readBack(pass);
  const before = new Set(observed?.children?.map((child) => child.id));
  nameAdded(now?.children ?? [], before, added);
  const child = now?.children?.find((one) => one.id === added.get(wanted));
  if (!child) throw unsettled(`item ${wanted + 1} was added, but the server does not list it yet`);
  return child;
}

/** Gives ids to children that were added without one in the reply: what is new, in the order of the adds. */
function nameAdded(
  children: readonly RemoteObject[],
  before: ReadonlySet<string>,
  added: Map<number, string | undefined>,
) {
  const taken = new Set(added.values());
  const fresh = children.filter(({ id }) => !before.has(id) && !taken.has(id));
  const nameless = [...added].filter(([, id]) => id === undefined);
  if (fresh.length !== nameless.length) return;
  for (const [at, [wanted]] of nameless.entries()) added.set(wanted, fresh[at]!.id);
}

/** Remembers which child is which, so that the next plan matches them even when the server words them differently. */
function rememberChildren(pass: GatheredPass, added: ReadonlyMap<number, string | undefined>): void {
  const remembered = new Map((pass.draft.status.children ?? []).map((child) => [child.id, child]));
  for (const [wanted, id] of added) {
    const child = pass.gathered.desired.children![wanted]!;
    if (id === undefined) continue;
    remembered.set(id, { id, key: rememberedKey(child), applied: childHash(child.fields) });
    noteWrite(pass, id, childHash(child.fields), undefined);
  }
  pass.draft.status.children = [...remembered.values()] satisfies ChildStatus[];
}

function noteWrite(pass: GatheredPass, id: string, want: string, before: string | undefined): void {
  pass.memory.write?.children.set(id, { want, ...(before !== undefined && { before }) });
}
