import type { Random } from '../../src/ports/random.ts';

/**
 * Every choice that the documentation of the API leaves open, one switch each. The first value is the reference.
 * `unsupported` is what no client can work with; it is never drawn at random.
 */
export const DIALECT = {
  /** How a list is wrapped. */
  envelope: { values: ['value', 'array', 'items', 'named'], unsupported: 'xml' },
  /** How keys are spelled in replies. `odd` follows the documentation's tables: `Source-Connection`, `EmailErrorOnly`. */
  keys: { values: ['snake', 'title', 'camel', 'kebab', 'odd'], unsupported: 'opaque' },
  /** `uuid`: tasks and steps alone have 17-digit integers. */
  ids: { values: ['uuid', 'integer', 'uuidEverywhere'], unsupported: 'absent' },
  /** `typed`: `job_id` instead of `id`. */
  idKeys: { values: ['id', 'typed'], unsupported: 'href' },
  lastRunRoute: { values: ['tasks', 'job'], unsupported: 'absent' },
  columnsRoute: { values: ['path', 'query'], unsupported: 'absent' },
  moveMethod: { values: ['post', 'put'], unsupported: 'absent' },
  retrieveJob: { values: ['present', 'absent'], unsupported: 'empty' },
  statusRoute: { values: ['present', 'absent'], unsupported: 'loginPage' },
  /** `body`: POST logs/download with the file's name in the body. `path`: POST logs/{file}/download. */
  downloadRoute: { values: ['body', 'path'], unsupported: 'absent' },
  /** Where a user is created: `/users/`, `/users` or either. `plain` redirects the slash away. */
  usersPath: { values: ['both', 'slash', 'plain'], unsupported: 'absent' },
  /** What a route that the server does not have answers. */
  unknownRoute: { values: ['404', '405'], unsupported: 'ok' },
  /** `blocking`: the reply comes when the run has ended. */
  executeReply: { values: ['runId', 'empty', 'blocking'], unsupported: 'strangerId' },
  statusWords: { values: ['title', 'upper', 'sentence', 'running'], unsupported: 'numeric' },
  errors: { values: ['errorMessage', 'message', 'detail', 'text'], unsupported: 'html' },
  /** `skip`: at most a page for each call, with a count; `$skip` and `$top` are honoured. */
  paging: { values: ['none', 'nextLink', 'skip'], unsupported: 'silentCap' },
  secrets: { values: ['masked', 'plain', 'omitted'], unsupported: 'scrambled' },
  /** `replace`: what a PUT does not name goes back to its default; a connection's properties and settings always merge. */
  put: { values: ['partial', 'replace'], unsupported: 'createsNew' },
  /** What the server makes of texts when it stores them. */
  normalisation: { values: ['none', 'cron', 'trim'], unsupported: 'drops' },
  /** `summary`: lists leave out properties, schedules, alerts and options. */
  lists: { values: ['full', 'summary'], unsupported: 'idsOnly' },
  /** Milliseconds by which reads lag behind writes. */
  lag: { values: ['0', '3000'], unsupported: '120000' },
  names: { values: ['unique', 'duplicates'], unsupported: 'renames' },
  unknownKeys: { values: ['ignored', 'refused'], unsupported: 'crash' },
  /** How keys of a request must be spelled. `folded`: any way. */
  requestKeys: { values: ['folded', 'snake'], unsupported: 'kebab' },
  createReply: { values: ['object', 'id', 'nothing'], unsupported: 'loginPage' },
  updateReply: { values: ['object', 'id', 'nothing'], unsupported: 'loginPage' },
  positionBase: { values: ['1', '0'], unsupported: 'fromEnd' },
  /** The key of the target in a move's body, and of the place in a task or step. */
  moveKey: { values: ['position', 'index'], unsupported: 'after' },
  /** Whether tasks and steps also come inside their parent. */
  children: { values: ['separate', 'inParent'], unsupported: 'hidden' },
  /** `cronFlat`: `{schedule: {enabled}, cron}` for jobs, as their table reads; `flat`: `{schedule_enabled, schedule_cron}`. */
  schedule: { values: ['nested', 'cronFlat', 'flat'], unsupported: 'sentence' },
  /** `documented`: flat in jobs, below `alerts` in transformations. */
  alerts: { values: ['documented', 'nested', 'flat'] },
  /** `offset` and `local` are in the server's zone; `local` does not say so. */
  dates: { values: ['utc', 'offset', 'local'], unsupported: 'text' },
  history: { values: ['newest', 'oldest', 'finishedOnly'], unsupported: 'empty' },
  busyStatus: { values: ['409', '400'], unsupported: 'ignored' },
  unknownReference: { values: ['400', '422'], unsupported: 'accepted' },
  /** A failed connection test: a 200 that says so, or a 400. */
  testReply: { values: ['body', 'status'], unsupported: 'silent' },
  /** Whether jobs, transformations and pipelines carry the state of their last run. */
  itemStatus: { values: ['none', 'shown'] },
  /** `strings`: booleans and numbers as texts, as API v1 has them. */
  scalars: { values: ['native', 'strings'] },
  /** How a field without a value reads. */
  unset: { values: ['omitted', 'null'] },
  auth: { values: ['any'], unsupported: 'loginPage' },
} as const satisfies Record<string, { values: readonly [string, ...string[]]; unsupported?: string }>;

export type Switch = keyof typeof DIALECT;
type Unsupported<T> = T extends { unsupported: infer U } ? U : never;
export type SwitchValue<K extends Switch> = (typeof DIALECT)[K]['values'][number] | Unsupported<(typeof DIALECT)[K]>;

/** One server's choices. */
export type Dialect = { readonly [K in Switch]: SwitchValue<K> };

export const SWITCHES = Object.keys(DIALECT) as Switch[];

/** Pairs that cannot stand together: what one says cannot be carried out, or not be seen, in the other. */
export const IMPOSSIBLE: readonly (readonly [Switch, string, Switch, string])[] = [
  ['envelope', 'array', 'paging', 'nextLink'],
  ['envelope', 'array', 'paging', 'skip'],
  ['retrieveJob', 'absent', 'lists', 'summary'],
];

/** The first value of each switch: snake_case, `{value: []}`, uuids, object replies, partial PUT, masked secrets. */
export const referenceDialect: Dialect = dialectOf((key) => DIALECT[key].values[0]);

/** The reference with some switches set otherwise. */
export function dialectWith(changes: Partial<Dialect>): Dialect {
  return { ...referenceDialect, ...changes };
}

/** A dialect of supported values drawn from `random`; impossible pairs fall back to the reference in their second switch. */
export function randomDialect(random: Random): Dialect {
  const drawn = dialectOf((key) => {
    const { values } = DIALECT[key];
    return values[Math.floor(random.next() * values.length)]!;
  });
  let dialect = drawn;
  for (const [a, av, b, bv] of IMPOSSIBLE) {
    if (dialect[a] === av && dialect[b] === bv) dialect = { ...dialect, [b]: referenceDialect[b] };
  }
  return dialect;
}

/** Builds a dialect from one value for each switch. */
export function dialectOf(choose: (key: Switch) => string): Dialect {
  return Object.fromEntries(SWITCHES.map((key) => [key, choose(key)])) as Dialect;
}
