import type { Land } from '../land.ts';
import type { Replica } from '../replica.ts';
import type { Setting } from '../setting.ts';
import type { WeighedActs } from './act.ts';

/** What befalls the controllers' processes. */
export const PROCESSES: WeighedActs = [
  [5, crashAtWrite],
  [2, crash],
  [2, terminate],
  [3, pause],
  [2, lossyNetwork],
];

/** The one that leads, most of the time. */
function someReplica({ setting, dice }: Land): Replica {
  const leader = setting.replicas.find(({ life }) => {
    const identity = setting.identityOf(life);
    return identity !== undefined && identity === setting.mirror.leaseHolder;
  });
  return leader && dice.chance(0.8) ? leader : dice.pick(setting.replicas);
}

/** Killed right before or right after a write that it is about to send. */
function crashAtWrite(land: Land): string {
  const { setting, dice } = land;
  const replica = someReplica(land);
  const { life } = replica;
  const where = dice.pick(['Sync', 'Sync', 'Kubernetes'] as const);
  const when = dice.pick(['before', 'after'] as const);
  let left = dice.between(1, 5);
  const downMs = dice.between(0, 40) * 1000;
  const next = setting.fate;
  setting.fate = (who, method, origin, path) => {
    const isIt = who === life && origin === where && method !== 'GET' && !path.includes('/leases');
    if (!isIt || --left > 0) return next(who, method, origin, path);
    setting.fate = next;
    replica.crash(`${when} ${method} ${path}`, downMs);
    return when === 'before' ? 'before' : undefined;
  };
  setting.clock.after(300_000, () => {
    left = Number.POSITIVE_INFINITY;
  });
  return `${life} is to be killed ${when} its write ${left} to ${where}`;
}

function crash(land: Land): string {
  const replica = someReplica(land);
  const { life } = replica;
  replica.crash('at once', land.dice.between(0, 60) * 1000);
  return `${life} is killed`;
}

function terminate(land: Land): string {
  const replica = someReplica(land);
  replica.terminate(land.dice.between(0, 10) * 1000);
  return `${replica.life} is asked to end`;
}

/** Long enough for the lease to be lost, and to come back as a zombie; or not. */
function pause(land: Land): string {
  const replica = someReplica(land);
  const ms = land.dice.between(1, 90) * 1000;
  replica.pause(ms, land.dice.pick(['timers', 'replies']));
  land.setting.blindUntil = Math.max(land.setting.blindUntil, land.setting.clock.now() + ms + 5_000);
  return `${replica.life} is paused`;
}

/** For a while some requests are lost on their way there or back. */
function lossyNetwork({ setting, dice }: Land): string {
  const share = dice.pick([0.02, 0.1, 0.3]);
  const ms = dice.between(10, 120) * 1000;
  const until = setting.clock.now() + ms;
  const next = setting.fate;
  setting.fate = (...request) => {
    const fate = next(...request);
    if (fate !== undefined || setting.clock.now() > until || !dice.chance(share)) return fate;
    return dice.pick(['before', 'after', 'after', 'hang'] as const);
  };
  setting.blindUntil = Math.max(setting.blindUntil, until + 30_000);
  return `one request in ${Math.round(1 / share)} is lost for ${ms / 1000} s`;
}

/** Whatever was to happen to requests happens no more. */
export function clearFates(setting: Setting): void {
  setting.fate = () => undefined;
}
