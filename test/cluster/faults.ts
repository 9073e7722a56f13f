import { CutConnection } from '../support/server.ts';
import { StatusError } from './status.ts';
import type { Store } from './store.ts';

/** A request as fault rules and the write log see it. */
export interface RequestInfo {
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  group: string;
  resource: string;
  namespace?: string;
  name?: string;
  subresource?: string;
  userAgent: string;
}

export type Match = (request: RequestInfo) => boolean;

export interface FaultRule {
  /** Which requests; all when absent. */
  match?: Match;
  /** How often; until removed when absent. */
  times?: number;
  /**
   * `reject` answers with this code and changes nothing (`retryAfter` in seconds). `cutBefore` drops the connection before
   * acting, `cutAfter` after, `hang` never answers.
   */
  outcome: { reject: number; retryAfter?: number } | 'cutBefore' | 'cutAfter' | 'hang';
}

/** An open watch, as faults see it. */
export interface OpenWatch {
  request: RequestInfo;
  /** Ends cleanly, as after timeoutSeconds. */
  end(): void;
  /** Breaks off, as a lost connection. */
  cut(): void;
  /** Delivers nothing later than this revision until told otherwise; undefined delivers what was held. */
  hold(revision: number | undefined): void;
}

export interface Faults {
  /** Adds a rule; the first one that matches counts. The returned function removes it. */
  add(rule: FaultRule): () => void;
  /** Forgets all rules and thaws all watches. */
  clear(): void;
  /** Breaks open watches off. */
  breakWatches(match?: Match): void;
  /** Ends open watches cleanly. */
  endWatches(match?: Match): void;
  /** A stale API server: open and new watches, and lists with resourceVersion=0, show nothing newer than now. */
  freeze(match?: Match): void;
  thaw(): void;
  /** Forgets all history: older resourceVersions and continue tokens get 410. */
  compact(): void;
  /** No bookmarks while true. */
  dropBookmarks: boolean;
  /** How a watch learns of 410: as the first event (as the API server does it), or as HTTP status. */
  expiredAs: 'event' | 'status';
  /** How many watches are open. */
  openWatches(match?: Match): number;
}

/** Faults with what the request path needs of them. */
export interface FaultState extends Faults {
  /** Throws for requests that do not get through; tells whether to cut after acting. */
  enter(request: RequestInfo, signal: AbortSignal): Promise<'cutAfter' | undefined> | 'cutAfter' | undefined;
  /** The revision at which a request's view is frozen. */
  frozenAt(request: RequestInfo): number | undefined;
  opened(watch: OpenWatch): () => void;
}

const all: Match = () => true;

export function createFaults(store: Store): FaultState {
  const rules: { rule: FaultRule; left: number }[] = [];
  const watches = new Set<OpenWatch>();
  let frozen: { match: Match; revision: number } | undefined;
  const matching = (match: Match) => [...watches].filter((watch) => match(watch.request));

  const faults: FaultState = {
    dropBookmarks: false,
    expiredAs: 'event',
    add(rule) {
      const item = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      rules.push(item);
      return () => {
        const at = rules.indexOf(item);
        if (at >= 0) rules.splice(at, 1);
      };
    },
    clear() {
      rules.length = 0;
      faults.dropBookmarks = false;
      faults.thaw();
    },
    breakWatches: (match = all) => {
      for (const watch of matching(match)) watch.cut();
    },
    endWatches: (match = all) => {
      for (const watch of matching(match)) watch.end();
    },
    freeze(match = all) {
      frozen = { match, revision: store.revision };
      for (const watch of matching(match)) watch.hold(store.revision);
    },
    thaw() {
      frozen = undefined;
      for (const watch of watches) watch.hold(undefined);
    },
    compact: () => store.compact(),
    openWatches: (match = all) => matching(match).length,
    frozenAt: (request) => (frozen?.match(request) ? frozen.revision : undefined),
    opened(watch) {
      watches.add(watch);
      return () => watches.delete(watch);
    },
    enter(request, signal) {
      const item = rules.find(({ rule }) => rule.match?.(request) ?? true);
      if (!item) return undefined;
      item.left -= 1;
      if (item.left <= 0) rules.splice(rules.indexOf(item), 1);
      const { outcome } = item.rule;
      if (outcome === 'cutAfter') return outcome;
      if (outcome === 'cutBefore') throw new CutConnection('cut before acting');
      if (outcome === 'hang') return hang(signal);
      throw rejection(outcome.reject, outcome.retryAfter);
    },
  };
  return faults;
}

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const gone = () => reject(new CutConnection('the client left'));
    if (signal.aborted) gone();
    else signal.addEventListener('abort', gone, { once: true });
  });
}

const REASONS: Record<number, [reason: string, message: string]> = {
  403: ['Forbidden', 'forbidden by a fault'],
  409: ['Conflict', 'the object has been modified; please apply your changes to the latest version and try again'],
  429: ['TooManyRequests', 'too many requests, please try again later'],
  500: ['InternalError', 'Internal error occurred: etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the request timed out'],
};

function rejection(code: number, retryAfter: number | undefined): StatusError {
  const [reason, message] = REASONS[code] ?? ['', `rejected with ${code} by a fault`];
  const wait = retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter };
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return new StatusError(code, reason, message, wait, headers);
}
