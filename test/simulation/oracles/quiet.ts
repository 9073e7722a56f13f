import type { KubeObject, Loose } from '../../cluster/types.ts';
import type { Land } from '../land.ts';
import { keyOf } from '../mirror.ts';
import { isUnseen } from './runs.ts';

/** Reasons for which something may be tried once an hour. */
const TRIED_HOURLY: ReadonlySet<string> = new Set(['Refused', 'Contended', 'TablesNotFound', 'Unsupported']);
/** What the runs of a job say; they go on by the server's own schedule. */
const MOVING: ReadonlySet<string> = new Set([
  ...['lastRun', 'taskRuns', 'nextRun', 'observed', 'learned', 'unsupported'],
]);
const RUNS: ReadonlySet<string> = new Set(['LastRunSucceeded', 'Fresh']);

export interface Baseline {
  at: number;
  statuses: Map<string, Record<string, string>>;
  requests: number;
  writes: number;
  /** Runs whose end is still waited for, and the ids of what they run: what they say, and their cancelling, goes on. */
  unseen: Map<string, string>;
}

/** What is said now, to be compared with later. */
export function baseline({ setting }: Land): Baseline {
  const { clock, mirror, simulator, cluster } = setting;
  return {
    at: clock.now(),
    statuses: new Map([...mirror.resources.values()].map((one) => [keyOf(one), configurationOf(one)])),
    requests: simulator.requests.length,
    writes: cluster.writes.length,
    unseen: new Map(
      mirror
        .of('SyncRun')
        .filter((run) => isUnseen(setting, run))
        .map((run) => [keyOf(run), run.status!.target.id]),
    ),
  };
}

/** Since then no status says anything else, and Sync was left alone but for an hourly try of what was refused. */
export function checkStable({ setting }: Land, before: Baseline): void {
  for (const resource of setting.mirror.resources.values()) {
    // What runs by its own schedule is busy now and then, and its deletion says so.
    const runs = resource.metadata.deletionTimestamp !== undefined && resource.spec.schedule?.enabled === true;
    if (runs || before.unseen.has(keyOf(resource))) continue;
    const was = before.statuses.get(keyOf(resource));
    const is = configurationOf(resource);
    const changed = was && Object.keys({ ...was, ...is }).filter((key) => was[key] !== is[key]);
    for (const key of changed ?? ['everything']) {
      setting.violate('stability', `${keyOf(resource)} does not stay as it was: ${key}: ${was?.[key]} → ${is[key]}`);
    }
  }
  const hours = Math.ceil((setting.clock.now() - before.at) / 3_600_000);
  const stalled = triedHourly(setting);
  const cancels = [...before.unseen.values()].map((id) => `/${id}/cancel`);
  const writes = setting.simulator.requests
    .slice(before.requests)
    .filter(({ write, path }) => write && !cancels.some((cancel) => path.endsWith(cancel)));
  if (writes.length > stalled.length * hours) {
    const shown = writes.slice(0, 3).map(({ method, path, status }) => `${method} ${path} (${status})`);
    setting.violate('stability', `${writes.length} writes to Sync although nothing changes: ${shown.join(', ')}`);
  }
}

function triedHourly({ mirror }: Land['setting']): KubeObject[] {
  return [...mirror.resources.values()].filter(({ status }) =>
    (status?.conditions ?? []).some(({ type, reason }: Loose) => type === 'Stalled' && TRIED_HOURLY.has(reason)),
  );
}

/** Nothing at all was written to Kubernetes but leases, and what each hourly try writes down before and after it. */
export function checkQuiet({ setting }: Land, before: Baseline): void {
  const hours = Math.ceil((setting.clock.now() - before.at) / 3_600_000);
  const left = new Map(triedHourly(setting).map(({ metadata }) => [metadata.name, 2 * hours]));
  const writes = setting.cluster.writes.slice(before.writes).filter(({ resource, name = '', subresource }) => {
    const mayWrite = subresource === 'status' ? (left.get(name) ?? 0) : 0;
    left.set(name, mayWrite - 1);
    return resource !== 'leases' && mayWrite <= 0;
  });
  if (writes.length === 0) return;
  const shown = writes.slice(0, 3).map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
  setting.violate(
    'quiet',
    `${writes.length} writes to Kubernetes in hours in which nothing happens: ${shown.join(', ')}`,
  );
}

/** Each part of a status as text, but for what runs say, and what is learned of the server by following them. */
function configurationOf({ status }: KubeObject): Record<string, string> {
  const { conditions = [], ...rest } = status ?? {};
  const parts = { ...rest, conditions: conditions.filter(({ type }: Loose) => !RUNS.has(type)) };
  const kept = Object.entries(parts).filter(([key]) => !MOVING.has(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, JSON.stringify(value)]));
}
