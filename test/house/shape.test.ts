import { expect, test } from 'vitest';
import { matches, type Source, shipped, source, sourcesBelow } from './sources.ts';

const MOST_LINES = 350;
const MOST_LINES_OF_A_KIND = 400;

/** Files that are longer, each with the reason. */
const longFiles: Readonly<Record<string, string>> = {};

/** Rooms below src/kinds that all kinds share. */
const SHARED: ReadonlySet<string> = new Set(['export', 'probe', 'remote', 'session', 'shared']);

const lines = ({ text }: Source) => text.trimEnd().split('\n').length;

const tooLong = (file: Source) =>
  lines(file) > MOST_LINES && !Object.hasOwn(longFiles, file.path) ? [`${file.path} has ${lines(file)} lines`] : [];

function largeKinds(files: readonly Source[]): string[] {
  const sizes = new Map<string, number>();
  for (const file of files) {
    const kind = /^src\/kinds\/([^/]+)\//.exec(file.path)?.[1];
    if (kind && !SHARED.has(kind)) sizes.set(kind, (sizes.get(kind) ?? 0) + lines(file));
  }
  return [...sizes]
    .filter(([, size]) => size > MOST_LINES_OF_A_KIND)
    .map(([kind, size]) => `${kind} has ${size} lines`);
}

/** Tests that do not run, or that hide others. */
const unrun = (file: Source) =>
  matches(file, /\b(test|it|describe|suite|bench)(\.\w+)*\.(only|skip|todo|fails)\b/, 'every test runs');

const classes = (file: Source) => matches(file, /\bclass\s+(?!\w+\s+extends\s+\w*Error\b)\w+/, 'a function would do');

const enums = (file: Source) =>
  matches(file, /^\s*(export )?(declare )?(const )?(enum|namespace)\s+\w+/m, 'not erasable');

/** A file that only hands on what others export. */
function barrel(file: Source): string[] {
  const rest = file.code.replace(/\b(?:import|export)\b[^;]*?\bfrom\s*['"]\s*['"]\s*;?/g, '').trim();
  const handsOn = /\bexport\b[^;]*?\bfrom\s*['"]/.test(file.code);
  const all = matches(file, /\bexport \*/, 'name what is exported');
  return handsOn && rest === '' ? [`${file.path} only hands on`, ...all] : all;
}

test('no file is longer than can be read at once', () => {
  expect(shipped().flatMap(tooLong)).toEqual([]);
  expect(tooLong(source('src/engine/sample.ts', 'a;\n'.repeat(351)))).toEqual(['src/engine/sample.ts has 351 lines']);
  expect(tooLong(source('src/engine/sample.ts', 'a;\n'.repeat(350)))).toEqual([]);
});

test('the list of long files names only files that are long', () => {
  const long = shipped().filter((file) => lines(file) > MOST_LINES);
  expect(Object.keys(longFiles).filter((path) => !long.some((file) => file.path === path))).toEqual([]);
});

test('what is special about a kind stays small', () => {
  expect(largeKinds(shipped())).toEqual([]);
  const sample = ['a', 'b'].map((name) => source(`src/kinds/sample/${name}.ts`, 'a;\n'.repeat(201)));
  expect(largeKinds(sample)).toEqual(['sample has 402 lines']);
});

test('every test runs', () => {
  expect(['src', 'test', 'tools'].flatMap(sourcesBelow).flatMap(unrun)).toEqual([]);
  for (const word of ['test.only', 'test.skip', 'it.todo', 'describe.concurrent.skip']) {
    expect(unrun(source('src/a.test.ts', `${word}('a', () => {});`))).toHaveLength(1);
  }
  expect(unrun(source('src/a.test.ts', "test('skip.only', () => list.skip(1));"))).toEqual([]);
});

test('functions over classes, except for errors', () => {
  expect(shipped().flatMap(classes)).toEqual([]);
  expect(classes(source('src/a.ts', 'export class Queue {}'))).toHaveLength(1);
  expect(classes(source('src/a.ts', 'export class Queue extends EventEmitter {}'))).toHaveLength(1);
  expect(classes(source('src/a.ts', 'class RemoteError extends Error {}\nclass Gone extends RemoteError {}'))).toEqual(
    [],
  );
});

test('types vanish: no enum, no namespace', () => {
  expect(shipped().flatMap(enums)).toEqual([]);
  expect(enums(source('src/a.ts', 'export enum A { B }'))).toHaveLength(1);
  expect(enums(source('src/a.ts', 'const namespace = a.namespace;'))).toEqual([]);
});

test('no file only hands on what others export', () => {
  expect(shipped().flatMap(barrel)).toEqual([]);
  expect(
    barrel(source('src/a.ts', "// all\nexport { b } from './b.ts';\nexport type { c } from './c.ts';\n")),
  ).toHaveLength(1);
  expect(
    barrel(source('src/a.ts', "import { d } from './d.ts';\nexport * from './b.ts';\nexport const a = d;\n")),
  ).toHaveLength(1);
  expect(barrel(source('src/a.ts', "import { b } from './b.ts';\nexport const c = b;\n"))).toEqual([]);
});
