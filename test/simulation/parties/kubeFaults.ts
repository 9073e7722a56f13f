import type { FaultRule, Match } from '../../cluster/faults.ts';
import type { Land } from '../land.ts';
import type { WeighedActs } from './act.ts';

/** What goes wrong between the controllers and the API server. People get through. */
export const KUBE_FAULTS: WeighedActs = [
  [4, errors],
  [2, lost],
  [2, watchesBreak],
  [2, staleCaches],
  [1, compaction],
  [1, noBookmarks],
  [1, outage],
];

const ours: Match = ({ userAgent }) => userAgent.startsWith('sync-operator');
const writes: Match = (request) => ours(request) && ['patch', 'create', 'update'].includes(request.verb);
const statuses: Match = (request) => writes(request) && request.resource.startsWith('sync');

/** The controllers may not see the cluster as it is until `ms` from now. */
function blind({ setting }: Land, ms: number): void {
  setting.blindUntil = Math.max(setting.blindUntil, setting.clock.now() + ms);
}

function strike(land: Land, what: string, outcome: FaultRule['outcome'], match: Match): string {
  const times = land.dice.between(1, 4);
  const remove = land.setting.cluster.faults.add({ match, times, outcome });
  // What nothing meets does not wait for somebody who comes much later.
  land.setting.clock.after(120_000, remove);
  blind(land, 120_000);
  return `${what}, ${times} times`;
}

function errors(land: Land): string {
  const code = land.dice.pick([409, 409, 429, 500, 503, 504]);
  const match = land.dice.pick([statuses, statuses, writes, ours]);
  return strike(land, String(code), { reject: code, ...(code === 429 && { retryAfter: 1 }) }, match);
}

function lost(land: Land): string {
  const outcome = land.dice.pick(['cutBefore', 'cutAfter', 'cutAfter', 'hang'] as const);
  return strike(land, outcome, outcome, land.dice.pick([statuses, writes, ours]));
}

function watchesBreak(land: Land): string {
  const how = land.dice.pick(['breakWatches', 'endWatches'] as const);
  land.setting.cluster.faults[how](ours);
  blind(land, 30_000);
  return `${how}`;
}

function staleCaches(land: Land): string {
  const { cluster, clock } = land.setting;
  const ms = land.dice.between(2, 120) * 1000;
  cluster.faults.freeze(ours);
  clock.after(ms, () => cluster.faults.thaw());
  blind(land, ms + 5_000);
  return `shows nothing newer for ${ms / 1000} s`;
}

/** Watches that begin anew get 410. */
function compaction(land: Land): string {
  const { faults } = land.setting.cluster;
  faults.expiredAs = land.dice.pick(['event', 'status']);
  faults.compact();
  faults.breakWatches(ours);
  blind(land, 30_000);
  return `compacts, says 410 as ${faults.expiredAs}, and breaks all watches`;
}

function noBookmarks(land: Land): string {
  const { faults } = land.setting.cluster;
  faults.dropBookmarks = !faults.dropBookmarks;
  return faults.dropBookmarks ? 'sends no bookmarks' : 'sends bookmarks again';
}

function outage(land: Land): string {
  const { cluster, clock, dice } = land.setting;
  const ms = dice.between(5, 60) * 1000;
  const remove = cluster.faults.add({ match: ours, outcome: 'cutBefore' });
  cluster.faults.breakWatches(ours);
  clock.after(ms, remove);
  blind(land, ms + 60_000);
  return `is down for ${ms / 1000} s`;
}
