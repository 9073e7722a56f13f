import { expect, test } from 'vitest';
import { type Source, shipped, source } from './sources.ts';

/** What each part of src may import besides itself and `ports` (design §3). Folders end in `/`; the others are beginnings of names. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  ports: [],
  api: [],
  sync: [],
  kube: [],
  observability: [],
  config: ['observability/'],
  engine: ['kube/', 'api/common', 'api/fields', 'api/conditions'],
  kinds: ['api/', 'sync/', 'kube/', 'engine/'],
};

/** They wire everything together. */
const seeAll = ['app', 'main', 'cli'];

/** Packages that only some parts may use: the outside world stays behind the ports. */
const packages: Readonly<Record<string, readonly string[]>> = {
  undici: ['ports'],
  pino: ['observability'],
  'prom-client': ['observability'],
  '@kubernetes/client-node': ['kube', 'ports', 'cli', 'main'],
};

const inside = (path: string) => path.replace(/^src\//, '');
const partOf = (path: string) => inside(path).split('/')[0]!.replace(/\.ts$/, '');

function wrongImports(file: Source): string[] {
  const part = partOf(file.path);
  return file.imports.flatMap(({ specifier, path }) => {
    const complaint = `${file.path} imports ${specifier}`;
    if (path === undefined) {
      const allowed =
        packages[
          specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/')
        ];
      return allowed && !allowed.includes(part) ? [complaint] : [];
    }
    if (!path.startsWith('src/')) return [complaint];
    if (seeAll.includes(part) || partOf(path) === part || partOf(path) === 'ports') return [];
    return mayImport[part]?.some((prefix) => inside(path).startsWith(prefix)) ? [] : [complaint];
  });
}

test('imports go one way', () => {
  expect(shipped().flatMap(wrongImports)).toEqual([]);
});

test.each([
  ['src/ports/a.ts', '../kube/b.ts'],
  ['src/api/a.ts', '../sync/b.ts'],
  ['src/sync/models/a.ts', '../../api/b.ts'],
  ['src/kube/a.ts', '../engine/b.ts'],
  ['src/engine/a.ts', '../sync/b.ts'],
  ['src/engine/a.ts', '../api/syncJob.ts'],
  ['src/kinds/job/a.ts', '../../app.ts'],
  ['src/kinds/job/a.ts', '../../observability/b.ts'],
  ['src/observability/a.ts', '../kube/b.ts'],
  ['src/app.ts', '../test/support/b.ts'],
  ['src/main.ts', '../tools/b.ts'],
  ['src/sync/a.ts', 'undici'],
  ['src/engine/a.ts', 'prom-client'],
])('%s may not import %s', (path, specifier) => {
  for (const statement of [
    `import { b } from '${specifier}';`,
    `export * from '${specifier}';`,
    `await import('${specifier}');`,
  ]) {
    expect(wrongImports(source(path, statement))).toEqual([`${path} imports ${specifier}`]);
  }
});

test.each([
  ['src/engine/a.ts', '../ports/clock.ts'],
  ['src/engine/a.ts', '../kube/store.ts'],
  ['src/engine/a.ts', '../api/fields.ts'],
  ['src/kinds/job/a.ts', '../../sync/client.ts'],
  ['src/app.ts', './kinds/job/a.ts'],
  ['src/cli/a.ts', '../app.ts'],
  ['src/ports/a.ts', 'undici'],
  ['src/kube/a.ts', 'node:crypto'],
])('%s may import %s', (path, specifier) => {
  expect(wrongImports(source(path, `import { b } from '${specifier}';`))).toEqual([]);
});
