import type { Clock } from '../ports/clock.ts';

/** Milliseconds that a Retry-After header asks for; at most an hour. */
export function decodeRetryAfter(header: string | undefined, clock: Clock): number | undefined {
  if (header === undefined) return undefined;
  const at = /^[A-Z][a-z]{2}, .* GMT$/.test(header) ? Date.parse(header) : Number.NaN;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : at - clock.now();
  return Number.isNaN(ms) ? undefined : Math.min(3_600_000, Math.max(0, ms));
}
