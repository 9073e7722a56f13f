import type { Json } from '../ports/json.ts';

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;

/** Minutes east of UTC of a zone that needs no database: `UTC`, `Z`, `GMT`, `Etc/UTC`, `+02:00`. Undefined for any other. */
export function zoneOffset(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (/^(Z|UTC|GMT|Etc\/(UTC|GMT))$/i.test(zone)) return 0;
  const parts = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(zone);
  if (!parts) return undefined;
  const minutes = Number(parts[2]) * 60 + Number(parts[3] ?? 0);
  return parts[1] === '-' ? -minutes : minutes;
}

/**
 * Milliseconds since the epoch of a server's time. A time without an offset is read in `zone`, and is undefined without a
 * known one: nobody knows which a server means (sync-api-v2.md section 2, Timestamps).
 */
export function decodeTime(value: Json | undefined, zone?: string): number | undefined {
  if (typeof value === 'number') return epoch(value);
  if (typeof value !== 'string') return undefined;
  const wrapped = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(value);
  if (wrapped) return Number(wrapped[1]);
  const parts = TIME.exec(value.trim());
  if (!parts) return undefined;
  const offset = zoneOffset(parts[8] ?? zone);
  if (offset === undefined) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) => Number(parts[i] ?? 0));
  const ms = Number((parts[7] ?? '0').padEnd(3, '0').slice(0, 3));
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31 || hour! > 24 || minute! > 59 || second! > 60)
    return undefined;
  return Date.UTC(year!, month! - 1, day, hour, minute, second, ms) - offset * 60_000;
}

// Years 2001 to 5138 in milliseconds, or the same in seconds; smaller numbers are something else.
function epoch(value: number): number | undefined {
  if (value >= 1e12 && value < 1e14) return value;
  return value >= 1e9 && value < 1e11 ? value * 1000 : undefined;
}
