import { expect, test } from 'vitest';
import { createLogger, type LoggerOptions } from './logger.ts';
import { pretty } from './pretty.ts';

function capture(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'json', write: (line) => void lines.push(line), ...options });
  return { logger, lines, record: (at = 0) => JSON.parse(lines[at]!) as Record<string, unknown> };
}

test('a line is JSON with time, level, message and fields, and nothing else', () => {
  const { logger, record, lines } = capture();
  logger.warn({ kind: 'SyncJob', attempts: 3 }, 'a pass failed');
  const { time, ...rest } = record();
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(rest).toEqual({ level: 'warn', kind: 'SyncJob', attempts: 3, msg: 'a pass failed' });
  expect(lines[0]!.endsWith('\n')).toBe(true);
});

test('lines below the level are not written', () => {
  const { logger, lines } = capture({ level: 'warn' });
  logger.debug({}, 'no');
  logger.info({}, 'no');
  logger.child({ a: 1 }).info({}, 'no');
  logger.warn({}, 'yes');
  logger.error({}, 'yes');
  expect(lines).toHaveLength(2);
});

test('a child adds its fields to every line', () => {
  const { logger, record } = capture();
  logger.child({ controller: 'syncjob' }).child({ reconcileId: 'r1' }).info({ a: 1 }, 'done');
  expect(record()).toMatchObject({ controller: 'syncjob', reconcileId: 'r1', a: 1, msg: 'done' });
});

const CANARY = 'canary-6f1c';

test.each([
  { token: CANARY },
  { Password: CANARY },
  { headers: { Authorization: `Basic ${CANARY}` } },
  { headers: { 'x-cdata-authtoken': CANARY } },
  { request: { auth: [{ client_secret: CANARY }] } },
  { secret: { data: { value: CANARY } } },
  { properties: new Map([['Auth.Token', CANARY]]) },
  { body: Buffer.from(CANARY) },
  { error: new Error('failed', { cause: { apiKey: CANARY } }) },
])('what a telling name holds is cut off, in lines and in children: %o', (fields) => {
  const { logger, lines } = capture();
  logger.info(fields, 'line');
  logger.child(fields).info({}, 'child');
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toContain(CANARY);
});

test('names that only speak of secrets are kept', () => {
  const { logger, record } = capture();
  logger.info({ tokenSecretRef: { name: 'sync-token' }, tokens: 3, secretName: 'a' }, 'line');
  expect(record()).toMatchObject({ tokenSecretRef: { name: 'sync-token' }, tokens: 3, secretName: 'a' });
});

test('errors keep name, message, stack and cause', () => {
  const { logger, record } = capture();
  logger.error({ error: new TypeError('no', { cause: new Error('because') }) }, 'a defect');
  expect(record().error).toMatchObject({ name: 'TypeError', message: 'no', cause: { message: 'because' } });
  expect((record().error as { stack: string }).stack).toContain('logger.test.ts');
});

test('odd values never make a line fail', () => {
  const { logger, lines, record } = capture();
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  logger.info({ big: 2n ** 60n, loop, none: undefined, nothing: null, at: new Date(0), list: [1, 'a'] }, 'odd');
  expect(lines).toHaveLength(1);
  expect(record()).toMatchObject({
    big: '1152921504606846976',
    nothing: null,
    at: '1970-01-01T00:00:00.000Z',
    list: [1, 'a'],
  });
});

test('the format for people has one short line, and stacks below it', () => {
  const { logger, lines } = capture({ format: 'pretty' });
  logger.info({ kind: 'SyncJob', name: 'two words', n: 3, at: { a: 1 } }, 'a pass ended');
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} INFO {2}a pass ended kind=SyncJob name="two words" n=3 at=\{"a":1\}\n$/,
  );
  logger.error({ error: new Error('broken') }, 'a defect');
  expect(lines[1]).toMatch(/ERROR a defect error="broken"\n {4}Error: broken\n {4,}at /);
});

test('a line that is not ours is passed on', () => {
  expect(pretty('plain text\n')).toBe('plain text\n');
  expect(pretty('[1]\n')).toBe('[1]\n');
});
