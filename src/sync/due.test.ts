import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextDue, validCron } from './due.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
const start = at('2026-03-28T12:00:30Z');

test.each([
  ['*/5 * * * *', 'UTC', '2026-03-28T12:05:00.000Z'],
  ['0/15 * * * *', 'UTC', '2026-03-28T12:15:00.000Z'],
  ['0 0 0 * * *', 'UTC', '2026-03-29T00:00:00.000Z'],
  ['45 0 12 * * *', 'UTC', '2026-03-28T12:00:45.000Z'],
  ['0 0 0 ? * *', 'Z', '2026-03-29T00:00:00.000Z'],
  ['0 3 * * mon-fri', 'UTC', '2026-03-30T03:00:00.000Z'],
  ['0 3 * * WED', 'UTC', '2026-04-01T03:00:00.000Z'],
  ['0 3 1 JUL ?', 'UTC', '2026-07-01T03:00:00.000Z'],
  ['0 3 * * *', '+02:00', '2026-03-29T01:00:00.000Z'],
  ['0 3 * * *', '-0530', '2026-03-29T08:30:00.000Z'],
  ['0 3 * * *', 'UTC+2', '2026-03-29T01:00:00.000Z'],
  // The clocks go forward that night: three in the morning is one o'clock UTC, not two.
  ['0 3 * * *', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
  ['0 3 29 2 *', 'UTC', '2028-02-29T03:00:00.000Z'],
])('%s in %s is next due at %s', (cron, zone, expected) => {
  expect(iso(nextDue(cron, zone, start))).toBe(expected);
});

test.each([
  ['a numeric weekday', '0 3 * * 1', 'UTC'],
  ['a weekday step', '0 3 * * */2', 'UTC'],
  ['a numbered weekday', '0 3 * * fri#2', 'UTC'],
  ['the last Friday', '0 3 * * friL', 'UTC'],
  ['the last day', '0 3 L * *', 'UTC'],
  ['the nearest working day', '0 3 15W * *', 'UTC'],
  ['a day and a weekday, which crons join by and or by or', '0 3 1 * mon', 'UTC'],
  ['a year', '0 0 3 * * * 2027', 'UTC'],
  ['too few fields', '0 3 * *', 'UTC'],
  ['a date that never comes', '0 3 31 2 *', 'UTC'],
  ['no zone', '0 3 * * *', undefined],
  ['an empty zone', '0 3 * * *', ' '],
  ['an unknown zone', '0 3 * * *', 'Mars/Base'],
  ['an impossible offset', '0 3 * * *', '+25:00'],
  ['nonsense', 'every day at three o clock', 'UTC'],
])('%s has no certain due time', (_, cron, zone) => {
  expect(nextDue(cron, zone, start)).toBeUndefined();
});

test('a due time is strictly later, and on a time that the fields name', () => {
  const minute = fc.integer({ min: 0, max: 59 });
  const hour = fc.integer({ min: 0, max: 23 });
  fc.assert(
    fc.property(minute, hour, fc.integer({ min: 0, max: 2e9 }), (m, h, after) => {
      const due = nextDue(`${m} ${h} * * *`, 'UTC', start + after)!;
      expect(due).toBeGreaterThan(start + after);
      expect(due - (start + after)).toBeLessThanOrEqual(86_400_000);
      expect(iso(due)!.slice(11, 16)).toBe(`${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    }),
  );
});

test.each([
  '* * * * *',
  '0 0 0 * * *',
  '0 0 12 ? * FRI#2 2027',
  '0 3 LW * *',
  '0 3 * * 7',
  ' 0  3 * jan-mar mon ',
  '0/100 * * * *',
])('%s passes through', (cron) => {
  expect(validCron(cron)).toBeUndefined();
});

test.each([
  ['', 'the schedule is empty'],
  ['@daily', /1 field, not 5 to 7/],
  ['* * * *', /4 fields, not 5 to 7/],
  ['* * * * * * * *', /8 fields/],
  ['61 * * * *', 'the minute "61" has 61, outside 0 to 59'],
  ['0 0 24 * * *', 'the hour "24" has 24, outside 0 to 23'],
  ['0 0 0 * *', 'the day "0" has 0, outside 1 to 31'],
  ['x * * * *', /the minute "x"/],
])('%s is refused in plain words', (cron, expected) => {
  expect(validCron(cron)).toMatch(expected);
});

test('no text makes either function throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (cron, zone) => {
      validCron(cron);
      nextDue(cron, zone, start);
    }),
  );
});
