import { stringify } from 'yaml';
import { flagOf, type Given } from './command.ts';
import type { Terminal } from './terminal.ts';

/** Data in the form that `-o` asks for; undefined: as a table, which the command makes. */
export function asData(given: Given, data: unknown): string | undefined {
  switch (flagOf(given, 'output')) {
    case 'json':
      return `${JSON.stringify(data, undefined, 2)}\n`;
    case 'yaml':
      return asYaml(data);
    default:
      return undefined;
  }
}

/** Data as YAML that every parser of Kubernetes reads alike. */
export function asYaml(data: unknown): string {
  // Without line folding, and with YAML 1.1's words quoted: kubectl reads `on` as a boolean.
  return stringify(data, { lineWidth: 0, version: '1.1' });
}

/** Rows as data or as a table; where there are none, the words for that on standard error in place of an empty table. */
export function showRows(
  terminal: Terminal,
  given: Given,
  rows: readonly unknown[],
  { asTable, none }: { asTable: () => string; none: string },
): void {
  const data = asData(given, rows);
  if (data === undefined && rows.length === 0) terminal.err(`${none}\n`);
  else terminal.out(data ?? asTable());
}
