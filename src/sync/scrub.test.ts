import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScrubber, looksSensitive } from './scrub.ts';

const secret = fc
  .string({ minLength: 4, maxLength: 40, unit: 'binary' })
  .filter((text) => !/^\*+$/.test(text) && text.isWellFormed());
const context = fc.string({ maxLength: 200 });

const forms: Record<string, (text: string) => string> = {
  raw: (text) => text,
  url: encodeURIComponent,
  json: (text) => JSON.stringify(text).slice(1, -1),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
};

test.each(Object.keys(forms))('a known secret never gets through in the form %s', (form) => {
  fc.assert(
    fc.property(secret, context, context, (value, before, after) => {
      const scrubber = createScrubber();
      scrubber.learn(value);
      const shown = forms[form]!(value);
      // A control character becomes a space, and a lone secret of three asterisks is what we write ourselves.
      const out = scrubber.scrub(before + shown + after);
      expect(shown.length >= 8 && out.includes(shown)).toBe(false);
      if (form === 'raw') expect(out.includes(value)).toBe(false);
    }),
  );
});

test('a secret inside a basic authorization is found wherever its bytes fall', () => {
  const scrubber = createScrubber();
  scrubber.learn('7c4t2k9x1m');
  for (const user of ['', 'a', 'ab', 'abc', 'sync-operator']) {
    const header = Buffer.from(`${user}:7c4t2k9x1m`).toString('base64');
    expect(Buffer.from(scrubber.scrub(`sent ${header}`).replace(/sent |\*/g, ''), 'base64').toString()).not.toContain(
      '7c4t',
    );
  }
});

test('scrub is total: at most 1 KiB, without control characters, for any text', () => {
  const scrubber = createScrubber();
  scrubber.learn('known-secret');
  fc.assert(
    fc.property(fc.string({ maxLength: 3000, unit: 'binary' }), (text) => {
      const out = scrubber.scrub(text);
      expect(Buffer.byteLength(out)).toBeLessThanOrEqual(1024);
      expect(/[\u0000-\u001f\u007f-\u009f]/.test(out)).toBe(false);
      expect(out.isWellFormed()).toBe(true);
    }),
  );
});

test('a secret that straddles a cut does not leave its half', () => {
  const scrubber = createScrubber();
  const long = 'S3cr3t'.repeat(30);
  scrubber.learn(long);
  for (const length of [1000, 65_500, 65_536]) {
    const out = scrubber.scrub(
      `${long.repeat(Math.floor(length / long.length))}${'x'.repeat(length % long.length)}${long}`,
    );
    expect(out).not.toContain('S3cr3t');
  }
});

test('overlapping secrets leave no half of one', () => {
  const scrubber = createScrubber();
  for (const value of ['abcdef', 'defghi']) scrubber.learn(value);
  expect(scrubber.scrub('<abcdefghi>')).toBe('<***>');
});

test('a secret that control characters split or join is found', () => {
  const scrubber = createScrubber();
  scrubber.learn('pass word');
  scrubber.learn('tab\tbed');
  expect(scrubber.scrub('a pass\u0007word and tab\tbed')).toBe('a *** and ***');
});

test.each([
  ['Password=hunter two;Server=db1', 'Password=***;Server=db1'],
  ['{"client_secret":"a\\"b","name":"x"}', '{"client_secret":***,"name":"x"}'],
  ['x-cdata-authtoken: 7c4t2k9x1m', 'x-cdata-authtoken: ***'],
  ['Authorization: Bearer abc.def', 'Authorization: ***'],
  ['login failed: user=joe&pwd=s3&x=1', 'login failed: user=joe&pwd=***&x=1'],
  ['Invalid token: expired at noon', 'Invalid token: expired at noon'],
  ['Server=a;AuthToken=b=c;', 'Server=a;AuthToken=***;'],
  ['a=b=c: password=d', 'a=b=c: password=***'],
  ['nothing here', 'nothing here'],
])('%s is shown as %s', (text, shown) => {
  expect(createScrubber().scrub(text)).toBe(shown);
});

test('forgetting, short values, and texts that are not cut', () => {
  const scrubber = createScrubber();
  scrubber.learn('abc');
  expect(scrubber.scrub('abc')).toBe('abc');
  scrubber.learn('abcd');
  expect(scrubber.hide(`line 1\n${'x'.repeat(2000)}abcd`)).toBe(`line 1\n${'x'.repeat(2000)}***`);
  scrubber.forget('abcd');
  expect(scrubber.scrub('abcd')).toBe('abcd');
});

test.each([
  ...[
    'Password',
    'SSL Client Cert Password',
    'OAuthClientSecret',
    'AuthToken',
    'API Key',
    'AWSAccessKey',
    'connection_string',
    'PWD',
    'PrivateKey',
  ].map((name) => [name, true] as const),
  ...[
    'Server',
    'Database',
    'User',
    'OAuthAccessTokenURL',
    'AuthScheme',
    'PrimaryKey',
    'keyColumn',
    'TokenType',
    'Timeout',
  ].map((name) => [name, false] as const),
])('the property %s is sensitive: %s', (name, sensitive) => {
  expect(looksSensitive(name)).toBe(sensitive);
});
