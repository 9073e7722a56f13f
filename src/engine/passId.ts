import type { Random } from '../ports/random.ts';

/** What the log lines of one pass have in common: 48 bits of chance, which need not be hard to guess, as 12 hex digits. */
export function passId(random: Random): string {
  return Math.floor(random.next() * 2 ** 48)
    .toString(16)
    .padStart(12, '0');
}
