import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { GROUP } from './common.ts';
import { parseResource } from './definition.ts';
import { definitionOf } from './registry.ts';

type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec?: unknown;
  stringData?: Record<string, string>;
};

const ROOT = new URL('../../examples/', import.meta.url);
const FILES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .sort();

function read(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(new URL(file, ROOT), 'utf8')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
}

const isOurs = ({ apiVersion }: Manifest) => apiVersion.startsWith(`${GROUP}/`);

/** Paths of a value that the schema has no place for: the API server would drop them. */
function unknownPaths(schema: Schema, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, at) => unknownPaths(schema.items!, item, `${path}[${at}]`));
  if (schema.additionalProperties || !schema.properties) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const known = schema.properties![key];
    return known ? unknownPaths(known, child, `${path}.${key}`) : [`${path}.${key}`];
  });
}

type Schema = { properties?: Record<string, Schema>; items?: Schema; additionalProperties?: unknown };

describe.each(FILES.filter((file) => read(file).some(isOurs)))('examples/%s', (file) => {
  const manifests = read(file).filter(isOurs);

  test.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    '%s is valid and says nothing that would be dropped',
    (_, manifest) => {
      const definition = definitionOf(manifest.kind)!;
      expect(definition.installed).toBe(true);
      expect(parseResource(definition, manifest)).toMatchObject({ ok: true });
      const schema = z.toJSONSchema(definition.spec, { target: 'openapi-3.0', io: 'input' }) as Schema;
      expect(unknownPaths(schema, manifest.spec, 'spec')).toEqual([]);
    },
  );
});

test('requests that a ConfigMap holds are valid', () => {
  const maps = FILES.flatMap(read).filter(({ kind }) => kind === 'ConfigMap') as (Manifest & { data: object })[];
  // Scripts of events are in ConfigMaps, too.
  const files = maps.flatMap(({ data }) => Object.entries(data) as [string, string][]);
  const texts = files.filter(([name]) => name.endsWith('.yaml')).map(([, text]) => text);
  const requests = texts.map((text) => parseAllDocuments(text)[0]!.toJS() as Manifest).filter(isOurs);
  expect(requests.length).toBeGreaterThan(0);
  for (const request of requests) {
    const named = { ...request, metadata: { ...request.metadata, name: 'made' } };
    expect(parseResource(definitionOf(request.kind)!, named)).toMatchObject({ ok: true });
  }
});

test('what the basic example refers to is in it', () => {
  const manifests = FILES.filter((file) => file.startsWith('basic/')).flatMap(read);
  const names = new Set(manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const refers: Record<string, string> = {
    serverRef: 'SyncServer',
    workspaceRef: 'SyncWorkspace',
    sourceRef: 'SyncConnection',
    destinationRef: 'SyncConnection',
    tokenSecretRef: 'Secret',
    secretKeyRef: 'Secret',
  };
  const missing: string[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      const target = refers[key] && `${refers[key]}/${(child as { name: string }).name}`;
      if (target && !names.has(target)) missing.push(target);
      visit(child);
    }
  };
  for (const { spec } of manifests) visit(spec);
  expect(names.size).toBeGreaterThan(7);
  expect(missing).toEqual([]);
});
