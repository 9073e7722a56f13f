import type { Item, State } from '../../simulator/state.ts';
import { itemsOf, nameOf } from '../../simulator/state.ts';
import { SIM_KINDS, simKindOf } from '../kinds/all.ts';
import { contentOf, usersOf } from '../kinds/places.ts';
import type { SimKind } from '../kinds/simKind.ts';
import type { Land } from '../land.ts';
import { snapOf } from '../syncWrites.ts';
import type { WeighedActs } from './act.ts';

/** What people do in Sync's own console. */
export const PEOPLE: WeighedActs = [
  [6, tamper],
  [2, remove],
  [1, rename],
  [2, makeByHand],
  [2, runJob],
  [1, cancelRun],
];

function pickItem(land: Land): [SimKind, Item] | undefined {
  const { state } = land.setting.simulator;
  const all = SIM_KINDS.flatMap((kind) =>
    [...itemsOf(state, kind.remote).values()]
      .filter((item) => item.id !== state.defaultWorkspaceId && nameOf(item) !== 'admin')
      .map((item): [SimKind, Item] => [kind, item]),
  );
  return land.dice.pickAny(all);
}

function tamper(land: Land): string | undefined {
  const found = pickItem(land);
  if (!found) return undefined;
  const [kind, item] = found;
  const before = snapOf(item);
  const what = kind.tamper(item, land);
  land.grants.edited(before, snapOf(item));
  return what;
}

function remove(land: Land): string | undefined {
  const found = pickItem(land);
  if (!found) return undefined;
  const [kind, item] = found;
  const { state, console } = land.setting.simulator;
  // The console refuses that as well.
  if (contentOf(state, item.id) > 0 || usersOf(state, item.id).length > 0) return undefined;
  console.remove(kind.remote, item.id);
  return `removes ${kind.remote} ${nameOf(item)}`;
}

function rename(land: Land): string | undefined {
  const found = pickItem(land);
  // Who bears a name is another user.
  if (!found || found[1].kind === 'user') return undefined;
  const [kind, item] = found;
  const before = nameOf(item);
  const old = snapOf(item);
  land.setting.simulator.console.edit(kind.remote, item.id, { name: `${before}!` });
  land.grants.edited(old, snapOf(item));
  return `renames ${kind.remote} ${before} to ${before}!`;
}

/** An object under a name that a manifest wants, too. */
function makeByHand(land: Land): string | undefined {
  const manifest = land.dice.pickAny([...land.wanted.values()].filter(({ kind }) => simKindOf(kind)));
  if (!manifest) return undefined;
  const same = land.dice.chance(0.5);
  return byHand(land, manifest, same);
}

export function byHand(land: Land, manifest: Parameters<SimKind['byHand']>[0], same: boolean): string | undefined {
  try {
    const item = simKindOf(manifest.kind)!.byHand(manifest, same, land);
    return item && `makes ${item.kind} ${nameOf(item)} by hand, ${same ? 'as the manifest has it' : 'in another way'}`;
  } catch {
    // The console refuses a name that is taken.
    return undefined;
  }
}

function runJob(land: Land): string | undefined {
  const { state, console } = land.setting.simulator;
  const job = land.dice.pickAny(runnable(state));
  if (!job || isRunning(land, job)) return undefined;
  const outcome = land.dice.pick(['success', 'success', 'fail', 'error'] as const);
  console.behaviour(job.id, { outcome, taskMs: land.dice.between(1, 60) * 1000 });
  console.run(job.id);
  return `runs ${nameOf(job)}, which is to end as ${outcome}`;
}

function cancelRun(land: Land): string | undefined {
  const { state, console } = land.setting.simulator;
  const job = land.dice.pickAny(runnable(state).filter((one) => isRunning(land, one)));
  if (!job) return undefined;
  console.cancel(job.id);
  return `cancels the run of ${nameOf(job)}`;
}

function runnable({ jobs, transformations, pipelines }: State): Item[] {
  return [jobs, transformations, pipelines].flatMap((items) => [...items.values()]);
}

function isRunning({ setting }: Land, { id }: Item): boolean {
  return [...setting.simulator.state.runs.values()].some(
    ({ targetId, endedAt }) => targetId === id && endedAt === undefined,
  );
}
