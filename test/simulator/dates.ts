import type { Dialect } from './dialect.ts';

/** A time as the dialect writes it. `zone` is an IANA name. */
export function wireDate({ dialect, zone }: { dialect: Dialect; zone: string }, at: number): string {
  if (dialect.dates === 'utc') return new Date(at).toISOString();
  if (dialect.dates === 'text')
    return `the ${new Date(at).getUTCDate()}th, about ${new Date(at).getUTCHours()} o'clock`;
  const minutes = offsetMinutes(zone, at);
  const local = new Date(at + minutes * 60_000).toISOString().slice(0, 19);
  return dialect.dates === 'local' ? local : local + offsetText(minutes);
}

function offsetText(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** How far the zone's wall clock is ahead of UTC at that time. */
function offsetMinutes(zone: string, at: number): number {
  if (zone === 'UTC') return 0;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(new Date(at)).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(name);
  if (!match) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}
