import { expect, test } from 'vitest';
import { matches, type Source, shipped, source } from './sources.ts';

/** Here the outside world is made or shown, so it may be used. */
const EXEMPT = /^src\/(ports\/|cli\/|observability\/|main\.ts$)/;

const banned: readonly [RegExp, string][] = [
  [/\bDate\.now\b/, 'time comes from the Clock'],
  [/\bDate\s*\(\s*\)/, 'time comes from the Clock'],
  [/\bnew Date\b(?!\s*\()/, 'time comes from the Clock'],
  [/\bnew Date\([^()]*,/, 'the local time zone: use Date.UTC'],
  [/\.(get|set)(FullYear|Year|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds)\b/, 'the local time zone: use UTC'],
  [/\b(getTimezoneOffset|toDateString|toTimeString|toLocale\w*)\b/, 'the local time zone or language'],
  [/\b(localeCompare|Intl)\b/, 'the local language'],
  [/\bperformance\b/, 'time comes from the Clock'],
  [/\b(set|clear)(Timeout|Interval|Immediate)\b/, 'timers come from the Clock'],
  [/\b(queueMicrotask|nextTick)\b/, 'order must not hang on the event loop'],
  [/\bAbortSignal\.timeout\b/, 'timers come from the Clock'],
  [/\bMath\.random\b/, 'chance comes from Random'],
  [/\b(randomUUID|randomBytes|randomInt|getRandomValues)\b/, 'chance comes from Random'],
  [/(?<![.\w])fetch\s*\(/, 'the network comes from the Transport'],
  [/\bconsole\b/, 'logs go to the Logger'],
  [
    /(?<![.\w])process\.(env|argv|cwd|hrtime|exit|on|uptime|memoryUsage|stdout|stderr)\b/,
    'the process belongs to main',
  ],
];

/** Modules of Node that are pure, with the names that may be taken from them where not all of them are. */
const pureModules: Readonly<Record<string, readonly string[] | undefined>> = {
  'node:util': ['isDeepStrictEqual', 'parseArgs'],
  'node:crypto': ['createHash', 'createHmac', 'hash', 'timingSafeEqual', 'X509Certificate', 'createPrivateKey'],
  'node:zlib': ['gunzipSync', 'gzipSync', 'inflateSync', 'deflateSync', 'crc32'],
  'node:buffer': ['Buffer'],
  'node:assert': undefined,
};

function impure(file: Source): string[] {
  if (EXEMPT.test(file.path)) return [];
  const used = banned.flatMap(([pattern, why]) => matches(file, pattern, why));
  const imported = file.imports.flatMap(({ specifier, names }) => {
    if (!specifier.startsWith('node:')) return [];
    if (!Object.hasOwn(pureModules, specifier)) return [`${file.path}: ${specifier} belongs behind a port`];
    const pure = pureModules[specifier];
    if (!pure) return [];
    const bad = names.length === 0 ? ['*'] : names.filter((name) => !pure.includes(name));
    return bad.map((name) => `${file.path}: ${name} of ${specifier} belongs behind a port`);
  });
  return [...used, ...imported];
}

test('time, chance and the network are passed in', () => {
  expect(shipped().flatMap(impure)).toEqual([]);
});

test.each([
  'const t = Date.now();',
  'const t = new Date();',
  'const t = new Date( );',
  'const t = Date();',
  'const t = new Date(2026, 0, 1);',
  'const h = new Date(0).getHours();',
  'const t = performance.now();',
  'setTimeout(f, 5);',
  'setImmediate(f);',
  'queueMicrotask(f);',
  'process.nextTick(f);',
  'const s = AbortSignal.timeout(5);',
  'const r = Math.random();',
  'const u = crypto.randomUUID();',
  'a.sort((x, y) => x.localeCompare(y));',
  'new Intl.NumberFormat();',
  'const s = n.toLocaleString();',
  'await fetch(url);',
  'console.log(1);',
  'const e = process.env.HOME;',
  "import { readFileSync } from 'node:fs';",
  "import { Readable } from 'node:stream';",
  "import { setTimeout } from 'node:timers/promises';",
  "import { gunzip } from 'node:zlib';",
  "import { scrypt } from 'node:crypto';",
  "import crypto from 'node:crypto';",
  `const s = \`at \${Date.now()}\`;`,
])('finds %s', (text) => {
  expect(impure(source('src/engine/sample.ts', text))).not.toEqual([]);
  expect(impure(source('src/ports/sample.ts', text))).toEqual([]);
});

test.each([
  'const t = new Date(ms).toISOString();',
  'const t = Date.UTC(2026, 0, 1);',
  'const h = new Date(ms).getUTCHours();',
  '// Date.now() is banned',
  "const s = 'Date.now()';",
  'remote.fetch(url);',
  "import { createHash } from 'node:crypto';",
])('does not mind %s', (text) => {
  expect(impure(source('src/engine/sample.ts', text))).toEqual([]);
});
