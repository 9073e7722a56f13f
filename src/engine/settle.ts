import { fieldOf } from '../api/fields.ts';
import type { Json } from '../ports/json.ts';
import { equal } from './equality.ts';
import type { Desired, Kind } from './kind.ts';
import type { Macs } from './macs.ts';
import type { Memory, Write, WrittenField } from './memory.ts';
import type { Change, Plan, Step } from './plan.ts';
import { childHash, observedHash } from './planChildren.ts';
import { hashField } from './planObject.ts';
import type { RemoteObject } from './remote.ts';
import type { Accepted, Status } from './resource.ts';

export interface Settled {
  /** What is still to be done. */
  plan: Plan;
  /** Written, but not shown yet: wait and read again. */
  unconfirmed: string[];
  /** Paths that the server kept as they were. */
  refused: string[];
}

export interface SettleInput {
  observed: RemoteObject;
  desired: Desired;
  memory: Memory;
  status: Status;
  macs: Macs;
  now: number;
  /** The write was not read back at once: somebody may have changed what it wrote before it was read. */
  late: boolean;
  lagGraceMs: number;
}

/**
 * Compares a plan made after our own write with that write: a path that shows a third value was normalised by the server,
 * one that still shows the old value was refused, or the read lags (design §5, "Normalised by the server"). What only a later pass
 * sees may be somebody's doing: it is drift, unless it comes again after it was corrected.
 */
export function settleWrites(
  plan: Plan,
  { observed, desired, memory, status, macs, now, late, lagGraceMs }: SettleInput,
): Settled {
  const { write, doubted: doubtedBefore } = memory;
  if (!write) return { plan, unconfirmed: [], refused: plan.refused.map(({ path }) => path) };
  const recent = now - write.at < lagGraceMs;
  const childrenShow = forgetShownChildren(write, plan, observed);
  const isMade = [...write.fields.values()].every(({ made }) => made);
  const onlyMade = isMade && write.children.size === 0 && (childrenShow || write.fields.size > 0);
  const shown = showsFields(write, observed, macs) || onlyMade;
  write.blind ||= now - (write.seenAt ?? write.at) > lagGraceMs;
  const lagging = recent && !shown && !isYounger(write, observed);
  const accepted: Record<string, Accepted> = { ...status.accepted };
  const unconfirmed: string[] = [];
  const refused = new Set(plan.refused.map(({ path }) => path));
  const steps: Step[] = [];
  for (const step of plan.steps) {
    if (step.verb === 'updateChild') {
      const child = settleChild(step, { observed, desired, memory, status, late }, lagging);
      if (child === 'unconfirmed') unconfirmed.push(step.title);
      if (child !== 'open') continue;
    }
    const left = step.changes.filter((change) => {
      const wrote = write.fields.get(change.path);
      if (!wrote || change.to === undefined || wrote.want !== hashField(macs, change.path, change.to)) return true;
      const seen = outcomeOf(change, wrote, macs);
      const before = doubted(memory, change.path, seen);
      const outcome = before ?? seen;
      // A later update time may be that of an earlier change, which the read before ours did not show yet.
      if (!wrote.made && (lagging || (outcome.refused && recent && !shown))) {
        unconfirmed.push(change.path);
        return false;
      }
      // The old value that was there all the time was kept; one that is there again after a while may have been put back.
      if ((late || write.byName) && !before && (outcome.refused ? write.blind : !isReworded(change))) {
        doubt(memory, change.path, outcome);
        return true;
      }
      accepted[change.path] = outcome;
      if (outcome.refused) refused.add(change.path);
      return false;
    });
    if (left.length > 0 || step.changes.length === 0)
      steps.push(left.length === step.changes.length ? step : { ...step, changes: left });
  }
  if (Object.keys(accepted).length > 0) status.accepted = accepted;
  if (unconfirmed.length === 0 && !lagging) {
    memory.write = undefined;
    // Settled without a new doubt: the next time that somebody comes is the first again.
    if (memory.doubted === doubtedBefore) memory.doubted = undefined;
  } else write.seenAt = now;
  return { plan: { ...plan, steps }, unconfirmed, refused: [...refused] };
}

/** What the server made of the values that an object was made with, as its first read shows them: its wording, unless it left them out. */
export function settleMade(
  { fields: table }: Pick<Kind, 'fields'>,
  { observed, desired, memory, status, macs }: Omit<SettleInput, 'now' | 'late' | 'lagGraceMs'>,
): void {
  if (!memory.write || memory.write.byName) return;
  for (const [path, wrote] of memory.write.fields) {
    const [from, to] = [observed.fields.get(path), desired.fields.get(path)];
    if (!wrote.made || from === undefined || to === undefined || observed.masked.has(path)) continue;
    // What is switched on last was made otherwise.
    if (wrote.want !== hashField(macs, path, to) || equal(fieldOf(table, path)?.equality ?? 'json', to, from)) continue;
    const outcome = outcomeOf({ path, from, to }, wrote, macs);
    if (!outcome.refused) status.accepted = { ...status.accepted, [path]: outcome };
  }
}

/**
 * What shows as it was written is settled: a later difference is somebody's change, and not the server's wording. True when that
 * settles the last of them.
 */
function forgetShownChildren(write: Write, plan: Plan, observed: RemoteObject): boolean {
  const differing = new Set(plan.steps.flatMap(({ verb, child }) => (verb === 'updateChild' ? [child!.id] : [])));
  const shown = (observed.children ?? []).filter(({ id }) => write.children.has(id) && !differing.has(id));
  for (const { id } of shown) write.children.delete(id);
  return shown.length > 0 && write.children.size === 0;
}

/** A child that we wrote and that still differs: worded by the server in its own way, once the read is not merely late. */
function settleChild(
  step: Step,
  { observed, desired, memory, status, late }: Pick<SettleInput, 'observed' | 'desired' | 'memory' | 'status' | 'late'>,
  lagging: boolean,
): 'open' | 'unconfirmed' | 'settled' {
  const child = desired.children?.[step.child!.wanted!];
  const wrote = memory.write?.children.get(step.child!.id!);
  const shown = observed.children?.find(({ id }) => id === step.child!.id);
  if (!child || !shown || wrote?.want !== childHash(child.fields)) return 'open';
  if (lagging) return 'unconfirmed';
  const outcome = { want: wrote.want, got: observedHash(child.fields, shown) };
  const isOld = outcome.got === wrote.before;
  if (late && !isOld && !step.changes.every(isReworded) && !doubted(memory, shown.id, outcome)) {
    doubt(memory, shown.id, outcome);
    return 'open';
  }
  const entry = status.children?.find(({ id }) => id === shown.id);
  if (entry) Object.assign(entry, { applied: outcome.want, accepted: outcome.got });
  return 'settled';
}

function withoutBlanks(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value.replace(/\s+/g, '') : undefined;
}

/** Blanks that a server leaves out it leaves out each time: that it shows the same as before is no refusal. */
function isRespaced({ from, to }: Pick<Change, 'from' | 'to'>): boolean {
  const words = withoutBlanks(from);
  return words !== undefined && words === withoutBlanks(to);
}

/** The same words, but for case and blanks: nobody's change. */
function isReworded({ from, to }: Change): boolean {
  const words = withoutBlanks(from)?.toLowerCase();
  return words !== undefined && words === withoutBlanks(to)?.toLowerCase();
}

/** What the first of two such reads amounted to: a server does the same each time, a person would have to come twice. */
function doubted({ doubted: all }: Memory, key: string, { want, got }: Accepted): Accepted | undefined {
  const before = all?.get(key);
  return before?.want === want && before.got === got ? before : undefined;
}

function doubt(memory: Memory, key: string, outcome: Accepted): void {
  memory.doubted = new Map(memory.doubted).set(key, outcome);
}

/** True when the update time moved since the read before the write. */
function isYounger(write: Write, observed: RemoteObject): boolean {
  return write.updatedAt !== undefined && observed.updatedAt !== undefined && observed.updatedAt > write.updatedAt;
}

/** True when the read is certainly younger than the write: something that was written shows. */
function showsFields(write: Write, observed: RemoteObject, macs: Macs): boolean {
  for (const [path, { before, made }] of write.fields) {
    if (made) continue;
    const shown = observed.fields.get(path);
    if (shown === undefined || observed.masked.has(path)) continue;
    if (before === undefined || hashField(macs, path, shown) !== hashField(macs, path, before)) return true;
  }
  return false;
}

function outcomeOf(change: Pick<Change, 'path' | 'from' | 'to'>, wrote: WrittenField, macs: Macs): Accepted {
  const { path, from = null, to } = change;
  const got = hashField(macs, path, from);
  const same = wrote.before !== undefined && hashField(macs, path, wrote.before) === got && !isRespaced(change);
  // No value is no wording of one: it was left out when the object was made.
  const dropped = wrote.made === true && (from === null || from === '') && to !== null && to !== '';
  return { want: wrote.want, got, ...((same || dropped) && { refused: true }) };
}
