import type { Json } from '../ports/json.ts';
import { applyChildren } from './applyChildren.ts';
import { create, recreate } from './create.ts';
import type { Write, WrittenField } from './memory.ts';
import type { GatheredPass } from './pass.ts';
import type { Step } from './plan.ts';
import { hashField } from './planObject.ts';
import { RemoteError, type RemoteObject } from './remote.ts';
import type { Status } from './resource.ts';
import { settleMade } from './settle.ts';
import { fence, isClear, readBack } from './writing.ts';

/**
 * Carries out steps in order, one remote write a step; neighbouring updates are one write. Rejects with RemoteError or Fenced;
 * what was done until then stands in the draft. Resolves to the object as read afterwards, when it could be read.
 */
export async function apply(
  pass: GatheredPass,
  steps: readonly Step[],
  observed: RemoteObject | undefined,
): Promise<RemoteObject | undefined> {
  let object = observed;
  let created = false;
  for (let at = 0; at < steps.length; ) {
    const step = steps[at]!;
    let end = at + 1;
    pass.applying = [step];
    if (step.verb === 'create' || step.verb === 'recreate') {
      const more = isChildStep(steps[end]);
      if (step.verb === 'recreate') await recreate(pass, step, object!, more);
      else await create(pass, step, more);
      created = true;
      object = undefined;
    } else if (isChildStep(step)) {
      while (isChildStep(steps[end])) end++;
      object = await applyChildren(pass, steps.slice(at, end), object);
    } else {
      while (step.verb === 'update' && steps[end]?.verb === 'update') end++;
      pass.applying = steps.slice(at, end);
      object ??= await readBack(pass);
      if (!object) return undefined;
      const fresh = created && step.verb === 'activate';
      object = await update(pass, steps.slice(at, end), object, fresh);
      if (!object) return undefined;
    }
    at = end;
  }
  return object ?? readBack(pass);
}

function isChildStep(step: Step | undefined): boolean {
  return step?.verb.endsWith('Child') === true;
}

async function update(
  pass: GatheredPass,
  steps: readonly Step[],
  base: RemoteObject,
  fresh: boolean,
): Promise<RemoteObject | undefined> {
  const { desired, scope } = pass.gathered;
  const changes = new Map<string, Json>();
  for (const change of steps.flatMap((step) => step.changes)) {
    const value = change.secret ? desired.secrets.get(change.path) : change.to;
    if (value !== undefined) changes.set(change.path, value);
  }
  // A brand-new object without secrets can lose nothing: it shows whether a PUT merges or replaces.
  const partial = fresh && scope.putStyle === undefined && desired.secrets.size === 0;
  const sent =
    scope.putStyle === 'merge' || partial
      ? changes
      : new Map<string, Json>([...desired.secrets, ...unshown(pass, base), ...changes]);
  let doubted = partial ? await doubt(pass, base) : undefined;
  await putRemembered(pass, base, changes, sent, partial).catch(async (error: unknown) => {
    if (doubted && (!(error instanceof RemoteError) || isClear(error))) restore(pass, doubted);
    if (!doubted || !wantsAll(error)) throw error;
    doubted = undefined;
    scope.learnPutStyle('replace');
    await putRemembered(pass, base, changes, new Map([...desired.fields, ...changes]), false);
  });
  const after = await readBack(pass);
  if (!after) return undefined;
  const lost = lostFields(base, after, changes);
  const isSeen = lost.size > 0 || shows(after, changes);
  if (doubted && isSeen) scope.learnPutStyle(lost.size > 0 ? 'replace' : 'merge');
  if (lost.size > 0) {
    pass.logger.warn({ fields: [...lost.keys()] }, 'the server dropped fields that were not written; restoring them');
    await put(pass, after, new Map([...desired.secrets, ...unshown(pass, after), ...lost]), false);
  }
  if (doubted && isSeen) {
    restore(pass, doubted);
    remember(pass, base, changes);
  }
  return lost.size > 0 ? readBack(pass) : after;
}

interface Known {
  applied: Status['applied'];
  write: Write | undefined;
}

/**
 * Whether a part of an object takes the rest away is seen only afterwards. Until then, and if this process ends before, all of it
 * counts as never written: where the server does not show what it lost, nothing else would miss it.
 */
async function doubt(pass: GatheredPass, base: RemoteObject): Promise<Known> {
  const { draft, memory, kind, gathered, deps } = pass;
  settleMade(kind, {
    observed: base,
    desired: gathered.desired,
    memory,
    status: draft.status,
    macs: deps.macs,
  });
  const known = { applied: draft.status.applied, write: memory.write };
  restore(pass, { applied: undefined, write: undefined });
  await draft.save();
  return known;
}

function restore({ draft, memory }: GatheredPass, { applied, write }: Known): void {
  draft.status.applied = applied;
  memory.write = write;
}

/** What was written before and the base does not show yet: a server that replaces would lose it again. */
function unshown({ memory, gathered, deps }: GatheredPass, base: RemoteObject): Map<string, Json> {
  const found = new Map<string, Json>();
  for (const [path, { want }] of memory.write?.fields ?? []) {
    const value = gathered.desired.fields.get(path);
    if (value === undefined || hashField(deps.macs, path, value) !== want) continue;
    if (hashField(deps.macs, path, base.fields.get(path) ?? null) !== want) found.set(path, value);
  }
  return found;
}

/** What a server that replaces says to a part of an object: something else is required. */
function wantsAll(error: unknown): boolean {
  if (!(error instanceof RemoteError) || error.outcome.kind !== 'http') return false;
  return error.outcome.status === 400 || error.outcome.status === 422;
}

/** A PUT that failed, or may have, is not done: what it wanted is planned anew, and may be sent again. */
async function putRemembered(
  pass: GatheredPass,
  base: RemoteObject,
  changes: ReadonlyMap<string, Json>,
  sent: ReadonlyMap<string, Json>,
  partial: boolean,
): Promise<void> {
  const known = { applied: pass.draft.status.applied, write: pass.memory.write };
  remember(pass, base, changes);
  try {
    await put(pass, base, sent, partial);
  } catch (error) {
    restore(pass, known);
    throw error;
  }
}

async function put(pass: GatheredPass, base: RemoteObject, changes: ReadonlyMap<string, Json>, partial: boolean) {
  fence(pass);
  pass.memory.wroteAt = pass.deps.clock.now();
  await pass.gathered.remote.update(base, changes, partial);
}

/** Notes what a write wants and what was there before, for the passes until a read shows it. */
function remember(pass: GatheredPass, base: RemoteObject, changes: ReadonlyMap<string, Json>): void {
  const { macs, clock } = pass.deps;
  const fields = new Map(
    [...changes]
      .filter(([path]) => !pass.gathered.desired.secrets.has(path))
      .map(([path, to]) => [path, { want: hashField(macs, path, to), before: base.fields.get(path) }]),
  );
  const hash = (path: string) => hashField(macs, path, base.fields.get(path) ?? null);
  const open = [...(pass.memory.write?.fields ?? [])].filter(
    ([path, field]) => field.made || hash(path) !== field.want,
  );
  pass.memory.write = {
    at: clock.now(),
    fields: new Map<string, WrittenField>([...open, ...fields]),
    children: pass.memory.write?.children ?? new Map(),
    ...(base.updatedAt !== undefined && { updatedAt: base.updatedAt }),
  };
  const applied = { ...pass.draft.status.applied };
  for (const [path, { want }] of fields) applied[path] = want;
  for (const [path, value] of pass.gathered.desired.secrets) {
    if (changes.has(path)) applied[path] = macs.mac(path, value);
  }
  pass.draft.status.applied = applied;
}

/** Fields that the write did not name and that are gone or different since: they have to be put back. */
function lostFields(before: RemoteObject, after: RemoteObject, written: ReadonlyMap<string, Json>): Map<string, Json> {
  const lost = new Map<string, Json>();
  for (const [path, value] of before.fields) {
    if (written.has(path) || before.masked.has(path) || value === null || value === '') continue;
    // A field that this version does not know may change by itself; only its disappearance is a loss.
    const now = after.fields.get(path);
    const gone = now === undefined || now === null || now === '';
    if (gone || (!path.startsWith('extra.') && JSON.stringify(now, bigints) !== JSON.stringify(value, bigints))) {
      lost.set(path, value);
    }
  }
  return lost;
}

const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);

function shows(after: RemoteObject, changes: ReadonlyMap<string, Json>): boolean {
  return [...changes].some(([path, value]) => after.fields.get(path) === value);
}
