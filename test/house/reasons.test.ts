import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Source, shipped, source } from './sources.ts';

const PAGE = fileURLToPath(new URL('../../docs/reference/conditions.md', import.meta.url));

const WORD = "'([A-Z][A-Za-z]+)'";
/** The places in which the code names a reason of a condition or event. */
const PLACES = [
  `\\breason\\s*[:=]\\s*${WORD}(?:[\\s|]*${WORD})*`,
  `\\breason: [^,;{}]*\\? ${WORD} : ${WORD}`,
  `new Blocked\\(\\s*${WORD}`,
  `\\b(?:ready|synced|mark)\\('\\w+', ${WORD}`,
  `\\b(?:unknown|stale)\\(\\s*${WORD}`,
  `\\b(?:stalled|waiting)\\(\\s*failure,\\s*${WORD}`,
  `\\bwait\\(\\s*${WORD}`,
  `\\brecord\\(\\s*[\\w.]+,[^;]*?(?:'Normal'|'Warning'),\\s*(?:\\w+ \\? )?${WORD}(?: : ${WORD})?`,
].map((pattern) => new RegExp(pattern, 'g'));

/** Only in types of the engine and of Kubernetes: no user sees them. */
const ELSEWHERE = new Set(['Normal', 'Warning']);

function reasonsOf(file: Source): string[] {
  return PLACES.flatMap((pattern) => [...file.text.matchAll(pattern)])
    .flatMap((match) => match.slice(1))
    .filter((word) => word !== undefined && !ELSEWHERE.has(word));
}

const speaking = () => shipped().filter(({ path }) => /^src\/(engine|kinds)\//.test(path));

function documented(): Set<string> {
  const rows = readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  return new Set(
    rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([A-Z][A-Za-z]+)`/g)].map(([, word]) => word!)),
  );
}

test('every reason is on the page of conditions', () => {
  const known = documented();
  const unknown = speaking().flatMap((file) =>
    reasonsOf(file).flatMap((reason) => (known.has(reason) ? [] : [`${file.path}: ${reason}`])),
  );
  expect([...new Set(unknown)]).toEqual([]);
});

test('the page tells of no reason that nothing uses', () => {
  const text = speaking()
    .map((file) => file.text)
    .join('\n');
  // `${kind}NotFound` and the like stand for one reason a kind of source.
  const uses = (word: string) =>
    text.includes(`'${word}'`) || text.includes(`}${word.replace(/^(Secret|ConfigMap)/, '')}\``);
  expect([...documented()].filter((word) => !uses(word))).toEqual([]);
});

test.each([
  ["return { state: 'stalled', reason: 'SampleOne', message };", 'SampleOne'],
  ["throw new Blocked(\n  'SampleTwo', text);", 'SampleTwo'],
  ["deps.record(pass.resource, 'Normal', 'SampleThree', `x`);", 'SampleThree'],
  ["deps.record(resource, ok ? 'Normal' : 'Warning', 'SampleFour', m);", 'SampleFour'],
  ["type F = { reason: 'First' | 'SampleFive' };", 'SampleFive'],
])('finds the reason in %s', (text, reason) => {
  expect(reasonsOf(source('src/engine/sample.ts', text))).toContain(reason);
});
