import type { GatheredPass } from './pass.ts';

/** The least time between two deep reads of one object, whatever it asks for; milliseconds. */
const LEAST_MS = 60_000;

/** Milliseconds until the deep read that the object's own `resyncInterval` asks for; undefined where it has none. */
export function resyncIn({ gathered, memory, draft, deps }: GatheredPass): number | undefined {
  const { resyncMs } = gathered.scope;
  if (resyncMs === undefined || draft.status.owned !== true) return undefined;
  const now = deps.clock.now();
  const told = draft.status.observed?.deepTime;
  memory.deepReadAt ??= told === undefined ? now : Date.parse(told);
  return Math.max(LEAST_MS, resyncMs) + memory.deepReadAt - now;
}
