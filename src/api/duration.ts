import type { z } from 'zod';
import { matching } from './schema.ts';

/** Go's notation without sign: `90s`, `1h30m`, `1.5h`, `250ms`. */
const DURATION = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;
const PART = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration field, at most 32 characters. */
export function duration(description: string): z.ZodString {
  return matching(DURATION, 'must be a duration such as 30s, 5m or 1h30m', description, 32);
}

/** Milliseconds of a Go-style duration (`1h30m`). Throws RangeError when the text is not one. */
export function parseDuration(text: string): number {
  if (!DURATION.test(text)) throw new RangeError(`not a duration: ${JSON.stringify(text.slice(0, 40))}`);
  let total = 0;
  for (const [, number, unit] of text.matchAll(PART)) total += Number(number) * UNIT_MS[unit!]!;
  return Math.round(total);
}

/** The shortest Go-style text of some milliseconds: 5_400_000 is `1h30m`. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const size = UNIT_MS[unit]!;
    const whole = Math.floor(rest / size);
    if (whole > 0) text += `${whole}${unit}`;
    rest -= whole * size;
  }
  return text || '0s';
}
