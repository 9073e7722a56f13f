import type { Effect, FaultRule } from '../../simulator/faults.ts';
import type { Dice } from '../chance.ts';
import type { Land } from '../land.ts';
import type { WeighedActs } from './act.ts';

/** What goes wrong on the side of Sync and on the way there. What a server says of its routes is never a lie: no 404, 405, 501. */
export const SYNC_FAULTS: WeighedActs = [
  [6, replyLost],
  [2, serverError],
  [2, throttled],
  [2, refusal],
  [1, foreignReply],
  [2, oddReply],
  [1, echo],
  [2, lackingList],
  [1, outage],
];

/** A list that lacks objects for longer is a server that lags more than `lagGrace`: nothing is promised there. */
const LACKING_MS = 40_000;
/** Long enough for a new token to be in use. */
const ROTATED_MS = 300_000;

function strike(land: Land, what: string, rule: FaultRule): string {
  const times = rule.times ?? land.dice.between(1, 4);
  land.setting.simulator.faults.add({ ...rule, times });
  return `${what} on ${rule.operation ?? rule.method ?? 'all'}, ${times} times`;
}

/** Which calls it strikes: writes more often, as they are fewer. */
function where(dice: Dice): Pick<FaultRule, 'operation' | 'after'> {
  const operation = dice.pick([
    undefined,
    /execute$/,
    /create$|add$/,
    /update$|move$/,
    /delete$/,
    /\.(list|get)$/,
    /create$/,
  ]);
  return { ...(operation && { operation }), after: dice.between(0, 2) };
}

function replyLost(land: Land): string {
  const { dice } = land;
  const kind = dice.pick(['cut', 'cut', 'hang'] as const);
  const acts = dice.chance(0.6);
  return strike(land, `${kind} ${acts ? 'after' : 'before'} acting`, { ...where(dice), effect: { kind, acts } });
}

function serverError(land: Land): string {
  const { dice } = land;
  const status = dice.pick([500, 502, 503, 504]);
  const acts = dice.chance(0.5);
  return strike(land, `${status}${acts ? ' although it acts' : ''}`, {
    ...where(dice),
    effect: { kind: 'status', status, acts },
  });
}

function throttled(land: Land): string {
  const { dice } = land;
  const retryAfter = String(dice.between(1, 30));
  const status = dice.pick([429, 429, 503]);
  const reads = status === 503 ? { method: 'GET' } : {};
  return strike(land, `${status}, retry after ${retryAfter} s`, {
    ...reads,
    effect: { kind: 'status', status, retryAfter },
    times: dice.between(1, 15),
  });
}

function refusal(land: Land): string {
  const { dice } = land;
  const status = dice.pick([400, 403, 409, 422]);
  const operation = dice.pick([/create$/, /update$/, /(add|move)$/, /delete$/]);
  return strike(land, `${status}`, { operation, effect: { kind: 'status', status } });
}

function foreignReply(land: Land): string {
  const effect: Effect = land.dice.pick([
    { kind: 'loginPage' } as const,
    { kind: 'redirect', to: 'https://elsewhere.test/login' } as const,
  ]);
  return strike(land, effect.kind, { ...where(land.dice), effect });
}

function oddReply(land: Land): string {
  const { dice } = land;
  const effect = dice.pick<Effect>([
    { kind: 'truncate', keep: dice.between(0, 80) },
    { kind: 'empty' },
    { kind: 'errorInSuccess' },
    { kind: 'slow', ms: dice.between(1, 20) * 1000 },
  ]);
  return strike(land, effect.kind, { ...where(dice), effect });
}

/** An error that repeats the token, which whoever called knows: what the operator does not know it cannot tell from other words. */
function echo(land: Land): string | undefined {
  const { dice, setting } = land;
  if (setting.clock.now() - land.tokenSince < ROTATED_MS) return undefined;
  const effect: Effect = { kind: 'echo', secret: land.canaries[land.tokenAt]!, status: dice.pick([400, 500]) };
  const rule = setting.simulator.faults.add({ ...where(dice), effect, times: 2 });
  land.onNewToken(() => rule.remove());
  return 'repeats the token in its errors, 2 times';
}

/** Lists that lack objects of ours for a while. */
function lackingList(land: Land): string | undefined {
  const { dice, setting } = land;
  const known = [...setting.mirror.resources.values()].flatMap(({ status }) => (status?.owned ? [status.id] : []));
  if (known.length === 0) return undefined;
  const ids = new Set<string>(dice.some(known, 1));
  const rule = setting.simulator.faults.add({
    operation: /^(connections|jobs)\.list$/,
    times: 1e9,
    effect: { kind: 'lacking', ids },
  });
  const ms = dice.between(5_000, LACKING_MS);
  for (const id of ids) land.lacking.set(id, setting.clock.now() + ms);
  setting.clock.after(ms, () => rule.remove());
  return `lists lack ${ids.size} objects for ${ms / 1000} s`;
}

function outage({ setting, dice }: Land): string {
  const effect = dice.pick<Effect>([
    { kind: 'cut', acts: false },
    { kind: 'status', status: 502 },
  ]);
  const rule = setting.simulator.faults.add({ times: 1e9, effect });
  const ms = dice.between(10, 240) * 1000;
  setting.clock.after(ms, () => rule.remove());
  return `is down for ${ms / 1000} s`;
}
