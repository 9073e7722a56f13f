import type { Field } from '../../api/fields.ts';
import type { DesiredChild } from '../../engine/kind.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import { leavesOf } from './leaves.ts';

/** The entries of the items of a list (`tasks`), by the path inside an item. */
export function itemFields(table: readonly Field[], list: string): readonly Field[] {
  const prefix = `${list}[].`;
  return table
    .filter(({ path }) => path.startsWith(prefix))
    .map((field) => ({ ...field, path: field.path.slice(prefix.length) }));
}

/** Tasks as a spec lists them, in order; `table`: the entries of one task. */
export function desiredTasks(
  tasks: readonly object[],
  table: readonly Field[],
  natural: (fields: ReadonlyMap<string, Json>) => string,
): DesiredChild[] {
  return tasks.map((task) => {
    const fields = new Map(leavesOf(table, task as JsonObject).map(({ path, value }) => [path, value]));
    const { key } = task as { key?: string };
    return { ...(key !== undefined && { key }), natural: natural(fields), fields };
  });
}
