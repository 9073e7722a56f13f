import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import { BodyTooLarge, parseBody, readBody } from './body.ts';
import { decodeErrorWords, decodeItem, decodeList, decodeRunState, isApiError, isErrorBody } from './decode.ts';
import { parseJson, sameJson, stringifyJson } from './json.ts';
import { findPath, pick, removeAt, setAt } from './keys.ts';
import { decodeTime } from './times.ts';

test.each([
  ['Starting', 'running'],
  ['Testing', 'running'],
  ['In progress', 'running'],
  ['RUNNING', 'running'],
  ['Queued', 'running'],
  ['Pending', 'running'],
  ['Cancelling', 'running'],
  ['Successful', 'succeeded'],
  ['SUCCESS', 'succeeded'],
  ['Completed', 'succeeded'],
  ['Completed: 0 of 13 Tasks Failed', 'succeeded'],
  ['Completed without errors', 'succeeded'],
  ['Failed', 'failed'],
  ['7 of 13 Tasks Failed', 'failed'],
  ['10 Tasks Failed', 'failed'],
  ['Completed with errors', 'failed'],
  ['Error', 'failed'],
  ['Unsuccessful', 'failed'],
  ['Canceled', 'cancelled'],
  ['CANCELLED', 'cancelled'],
  ['SKIPPED', 'skipped'],
  ['Incomplete', 'unknown'],
  ['Never Run', 'unknown'],
  ['Not started', 'unknown'],
  ['Warning', 'unknown'],
  ['3', 'unknown'],
  ['', 'unknown'],
])('the status %j is %s', (word, state) => {
  expect(decodeRunState(word)).toBe(state);
});

test('no word without a success stem counts as success', () => {
  fc.assert(
    fc.property(fc.string(), (word) => {
      const isSuccess = decodeRunState(word) === 'succeeded';
      expect(isSuccess && !/s.*u.*c.*c|c.*o.*m.*p.*l.*e.*t/i.test(word)).toBe(false);
    }),
  );
});

test('lists come bare, in envelopes, under any one key, and as a single object', () => {
  const rows = [{ id: 1 }, { id: 2 }];
  expect(decodeList(rows)?.items).toEqual(rows);
  expect(decodeList({ '@odata.context': 'x', value: rows, '@odata.count': 2 })).toEqual({
    items: rows,
    around: { '@odata.context': 'x', '@odata.count': 2 },
  });
  expect(decodeList({ Items: rows })?.items).toEqual(rows);
  expect(decodeList({ jobs: rows, total: 2 })?.items).toEqual(rows);
  expect(decodeList({ data: { items: rows } })?.items).toEqual(rows);
  expect(decodeList({ id: 'x', tasks: rows })?.items).toEqual([{ id: 'x', tasks: rows }]);
  expect(decodeList({ message: 'hello' })).toBeUndefined();
  expect(decodeList('x')).toBeUndefined();
  expect(decodeItem({ value: [{ id: 1 }] })).toEqual({ id: 1 });
  expect(decodeItem({ job: { id: 1 } })).toEqual({ id: 1 });
  expect(decodeItem({ status: 'Running', details: { x: 1 } })).toEqual({ status: 'Running', details: { x: 1 } });
});

test('errors are read from the usual places', () => {
  expect(decodeErrorWords({ error: { code: 'X', message: 'no such job' } }, '')).toBe('no such job');
  expect(decodeErrorWords({ Error: { Code: 'X' } }, '')).toBe('X');
  expect(decodeErrorWords({ message: 'bad cron' }, '')).toBe('bad cron');
  expect(decodeErrorWords({ title: 'Bad Request', detail: 'name is required' }, '')).toBe('name is required');
  expect(decodeErrorWords({ error: 'Bad Request', message: 'name is required' }, '')).toBe('name is required');
  expect(decodeErrorWords({ errors: [{ message: 'a' }, 'b'] }, '')).toBe('a; b');
  expect(decodeErrorWords(undefined, 'plain words')).toBe('plain words');
  expect(isApiError({ error: { message: 'x' } })).toBe(true);
  expect(isApiError({ id: 4 })).toBe(false);
  expect(isApiError(undefined)).toBe(false);
  expect(isErrorBody({ error: { message: 'x' } })).toBe(true);
  expect(isErrorBody({ success: false, message: 'x' })).toBe(true);
  expect(isErrorBody({ id: 'run', error: { message: 'the run failed' } })).toBe(false);
  expect(isErrorBody({ value: [], error: null })).toBe(false);
});

test('keys are found whatever their case and separators, nested or joined', () => {
  const raw = {
    'Source-Connection': { ID: 7 },
    'Connector Version': '25',
    schedule: { Enabled: true },
    EmailErrorOnly: false,
  };
  expect(pick(raw, 'source_connection.id')).toBe(7);
  expect(pick(raw, 'connector_version')).toBe('25');
  expect(findPath(raw, ['schedule', 'enabled'])?.at).toEqual(['schedule', 'Enabled']);
  expect(findPath({ 'Schedule.Enabled': 1 }, ['schedule', 'enabled'])?.at).toEqual(['Schedule.Enabled']);
  expect(pick(raw, 'email_error_only')).toBe(false);
  expect(pick(raw, 'missing')).toBeUndefined();
});

test('writing at a path never reaches the prototype', () => {
  const body = {};
  setAt(body, ['__proto__', 'polluted'], true);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  removeAt(body, ['nothing', 'here']);
  expect(Object.keys(body)).toEqual(['__proto__']);
});

test('integers beyond 2^53 survive there and back', () => {
  const text = '{"id":12345678901234567890,"small":7,"list":[9007199254740993,1.25],"text":"12345678901234567890"}';
  const parsed = parseJson(text);
  expect(parsed).toEqual({
    id: 12345678901234567890n,
    small: 7,
    list: [9007199254740993n, 1.25],
    text: '12345678901234567890',
  });
  expect(stringifyJson(parsed)).toBe(text);
});

test('any JSON value survives there and back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(stringifyJson(parseJson(JSON.stringify(value)))).toBe(JSON.stringify(value));
    }),
  );
});

test('equality of JSON ignores the order of keys only', () => {
  expect(sameJson({ a: 1, b: [1n] }, { b: [1n], a: 1 })).toBe(true);
  expect(sameJson({ a: 1 }, { a: 1, b: undefined as never })).toBe(false);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
});

test.each([
  ['2026-01-02T03:04:05Z', undefined, Date.UTC(2026, 0, 2, 3, 4, 5)],
  ['2026-01-02T03:04:05.678901-05:00', undefined, Date.UTC(2026, 0, 2, 8, 4, 5, 678)],
  ['2026-01-02 03:04', 'UTC', Date.UTC(2026, 0, 2, 3, 4)],
  ['2026-01-02T03:04:05', '+02:00', Date.UTC(2026, 0, 2, 1, 4, 5)],
  ['2026-01-02T03:04:05', undefined, undefined],
  ['2026-01-02T03:04:05', 'Europe/Berlin', undefined],
  ['/Date(1767323045000)/', undefined, 1767323045000],
  [1767323045, undefined, 1767323045000],
  ['yesterday', 'UTC', undefined],
  ['2026-13-02T03:04:05Z', undefined, undefined],
  [null, 'UTC', undefined],
])('the time %j in zone %s is %s', (text, zone, ms) => {
  expect(decodeTime(text, zone)).toBe(ms);
});

test('a large body is parsed in pieces that let other work in, to the same value', async () => {
  const clock = createVirtualClock();
  const rows = Array.from({ length: 20_000 }, (_, id) => ({
    id,
    name: `a "quoted" ] name, ${id}`,
    deep: { list: [1, [2]] },
  }));
  for (const body of [rows, { '@odata.count': 20_000, Items: rows, after: { x: [1] } }, []]) {
    const text = `${JSON.stringify(body)}${' '.repeat(1_000_001)}`;
    let breaths = 0;
    const counting = {
      ...clock,
      after: (ms: number, fn: () => void) => {
        breaths++;
        return clock.after(ms, fn);
      },
    };
    let parsed: unknown;
    const done = parseBody(text, counting).then((value) => {
      parsed = value;
    });
    await clock.advance(1);
    await done;
    expect(parsed).toEqual(body);
    if (!Array.isArray(body) || body.length > 0) expect(breaths).toBeGreaterThan(3);
  }
});

test.each(['[{"id":1},{"id":', '{"value":[1,2', '[1,2]}', '[1,,2]', '{"value":[1,2]', '[1,]'])(
  'a large body that is broken (%s) is an error',
  async (broken) => {
    await expect(parseBody(`${' '.repeat(1_000_001)}${broken}`, createVirtualClock())).rejects.toThrow(SyntaxError);
  },
);

test('a reply over the limit is refused while it is read', async () => {
  let sent = 0;
  let closed = false;
  async function* endless() {
    try {
      for (;;) {
        sent += 65_536;
        yield new Uint8Array(65_536);
      }
    } finally {
      closed = true;
    }
  }
  await expect(readBody({ status: 200, headers: {}, body: endless() }, 1_000_000)).rejects.toThrow(BodyTooLarge);
  expect(sent).toBeLessThan(1_200_000);
  expect(closed).toBe(true);
  const announced = { status: 200, headers: { 'content-length': '300000000' }, body: endless() };
  await expect(readBody(announced, 1_000_000)).rejects.toThrow(BodyTooLarge);
});

test('a character cut in two by the network is one character', async () => {
  async function* bytes() {
    for (const byte of new TextEncoder().encode('"grün ✓"')) yield Uint8Array.of(byte);
  }
  expect(await readBody({ status: 200, headers: {}, body: bytes() }, 100)).toBe('"grün ✓"');
});
