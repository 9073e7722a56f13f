import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { KINDS } from '../src/api/registry.ts';
import { type Crd, crdFiles, crdOf } from './crds.ts';
import { docFiles } from './docs.ts';

const ROOT = new URL('../', import.meta.url);

describe('what is committed is what is generated', () => {
  test.each([...crdFiles(), ...docFiles()])('%s', (path, text) => {
    expect(readFileSync(new URL(path, ROOT), 'utf8')).toBe(text);
  });

  test('only kinds with a controller have a definition', () => {
    const files = readdirSync(new URL('crds/', ROOT)).sort();
    expect(files.map((file) => `crds/${file}`)).toEqual([...crdFiles().keys()].sort());
    expect(KINDS.filter(({ installed }) => installed).map(({ kind }) => kind)).toEqual([
      'SyncServer',
      'SyncWorkspace',
      'SyncConnection',
      'SyncJob',
      'SyncTransformation',
      'SyncPipeline',
      'SyncEvent',
      'SyncUser',
      'SyncRun',
    ]);
  });
});

test.each([...crdFiles()])('%s reads back as the definition', (path, text) => {
  const crd = parse(text) as Crd;
  const definition = KINDS.find(({ kind }) => kind === crd.spec.names.kind)!;
  expect(crd).toEqual(JSON.parse(JSON.stringify(crdOf(definition))));
  expect(path).toBe(`crds/${crd.metadata.name}.yaml`);
  // Client-side apply copies the whole object into an annotation of at most 256 KiB.
  expect(JSON.stringify(crd).length).toBeLessThan(200 * 1024);
});

test('names of kinds, plurals and short names are used once', () => {
  const names = KINDS.flatMap(({ kind, plural, shortNames }) => [kind.toLowerCase(), plural, ...shortNames]);
  expect(names).toEqual([...new Set(names)]);
});

test('integers are int64, and defaults of nested objects are filled in by the API server', () => {
  const server = crdOf(KINDS.find(({ kind }) => kind === 'SyncServer')!);
  const schema = server.spec.versions[0]!.schema.openAPIV3Schema;
  expect(schema).toMatchObject({
    properties: {
      spec: {
        required: ['url', 'auth'],
        properties: {
          limits: { default: {}, properties: { burst: { type: 'integer', format: 'int64', default: 20 } } },
          url: { 'x-kubernetes-validations': [{ message: expect.stringContaining('apiPath') }] },
        },
      },
    },
  });
});
