import { parseAllDocuments, stringify } from 'yaml';
import type { Loose, Manifest } from '../../cluster/types.ts';
import { output, run } from './programs.ts';

export const CHART = 'charts/sync-operator';
const NAMESPACE = 'sync-operator';

/** The arguments that give values; standard input carries them. */
const withValues = (name: string, ...args: string[]) => [
  'template',
  name,
  CHART,
  '--namespace',
  NAMESPACE,
  '-f',
  '-',
  ...args,
];

/** The objects of the chart with these values. */
export function render(values: Loose = {}, { release = 'sync-operator', args = [] as string[] } = {}): Manifest[] {
  return documents(output('helm', withValues(release, ...args), stringify(values)));
}

/** What helm says when it refuses values; undefined when it does not. */
export function refusal(values: Loose): string | undefined {
  const { code, stderr } = run('helm', withValues('sync-operator'), stringify(values));
  return code === 0 ? undefined : stderr;
}

export function documents(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

/** The only object of that kind; fails when there is none, or more than one. */
export function only(objects: readonly Manifest[], kind: string, name?: string): Loose {
  const found = objects.filter((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
  if (found.length !== 1) throw new Error(`${found.length} objects are a ${kind} ${name ?? ''}`);
  return found[0] as Loose;
}
