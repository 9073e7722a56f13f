import { expect, test } from 'vitest';
import { topLevel } from './lexer.ts';
import { matches, type Source, shipped, source } from './sources.ts';

const READ_ONLY = /:\s*(Readonly(Map|Set|Array|<)|readonly\b)/;

/** State that would outlive an app, or be shared by two: it belongs into what createApp makes. */
function moduleState(file: Source): string[] {
  const top: Source = { ...file, code: topLevel(file.code) };
  const variables = matches(top, /^(export )?(let|var) \w+/m, 'a variable of the module');
  const made = [...top.code.matchAll(/^(?:export )?const (\w+)([^=]*)=\s*(.*)/gm)].flatMap(
    ({ 1: name, 2: type, 3: value }) => {
      const collection =
        /^new (Weak)?(Map|Set)\b|^new (Array|AbortController)\b/.test(value!) && !READ_ONLY.test(type!);
      if (collection) return [`${file.path}: ${name} is a collection that could change; type it as Readonly`];
      if (/^create[A-Z]\w*\(/.test(value!)) return [`${file.path}: ${name} is made at import`];
      return mutated(file, name!) ? [`${file.path}: ${name} is changed after it was made`] : [];
    },
  );
  return [...variables, ...made];
}

/** Whether a constant of the module is written to anywhere in its file, or keeps a place between calls as a /g expression does. */
function mutated({ code }: Source, name: string): boolean {
  const calls = 'push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear';
  const member = String.raw`(?:\.\w+!?|\[[^\]]*\]!?)`;
  const writes = new RegExp(
    String.raw`(?<![.\w])${name}(?:\.(?:${calls})\(|${member}+\s*(?:[-+*/%|&?^]{0,3}=(?![=>])|\+\+|--))`,
  );
  if (writes.test(code) || new RegExp(String.raw`\bdelete ${name}${member}`).test(code)) return true;
  const sticky = new RegExp(String.raw`\bconst ${name}\s*=\s*/[^/\n]*/[a-z]*[gy]`).test(code);
  return sticky && new RegExp(String.raw`\b${name}\.(?:test|exec)\(`).test(code);
}

test('no module keeps state', () => {
  expect(shipped().flatMap(moduleState)).toEqual([]);
});

test.each([
  'let count = 0;',
  'export let current: string | undefined;',
  'const cache = new Map<string, number>();',
  'const seen: Set<string> = new Set();',
  'const known = new WeakMap();',
  'export const queue = createQueue({ clock });',
  'const list: string[] = [];\nexport const add = (s: string) => list.push(s);',
  'const totals = { a: 0 };\nexport function f() { totals.a += 1; }',
  'const totals = { a: 0 };\nexport function f() { totals.a++; }',
  'const byName: Record<string, number> = {};\nexport function f(k: string) { byName[k] = 1; }',
  'const byName: Record<string, number> = {};\nexport function f(k: string) { delete byName[k]; }',
  'const WORD = /\\w+/g;\nexport const f = (s: string) => WORD.test(s);',
])('finds %j', (text) => {
  expect(moduleState(source('src/engine/sample.ts', text))).not.toEqual([]);
});

test.each([
  'const names: ReadonlyMap<string, number> = new Map([["a", 1]]);',
  'const kinds: ReadonlySet<string> = new Set(["a"]);',
  'export const priorities = ["user", "drift"] as const;',
  'const totals = { a: 0 };\nexport const f = () => totals.a === 1 && totals.a <= 2;',
  'export function f() { let n = 0; const m = new Map(); m.set(n++, 1); return m; }',
  'const WORD = /\\w+/g;\nexport const f = (s: string) => s.replace(WORD, "");',
  'const A = (x: number) => x;\nexport const f = (b: { A: number[] }) => b.A.push(A(1));',
])('does not mind %j', (text) => {
  expect(moduleState(source('src/engine/sample.ts', text))).toEqual([]);
});
