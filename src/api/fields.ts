/**
 * What may change how: one entry for every field that a user may write (the change table of the design, §4).
 * The planner, the documentation and a test per field are driven by it.
 */
export interface Field {
  /** Path in the spec: `schedule.cron`, `options.dropTable`; `properties.*` and `extra.*` for maps; `tasks[].table` for list items. */
  path: string;
  change: ChangeKind;
  /** How a wanted and an observed value are compared. */
  equality: Equality;
  /** A change may lose data or replication state: held under `changePolicy: Safe`. `whenTrue`: only turning it on does. */
  destructive?: boolean | 'whenTrue';
}

/**
 * update: sent by PUT. recreate: delete and create, always destructive. writeOnly: sent, never compared with what is read.
 * unknown: nobody knows whether a PUT changes it; held under Safe. fixed: refused by a CEL rule once set.
 * local: never sent to Sync.
 */
export type ChangeKind = 'update' | 'recreate' | 'writeOnly' | 'unknown' | 'fixed' | 'local';

/** vocabulary: folds case and separators. cron: collapses spaces. set: order does not matter. reference: by id, else by name. */
export type Equality = 'string' | 'number' | 'boolean' | 'vocabulary' | 'cron' | 'set' | 'reference' | 'json';

/** The entry of `path` in a table; concrete map keys and list indexes find their `*` and `[]` entry. */
export function fieldOf(table: readonly Field[], path: string): Field | undefined {
  const exact = table.find((field) => field.path === path);
  if (exact) return exact;
  const star = `${path.split('.')[0]}.*`;
  return table.find((field) => field.path === star);
}
