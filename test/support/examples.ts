import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../cluster/types.ts';

/** Every object below `examples/`, in the namespace `default`, with a token of the simulator in the Secret of the server. */
export function exampleManifests(token: string): Manifest[] {
  const files = readdirSync('examples', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
  return files.sort().flatMap((file) => manifestsOf(readFileSync(join('examples', file), 'utf8'), token));
}

/** The objects of a YAML text. */
export function manifestsOf(text: string, token: string): Manifest[] {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Manifest | null);
  return objects
    .filter((object) => object !== null)
    .map((object) => {
      const placed = { ...object, metadata: { namespace: 'default', ...object.metadata } } as Manifest;
      const isToken = object.kind === 'Secret' && object.metadata?.name === 'sync-token';
      return isToken ? { ...placed, stringData: { token } } : placed;
    });
}
