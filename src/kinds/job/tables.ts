import type { Desired } from '../../engine/kind.ts';
import type { RemoteObject } from '../../engine/remote.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { TableRecord } from '../../sync/models/records.ts';
import { nearest } from './nearest.ts';
import { naturalTask, tableOf } from './tasks.ts';

/** What came of looking for the tables of a job in its source. */
export type TablesCheck =
  | { state: 'found' }
  | { state: 'missing'; message: string }
  /** The source cannot be asked: tasks are added unchecked. */
  | { state: 'unknown'; message: string };

/** Tasks that are named in one message. */
const NAMED = 5;

/** Looks for the tables of tasks that the server does not have yet (`verifyTables`). Never rejects: what cannot be checked is said. */
export async function checkTables(
  want: Desired,
  have: RemoteObject | undefined,
  list: (connectionId: string) => Promise<TableRecord[]>,
): Promise<TablesCheck> {
  const there = new Set(have?.children?.map(({ fields }) => naturalTask(fields)));
  const tasks = (want.children ?? []).flatMap(({ fields, natural }, at) => {
    const table = tableOf(fields);
    return table === undefined || there.has(natural) ? [] : [{ at, table }];
  });
  const source = sourceOf(want, have);
  if (tasks.length === 0 || source === undefined) return { state: 'found' };
  let tables: TableRecord[];
  try {
    tables = await list(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      state: 'unknown',
      message: `the tables of the source could not be listed, so tasks were not checked: ${why}`,
    };
  }
  if (tables.length === 0)
    return { state: 'unknown', message: 'the source lists no tables, so tasks were not checked' };
  const names = new Set(tables.flatMap(namesOf));
  const missing = tasks.filter(({ table }) => !names.has(table));
  return missing.length === 0 ? { state: 'found' } : { state: 'missing', message: describe(missing, tables) };
}

function sourceOf(want: Desired, have: RemoteObject | undefined): string | undefined {
  const reference = want.fields.get('sourceRef') ?? have?.fields.get('sourceRef');
  return (reference as JsonObject | null | undefined)?.id as string | undefined;
}

function namesOf({ name, schema, catalog }: TableRecord): string[] {
  const withSchema = schema === undefined ? [] : [`${schema}.${name}`];
  return [
    name,
    ...withSchema,
    ...(catalog === undefined ? [] : [name, ...withSchema].map((each) => `${catalog}.${each}`)),
  ];
}

function describe(missing: readonly { at: number; table: string }[], tables: readonly TableRecord[]): string {
  const names = tables.map(({ name }) => name);
  const shown = missing.slice(0, NAMED).map(({ at, table }) => {
    const near = nearest(table, names);
    return `spec.tasks[${at}] ${table}${near.length > 0 ? ` (there is ${near.join(', ')})` : ''}`;
  });
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  return `the source has no such table: ${shown.join('; ')}${more}; correct the name, or set verifyTables: false`;
}
