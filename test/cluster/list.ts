import { changesSince, type Entry, type Table } from './store.ts';

export interface Page {
  entries: Entry[];
  /** The last key of this page, when there are more. */
  next?: string;
  /** How many more there are, when nothing was filtered. */
  remaining?: number;
}

export interface ListQuery {
  /** All, or those of one namespace. */
  namespace?: string;
  /** A name that the field selector fixes, for a direct look-up. */
  name?: string;
  /** The key after which the page starts. */
  after?: string;
  limit?: number;
  /** The revision to show; undefined is now. */
  at?: number;
  match?: (entry: Entry) => boolean;
}

/** One page in key order, as of one revision. @throws StatusError 410 when that revision is forgotten. */
export function listPage(table: Table, query: ListQuery): Page {
  const past = query.at === undefined ? undefined : stateAt(table, query.at);
  const prefix = query.namespace !== undefined && table.type.namespaced ? `${query.namespace}/` : '';
  const start = query.after ?? prefix;
  const entries: Entry[] = [];
  const limit = query.limit || Number.POSITIVE_INFINITY;
  for (const key of candidates(table, query, prefix, start, past)) {
    if (prefix && !key.startsWith(prefix)) break;
    const entry = past?.has(key) ? past.get(key) : table.entries.get(key);
    if (!entry) continue;
    if (entries.length === limit) {
      // As with etcd: there is more, even when nothing of it will match, so a last page may be empty.
      const next = entries.at(-1)!.key;
      if (query.match) return { entries, next };
      const end = prefix ? `${prefix}\uffff` : '\uffff';
      return { entries, next, remaining: Math.max(1, table.keys.rank(end) - table.keys.rank(next)) };
    }
    if (!query.match || query.match(entry)) entries.push(entry);
  }
  return { entries };
}

function candidates(
  table: Table,
  query: ListQuery,
  prefix: string,
  start: string,
  past: Map<string, Entry | undefined> | undefined,
): Iterable<string> {
  const only = query.name === undefined ? undefined : `${prefix}${query.name}`;
  if (only !== undefined && (prefix || !table.type.namespaced)) return only > start ? [only] : [];
  if (!past || past.size === 0) return table.keys.after(start);
  const gone = [...past.keys()].filter((key) => key > start && !table.entries.has(key)).sort();
  return gone.length === 0 ? table.keys.after(start) : merged(table.keys.after(start), gone);
}

function* merged(live: Iterable<string>, gone: string[]): Generator<string> {
  let at = 0;
  for (const key of live) {
    while (at < gone.length && gone[at]! < key) yield gone[at++]!;
    yield key;
  }
  while (at < gone.length) yield gone[at++]!;
}

/** What changed keys were at a revision; undefined means that they were not there. */
function stateAt(table: Table, rv: number): Map<string, Entry | undefined> {
  const past = new Map<string, Entry | undefined>();
  for (const change of changesSince(table, rv)) if (!past.has(change.key)) past.set(change.key, change.prev);
  return past;
}
