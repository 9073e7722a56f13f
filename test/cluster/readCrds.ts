import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './types.ts';

/** The CRDs in the YAML files of a folder, for `cluster.install`. */
export function readCrds(folder: string): Manifest[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const texts = files.sort().map((name) => readFileSync(join(folder, name), 'utf8'));
  const documents = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest));
  return documents.filter((document) => document?.kind === 'CustomResourceDefinition');
}
