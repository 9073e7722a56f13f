import { Cron } from 'croner';

/**
 * When a schedule fires next, in milliseconds since the epoch and strictly after `afterMs`; undefined where nobody can be sure.
 *
 * Sync takes five or six fields, seconds first (sync-api-v2.md §5.3), but its weekday numbers are documented as 1–7 and as 0–6, and
 * `L`, `W`, `#` and years differ between crons, as does a day of the month together with a weekday: those give undefined. So do an
 * unknown time zone and a date that never comes. `zone`: `UTC`, an offset such as `+02:00`, or an IANA name. Throws nothing.
 */
export function nextDue(cron: string, zone: string | undefined, afterMs: number): number | undefined {
  const fields = splitCron(cron);
  if (!zone?.trim() || !fields || !isCertain(fields)) return undefined;
  const offset = fixedOffset(zone.trim());
  try {
    const schedule = new Cron(Object.values(fields).join(' '), {
      paused: true,
      mode: '5-or-6-parts',
      sloppyRanges: true,
      ...(offset === undefined ? { timezone: zone.trim() } : { utcOffset: offset }),
    });
    return schedule.nextRun(new Date(afterMs))?.getTime();
  } catch {
    return undefined;
  }
}

/** What is plainly wrong with a schedule, in words for people; undefined when it may be passed on untouched (sync-api-v2.md §5.3). */
export function validCron(text: string): string | undefined {
  const count = words(text).length;
  if (count === 0) return 'the schedule is empty';
  if (count < 5 || count > 7) {
    return `the schedule has ${count} ${count === 1 ? 'field' : 'fields'}, not 5 to 7: minute, hour, day, month, weekday; seconds go first, a year last`;
  }
  for (const [name, value] of Object.entries(splitCron(text, true)!) as [FieldName, string][]) {
    if (!ALLOWED[name].test(value)) return `the ${name} "${value}" is not something a cron schedule can say`;
    const range = RANGES[name];
    const wrong = range && numbers(value).find((number) => number < range[0] || number > range[1]);
    if (range && wrong !== undefined) return `the ${name} "${value}" has ${wrong}, outside ${range[0]} to ${range[1]}`;
  }
  return undefined;
}

type FieldName = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'weekday' | 'year';
type Fields = Partial<Record<FieldName, string>>;

const NAMES: FieldName[] = ['second', 'minute', 'hour', 'day', 'month', 'weekday', 'year'];
const TIME = /^[\d*,\-/]+$/;
const ALLOWED: Record<FieldName, RegExp> = {
  second: TIME,
  minute: TIME,
  hour: TIME,
  day: /^[\d*,\-/?lw]+$/i,
  month: /^[\d*,\-/a-z]+$/i,
  weekday: /^[\d*,\-/?#a-z]+$/i,
  year: TIME,
};
const RANGES: Partial<Record<FieldName, readonly [number, number]>> = {
  second: [0, 59],
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  month: [1, 12],
};

/** The fields by name, in order; undefined when there are not five or six (or seven, if asked for). */
function splitCron(text: string, withYear = false): Fields | undefined {
  const values = words(text);
  if (values.length < 5 || values.length > (withYear ? 7 : 6)) return undefined;
  const first = values.length === 5 ? 1 : 0;
  return Object.fromEntries(values.map((value, i) => [NAMES[i + first]!, value]));
}

function isCertain({ day = '', weekday = '' }: Fields): boolean {
  const isOpen = (field: string) => field === '*' || field === '?';
  if (/[a-z]/i.test(day) || !/^[a-z*?,-]+$/i.test(weekday)) return false;
  if (/[a-z]/i.test(weekday.replace(/(?:mon|tue|wed|thu|fri|sat|sun)/gi, ''))) return false;
  return isOpen(day) || isOpen(weekday);
}

/** Minutes east of UTC, when the zone is one fixed offset. */
function fixedOffset(zone: string): number | undefined {
  const found = /^(?:z|(?:utc|gmt)?(?:([+-])(0?\d|1[0-4])(?::?([0-5]\d))?)?)$/i.exec(zone);
  if (!found) return undefined;
  const minutes = Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0);
  return found[1] === '-' ? -minutes : minutes;
}

const words = (text: string) => text.trim().split(/\s+/).filter(Boolean);

/** All numbers of a field that stand for a time, not for a step. */
const numbers = (field: string) => (field.replace(/\/\d+/g, '').match(/\d+/g) ?? []).map(Number);
