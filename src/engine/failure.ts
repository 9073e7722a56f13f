import type { CallAccess, Outcome } from './remote.ts';

/** What a failed remote call means; one row each of the design's table (§5, "Failures"). */
export type FailureClass =
  | 'foreign'
  | 'throttled'
  | 'unauthorised'
  | 'forbidden'
  | 'busy'
  | 'nameTaken'
  | 'gone'
  /** What is to be read is not there, or not shown yet: the workspace or pipeline that the object is to lie in. */
  | 'missing'
  | 'invalid'
  | 'ambiguous'
  | 'unreachable'
  | 'unsupported'
  | 'circuitOpen';

export interface Failure {
  class: FailureClass;
  /** Milliseconds that the server, or the breaker, asked to wait. */
  retryAfterMs?: number;
  /** A connection failure or 502–504: a sign that the server as a whole is down. */
  countsForBreaker?: boolean;
}

/** What is known around the call. */
export interface Known {
  /** What the object refers to changed within `lagGrace`. */
  referenceChanged: boolean;
  /** A run of the object is known to go on. */
  running: boolean;
  /** The server's own words; may be empty. */
  words: string;
  /** The call was the server's probe, which everyone with a good token may make. */
  probe: boolean;
  /** The call creates an object. */
  creating: boolean;
  /** The call is about an item that was there before. */
  itemKnown: boolean;
}

/** Total; of the table's rows the first that fits. */
export function classify(outcome: Outcome, access: CallAccess, known: Known): Failure {
  switch (outcome.kind) {
    case 'unsupported':
      return { class: 'unsupported' };
    case 'circuitOpen':
      return { class: 'circuitOpen', retryAfterMs: outcome.retryAfterMs };
    case 'foreign':
      return { class: 'foreign' };
    case 'errorInSuccess':
      return { class: saysBusy(known.words) ? 'busy' : 'invalid' };
    case 'unreadable':
      return { class: unclear(access) };
    case 'transport': {
      const failure = outcome.sent ? unclear(access) : 'unreachable';
      return { class: failure, ...(isConnectionFailure(outcome.failure) && { countsForBreaker: true }) };
    }
    case 'http':
      return classifyStatus(outcome, access, known);
  }
}

type Http = Extract<Outcome, { kind: 'http' }>;

function classifyStatus({ status, retryAfterMs }: Http, access: CallAccess, known: Known): Failure {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status >= 300 && status < 400) return { class: 'foreign' };
  if (status === 429) return { class: 'throttled', ...wait };
  if (status === 503 && access === 'read' && retryAfterMs !== undefined) return { class: 'throttled', ...wait };
  if (status === 401 || (status === 403 && known.probe)) return { class: 'unauthorised' };
  if (status === 403) return { class: 'forbidden' };
  if (isBusy(status, access, known)) return { class: 'busy', ...wait };
  if (status === 409 && known.creating) return { class: 'nameTaken' };
  // A read that misses its own object says so by itself: this is one of what the object lies in.
  if (status === 404 && access === 'read') return { class: 'missing' };
  if (status === 404 && known.itemKnown) return { class: 'gone' };
  // A request that timed out on the way says nothing about the object, unlike every other 4xx.
  if (status >= 400 && status < 500 && status !== 408) return { class: 'invalid' };
  return { class: unclear(access), ...wait, ...(isGatewayFailure(status) && { countsForBreaker: true }) };
}

/** No clear reply to a request that the server may have seen: a read is repeated, a write has to be looked for. */
const unclear = (access: CallAccess) => (access === 'read' ? 'unreachable' : 'ambiguous');

function isBusy(status: number, access: CallAccess, known: Known): boolean {
  if (status === 409 && (known.running || saysBusy(known.words))) return true;
  if ((status === 400 || status === 422) && saysBusy(known.words)) return true;
  if (access === 'read') return false;
  return known.referenceChanged && (status === 400 || status === 404 || status === 409 || status === 422);
}

/** Whether the words say that a run goes on. "is not running" says the opposite. */
function saysBusy(words: string): boolean {
  const negated =
    /\b(not|no longer|isn't|never|nothing is|no \w+ is)( (currently|already|yet))? (running|executing|in progress|busy)\b/gi;
  return /\b(running|runs|executing|in[ -]progress|being executed|busy)\b/i.test(words.replace(negated, ''));
}

const isConnectionFailure = (failure: Extract<Outcome, { kind: 'transport' }>['failure']) =>
  failure !== 'timeout' && failure !== 'protocol';

const isGatewayFailure = (status: number) => status >= 502 && status <= 504;
