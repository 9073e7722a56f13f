import { server, workspace } from '../support/manifests.ts';
import { choosePolicies } from './kinds/policies.ts';
import { createLand, type Land } from './land.ts';
import { adoption } from './oracles/adoption.ts';
import { approvals } from './oracles/approvals.ts';
import { atMostOnce } from './oracles/atMostOnce.ts';
import { checkConvergence, type Ends } from './oracles/convergence.ts';
import { deletions } from './oracles/deletions.ts';
import { hands } from './oracles/hands.ts';
import { identity } from './oracles/identity.ts';
import { lease } from './oracles/lease.ts';
import { masks } from './oracles/masks.ts';
import { oneShots } from './oracles/oneShots.ts';
import type { Oracle } from './oracles/oracle.ts';
import { permission } from './oracles/permission.ts';
import { baseline, checkQuiet, checkStable } from './oracles/quiet.ts';
import { checkRuns, runs } from './oracles/runs.ts';
import { checkSecrecy } from './oracles/secrecy.ts';
import { tasks } from './oracles/tasks.ts';
import { createOwners } from './owners.ts';
import { approveAll, askAgain, calmDown } from './parties/calm.ts';
import { storm } from './parties/storm.ts';
import { startSwaps } from './parties/swaps.ts';
import { createSetting, type Setting } from './setting.ts';
import type { Timeline } from './timeline.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export interface SeedResult {
  seed: number;
  /** What must never happen and did; empty: all is well. */
  violations: readonly string[];
  virtualMs: number;
  ends: Ends;
  timeline: Timeline;
  /** As everything stands at the end. */
  setting: Setting;
}

const ORACLES: readonly Oracle[] = [
  lease,
  atMostOnce,
  tasks,
  permission,
  approvals,
  adoption,
  deletions,
  oneShots,
  runs,
  masks,
  identity,
  hands,
];

/** One seed: a storm in which anything may happen, a calm in which everything has to settle, and sometimes hours of quiet. */
export async function runSeed(seed: number): Promise<SeedResult> {
  const setting = createSetting(seed);
  const land = createLand(setting);
  const owners = createOwners(land);
  for (const oracle of ORACLES) oracle(land, owners);
  const start = setting.clock.now();
  prepare(land);
  for (const replica of setting.replicas) replica.start();
  const swaps = startSwaps(land);
  await storm(land);
  swaps.settle();
  const ends = await calm(land);
  await checkSecrecy(land);
  stop(setting);
  const { violations, timeline } = setting;
  return { seed, violations, virtualMs: setting.clock.now() - start, ends, timeline, setting };
}

function prepare(land: Land): void {
  const { dice, setting } = land;
  const defaults = dice.chance(0.2) ? choosePolicies(dice) : undefined;
  delete defaults?.suspend;
  const pollInterval = land.quiet ? '60s' : dice.pick(['20s', '60s', '60s']);
  const limits = { requestsPerSecond: dice.pick([5, 10, 100]) };
  const timeZone = dice.pick(['Etc/UTC', undefined]);
  land.apply(server({ pollInterval, resyncInterval: land.quiet ? '1h' : '5m', limits, timeZone, defaults }));
  land.apply(workspace());
  setting.simulator.echoSecrets(dice.chance(0.5));
}

async function calm(land: Land): Promise<Ends> {
  const { setting, dice } = land;
  const { clock } = setting;
  calmDown(land);
  const approves = dice.chance(0.6);
  for (let minute = 0; minute < 15; minute++) {
    await clock.advance(MINUTE);
    if (approves) approveAll(land);
  }
  if (land.quiet || setting.seed % 4 !== 0) retireStandby(setting);
  askAgain(land);
  for (let minute = 0; minute < 12; minute++) {
    await clock.advance(MINUTE);
    if (approves) approveAll(land);
  }
  await clock.advance(land.quiet ? 70 * MINUTE : 8 * MINUTE);
  const ends = checkConvergence(land);
  checkRuns(land);
  if (setting.violations.length > 0) return ends;
  const before = baseline(land);
  // Each object is read in full twice at least.
  await clock.advance(land.quiet ? 6 * HOUR : 12 * MINUTE);
  checkStable(land, before);
  if (land.quiet) checkQuiet(land, before);
  checkConvergence(land);
  return ends;
}

/** The lease is lost no more, and half of what the calm costs is spent by the one that waits for it: one seed in four pays that. */
function retireStandby({ replicas, identityOf, mirror }: Setting): void {
  replicas.find(({ life }) => identityOf(life) !== mirror.leaseHolder)?.retire();
}

function stop({ replicas }: Setting): void {
  for (const { instance } of replicas) instance?.kill();
}
