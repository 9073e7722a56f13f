import type { Land } from '../land.ts';
import { actOnce, type WeighedActs } from './act.ts';
import { addResource, EDITS } from './edits.ts';
import { KUBE_FAULTS } from './kubeFaults.ts';
import { byHand, PEOPLE } from './people.ts';
import { PROCESSES } from './processes.ts';
import { createRestores } from './restores.ts';
import { RUNS } from './runs.ts';
import { SYNC_FAULTS } from './syncFaults.ts';

const MINUTE = 60_000;

/** Who acts in this seed, how often: most seeds leave somebody out, so that what the others do is not drowned. */
export async function storm(land: Land): Promise<void> {
  const { setting, dice } = land;
  const parties: [weight: number, who: string, acts: WeighedActs][] = [
    [5, 'kubectl', EDITS],
    [3, 'console', PEOPLE],
    [2, 'Sync', SYNC_FAULTS],
    [1.5, 'API', KUBE_FAULTS],
    [1.5, 'fate', PROCESSES],
    [0.6, 'restore', createRestores()],
    [1, 'runs', RUNS],
  ];
  const present = parties.filter(([, who]) => who === 'kubectl' || dice.chance(0.7));
  const everyMs = dice.pick([8_000, 20_000, 45_000]);
  const end = setting.clock.now() + dice.between(6, 25) * MINUTE;
  const first = dice.between(4, 8);
  for (let n = 0; n < first; n++) note(land, 'kubectl', addResource(land));
  while (setting.clock.now() < end) {
    await setting.clock.advance(dice.between(0, 2 * everyMs));
    const [who, acts] = dice.weighed(present.map(([weight, ...party]) => [weight, party] as const));
    if (who === 'kubectl' && dice.chance(0.1)) note(land, 'console', arriveBefore(land));
    note(land, who, actOnce(acts, land, dice));
  }
}

/** A new resource whose object was made by hand before. */
function arriveBefore(land: Land): string | undefined {
  const before = new Map(land.wanted);
  const what = addResource(land);
  const [key, manifest] = [...land.wanted].find(([one]) => !before.has(one)) ?? [];
  if (!what || !manifest) return what;
  // As if it had stood there before: the resource is taken back before a controller can have seen it.
  land.remove(key!);
  const made = byHand(land, manifest, land.dice.chance(0.5));
  land.apply(manifest);
  return `${made ?? 'makes nothing'}, and then ${what}`;
}

function note(land: Land, who: string, what: string | undefined): void {
  if (what !== undefined) land.setting.timeline.note(who, what);
}
