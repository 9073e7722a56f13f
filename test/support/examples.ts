import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Loose, Manifest } from '../cluster/types.ts';

const ROOT = new URL('../../examples/', import.meta.url);

/**
 * Every object of `examples/<folder>` in the order of its files, with a token of the simulator in the Secret of the server; in the
 * namespace `default` where it names none.
 */
export function exampleManifests(token: string, folder = 'basic'): Manifest[] {
  const files = readdirSync(new URL(`${folder}/`, ROOT)).sort();
  return files.flatMap((file) => manifestsOf(readFileSync(new URL(`${folder}/${file}`, ROOT), 'utf8'), token));
}

/** The objects of a YAML text. */
export function manifestsOf(text: string, token: string): Manifest[] {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Manifest | null);
  return objects
    .filter((object) => object !== null)
    .map((object) => {
      const isGlobal = object.kind === 'Namespace';
      const metadata = isGlobal ? object.metadata : { namespace: 'default', ...object.metadata };
      const isToken = object.kind === 'Secret' && object.metadata?.name === 'sync-token';
      return { ...object, metadata, ...(isToken && { stringData: { token } }) } as Manifest;
    });
}

/** The same with the server under another URL. */
export function servedAt(manifests: readonly Manifest[], url: string): Manifest[] {
  return manifests.map((manifest) =>
    manifest.kind === 'SyncServer' ? { ...manifest, spec: { ...(manifest.spec as Loose), url } } : manifest,
  );
}

/** The same with a policy on everything that may be deleted in Sync. */
export function withDeletion(manifests: readonly Manifest[], deletionPolicy: string): Manifest[] {
  return manifests.map((manifest) => {
    if (!manifest.kind.startsWith('Sync') || manifest.kind === 'SyncServer') return manifest;
    return { ...manifest, spec: { ...(manifest.spec as Loose), deletionPolicy } };
  });
}
