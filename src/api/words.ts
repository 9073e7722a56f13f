import type { Problem } from './definition.ts';
import { type Field, fieldOf } from './fields.ts';

/** The words that the documentation of Sync names (sync-api-v2.md 5.2). A server may know others, which are passed on. */
export const JOB_TYPES = ['Standard', 'SyncAll', 'LoadFolder', 'ChangeDataCapture', 'ReverseETL'];
export const TRANSFORMATION_TYPES = ['SQL', 'DBT', 'DBT-Cloud'];
export const TRIGGER_TYPES = ['None', 'Scheduled', 'AfterJob'];
export const JOB_VERBOSITIES = ['Error', 'Info', 'Transfer', 'Verbose'];
export const CONNECTION_VERBOSITIES = ['None', 'Error', 'Info', 'Transfer', 'Verbose'];
export const METADATA_REFRESHES = ['Never', 'Hourly', 'Daily', 'Start_of_Job'];
export const INTERVAL_UNITS = ['minutes', 'hours', 'days', 'weeks', 'months', 'years'];

/** Words of a spec that are not among the known ones of their field: worth a warning, never an error. */
export function unknownWords(table: readonly Field[], spec: object): Problem[] {
  return Object.entries(spec).flatMap(([key, value]) => visit(table, key, value));
}

function visit(table: readonly Field[], path: string, value: unknown): Problem[] {
  if (typeof value === 'string') {
    const { words } = fieldOf(table, path) ?? {};
    if (!words || words.some((word) => fold(word) === fold(value))) return [];
    return [
      {
        path: `spec.${path}`,
        message: `${value} is not a word that we know (${words.join(', ')}); it is passed on as it is`,
      },
    ];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => visit(table, `${path}.${key}`, child));
}

function fold(word: string): string {
  return word.toLowerCase().replace(/[ _.-]/g, '');
}
