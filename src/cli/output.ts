import { stringify } from 'yaml';
import { flagOf, type Given } from './command.ts';

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
