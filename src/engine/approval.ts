import type { Random } from '../ports/random.ts';
import { shortHash } from './digest.ts';
import type { Gated, Hold } from './gate.ts';
import type { Change, Step } from './plan.ts';
import type { PlanChange, PlanStatus, Status } from './resource.ts';
import { showValue } from './show.ts';

/** At most this many changes are listed in status; the rest is counted. */
const LISTED = 20;

/**
 * The plan as status shows it: held steps first, then what is on its way. Undefined when nothing is planned.
 * The id is random and kept while the digest of the held steps is the same, so that an approval fits exactly what was seen.
 */
export function describePlan(gated: Gated, previous: PlanStatus | undefined, random: Random): PlanStatus | undefined {
  if (gated.held.length === 0) return undefined;
  const digest = shortHash(gated.held.map(({ step }) => step.key));
  const changes = gated.held.flatMap(({ step, why }) => listChanges(step, why));
  const plan: PlanStatus = {
    id: previous?.digest === digest ? previous.id : Buffer.from(random.bytes(6)).toString('base64url'),
    digest,
    summary: summarise(gated.held.map(({ step }) => step)),
    changes: changes.slice(0, LISTED),
  };
  if (changes.length > LISTED) plan.more = changes.length - LISTED;
  return plan;
}

/** The steps that an approval of the plan covers. */
export function approvable(gated: Gated): string[] {
  return gated.held.filter(({ why }) => why === 'Approval').map(({ step }) => step.key);
}

/** `2 updates, 1 deleteTask (destructive)` */
export function summarise(steps: readonly Step[]): string {
  const counts = new Map<string, { count: number; destructive: boolean }>();
  for (const step of steps) {
    const name = step.title.split(' ')[0]!;
    const entry = counts.get(name) ?? { count: 0, destructive: false };
    counts.set(name, { count: entry.count + 1, destructive: entry.destructive || step.destructive });
  }
  return [...counts]
    .map(([name, { count, destructive }]) => `${count} ${name}${destructive ? ' (destructive)' : ''}`)
    .join(', ');
}

function listChanges(step: Step, why: Hold): PlanChange[] {
  const { title: verb, destructive, cause } = step;
  const loss = destructive ? showValue('', step.loss) : undefined;
  const common = { verb, destructive, ...(loss !== undefined && { loss }), cause, held: why };
  if (step.changes.length === 0) return [common];
  return step.changes.map((change) => ({ ...common, ...shown(change), cause: change.cause }));
}

function shown(change: Change): Pick<PlanChange, 'path' | 'from' | 'to'> {
  if (change.secret) return { path: change.path, to: '(secret)' };
  return { path: change.path, from: showValue(change.path, change.from), to: showValue(change.path, change.to) };
}

/** Forgets all approvals but those of `keys`. */
export function keepApprovals(status: Status, keys: ReadonlySet<string>): void {
  const { approved = [], ...rest } = status.pending ?? {};
  const kept = approved.filter((key) => keys.has(key));
  const left = kept.length > 0 ? { ...rest, approved: kept } : rest;
  status.pending = Object.keys(left).length > 0 ? left : undefined;
}
