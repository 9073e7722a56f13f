import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { Loose, Manifest } from '../../test/cluster/types.ts';

const FOLDER = fileURLToPath(new URL('../../examples/basic/', import.meta.url));

/** What has to differ from the files in `examples/basic`: where the server is, the secrets, and a faster pulse. */
export interface Place {
  url: string;
  token: string;
  /** By name of the Secret, then by key. */
  secrets: Readonly<Record<string, Record<string, string>>>;
}

/** The manifests of `examples/basic`, in the order of the files, fit for the demo. */
export function readExamples({ url, token, secrets }: Place): Manifest[] {
  const files = readdirSync(FOLDER).sort();
  const texts = files.map((file) => readFileSync(join(FOLDER, file), 'utf8'));
  const manifests = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest));
  return manifests.map((manifest) => {
    if (manifest.kind === 'SyncServer') return withSpec(manifest, { url, pollInterval: '2s', lagGrace: '2s' });
    if (manifest.kind !== 'Secret') return manifest;
    const values = manifest.metadata.name === 'sync-token' ? { token } : secrets[manifest.metadata.name!];
    return { ...manifest, stringData: values };
  });
}

/** A manifest of `examples/runs`, as it is. */
export function readRun(file: string): Manifest {
  return parseAllDocuments(readFileSync(join(FOLDER, '../runs', file), 'utf8'))[0]!.toJS() as Manifest;
}

/** The manifest with some fields of its spec set; undefined takes a field out. */
export function withSpec(manifest: Manifest, changes: Loose): Manifest {
  const entries = Object.entries({ ...manifest.spec, ...changes }).filter(([, value]) => value !== undefined);
  return { ...manifest, spec: Object.fromEntries(entries) };
}

/** The one of that kind and name. */
export function pick(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (!found) throw new Error(`examples/basic has no ${kind} ${name}`);
  return found;
}
