import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Loose, Manifest } from '../cluster/types.ts';
import { SYNC_URL } from './manifests.ts';

const ROOT = new URL('../../examples/', import.meta.url);

/** The manifests of `examples/<folder>` in the order of its files, at the simulator, with its token; `default` where no namespace is given. */
export function readExample(folder: string, token: string): Manifest[] {
  const files = readdirSync(new URL(`${folder}/`, ROOT)).sort();
  const texts = files.map((file) => readFileSync(new URL(`${folder}/${file}`, ROOT), 'utf8'));
  return texts
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest))
    .map((manifest) => placed(manifest, token));
}

function placed(manifest: Manifest, token: string): Manifest {
  const { metadata, kind } = manifest;
  const isGlobal = kind === 'Namespace';
  const one: Loose = { ...manifest, metadata: isGlobal ? metadata : { namespace: 'default', ...metadata } };
  if (kind === 'SyncServer') one.spec.url = SYNC_URL;
  if (kind === 'Secret' && metadata.name === 'sync-token') one.stringData = { token };
  return one as Manifest;
}

/** The same with a policy on everything that may be deleted in Sync. */
export function withDeletion(manifests: readonly Manifest[], deletionPolicy: string): Manifest[] {
  return manifests.map((manifest) => {
    if (!manifest.kind.startsWith('Sync') || manifest.kind === 'SyncServer') return manifest;
    return { ...manifest, spec: { ...(manifest.spec as Loose), deletionPolicy } };
  });
}
