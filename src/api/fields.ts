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
  /** A change may lose data or replication state: held under `changePolicy: Safe`. `whenTrue`, `whenFalse`: only a change to that does. */
  destructive?: boolean | 'whenTrue' | 'whenFalse';
  /** Of a vocabulary of the server: the words that its documentation names; others are passed on with a warning. */
  words?: readonly string[];
  /** Of an entry that ends in `*`: only the map keys that match. The first entry that fits wins. */
  keys?: RegExp;
}

/**
 * update: sent by PUT. recreate: delete and create, always destructive. writeOnly: sent, never compared with what is read.
 * unknown: nobody knows whether a PUT changes it; held under Safe. fixed: refused by a CEL rule once set.
 * local: never sent to Sync.
 */
export type ChangeKind = 'update' | 'recreate' | 'writeOnly' | 'unknown' | 'fixed' | 'local';

/** vocabulary: folds case and separators. cron: collapses spaces. set: order does not matter. reference: by id, else by name. */
export type Equality = 'string' | 'number' | 'boolean' | 'vocabulary' | 'cron' | 'set' | 'reference' | 'json';

/**
 * The entry of `path` in a table: its own, or that of an object or list it lies in (`sourceRef.id` finds `sourceRef`), or the
 * first `*` entry that fits its map key. List indexes (`tasks[3].table`) find the `[]` entry.
 */
export function fieldOf(table: readonly Field[], path: string): Field | undefined {
  const wanted = path.replace(/\[[0-9]+\]/g, '[]');
  for (let prefix = wanted; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) {
    const list = prefix.endsWith('[]') ? prefix.slice(0, -2) : prefix;
    const own = table.find((field) => field.path === prefix || field.path === list);
    if (own) return own;
    const rest = wanted.slice(prefix.length + 1);
    const any = `${prefix}.*`;
    const star = rest !== '' && table.find((field) => field.path === any && (field.keys?.test(rest) ?? true));
    if (star) return star;
  }
  return undefined;
}
