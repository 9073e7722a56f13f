import type { Json } from '../../ports/json.ts';
import type { ChildrenApi } from '../../sync/apis/children.ts';

/** A task has either a table or a query: one that becomes the other loses what it was about before. */
export function withOneSubject(tasks: ChildrenApi): ChildrenApi {
  const other = { table: 'query', query: 'table' } as const;
  return {
    ...tasks,
    update(jobId, base, changes, options) {
      const cleared = (['table', 'query'] as const)
        .filter((path) => changes.has(path) && !changes.has(other[path]) && base.fields.get(other[path]))
        .map((path): [string, Json] => [other[path], null]);
      return tasks.update(jobId, base, new Map([...changes, ...cleared]), options);
    },
  };
}

const WHOLE_TABLE = /^\s*REPLICATE\s+(?:\[([^\]]+)\]|([^\s[\];]+))\s*;?\s*$/i;

/**
 * What a task is about: its table, or its query where that is more than a whole table. A table and `REPLICATE [table]` are the
 * same (sync-api-v2.md section 3.4), since a server may show either for the other.
 */
export function naturalTask(fields: ReadonlyMap<string, Json>): string {
  const table = fields.get('table');
  if (typeof table === 'string' && table !== '') return table;
  const query = String(fields.get('query') ?? '');
  const whole = WHOLE_TABLE.exec(query);
  return whole?.[1] ?? whole?.[2] ?? query.trim().replace(/\s+/g, ' ');
}

/** The table that a task copies as a whole; undefined where its query is more than that. */
export function tableOf(fields: ReadonlyMap<string, Json>): string | undefined {
  const table = fields.get('table');
  if (typeof table === 'string' && table !== '') return table;
  const whole = WHOLE_TABLE.exec(String(fields.get('query') ?? ''));
  return whole?.[1] ?? whole?.[2];
}
