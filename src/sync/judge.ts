import type { Clock } from '../ports/clock.ts';
import type { Json } from '../ports/json.ts';
import { decodeErrorWords, isApiError, isErrorBody } from './decode.ts';
import { type CallOutcome, SyncError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { decodeRetryAfter } from './retryAfter.ts';
import type { Operation } from './routes.ts';
import type { Scrubber } from './scrub.ts';

/** A call that succeeded. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** Undefined when the body is empty or plain text. */
  json?: Json;
  text: string;
  /** See Exchange. */
  items?: Iterable<string>;
}

export interface JudgeDeps {
  clock: Clock;
  scrubber: Scrubber;
  maxBodyBytes: number;
}

/** These replies are about their subject, which may well be a failure or plain text. */
const TELLS_OF_FAILURE: ReadonlySet<string> = new Set(['connections.test']);
const PLAIN_TEXT: ReadonlySet<string> = new Set(['connections.logs.download']);

/** The reply, if it is one; otherwise throws the SyncError that it amounts to. `where` names the call for people. */
export function judge(
  { clock, scrubber, maxBodyBytes }: JudgeDeps,
  operation: Operation,
  where: string,
  reply: Exchange,
): Reply {
  const { status, headers, text, json, items, fault } = reply;
  const fail = (outcome: CallOutcome, what: string, words = '') => {
    const tail = words === '' ? '' : `: ${words}`;
    return new SyncError(operation.id, operation.access, outcome, `${operation.id} (${where}): ${what}${tail}`, words);
  };
  if (status >= 200 && status < 300) {
    if (fault)
      return raise(
        fail(
          { kind: 'unreadable' },
          fault === 'tooLarge'
            ? `the reply is too large (over the ${maxBodyBytes} bytes of limits.maxBodyBytes)`
            : 'the reply is cut off',
        ),
      );
    if (json === undefined && text.trim() !== '') {
      const outcome = plainOutcome(operation, reply);
      if (outcome)
        throw fail(outcome, outcome.kind === 'foreign' ? 'the reply is not from the API' : 'the reply is cut off');
    }
    if (isErrorBody(json) && !TELLS_OF_FAILURE.has(operation.id)) {
      throw fail({ kind: 'errorInSuccess' }, `${status} with an error`, scrubber.scrub(decodeErrorWords(json, text)));
    }
    return { status, headers, text, ...(json !== undefined && { json }), ...(items && { items }) };
  }
  if (status < 400) throw fail({ kind: 'foreign' }, `the server redirects elsewhere (${status})`);
  if (isHtml(reply) && status < 500 && ![401, 403, 408, 429].includes(status)) {
    throw fail({ kind: 'foreign' }, `${status} with a page that is not from the API`);
  }
  const retryAfterMs = decodeRetryAfter(headers['retry-after'], clock);
  const words = isHtml(reply) ? '' : scrubber.scrub(decodeErrorWords(json, text));
  throw fail({ kind: 'http', status, ...(retryAfterMs !== undefined && { retryAfterMs }) }, String(status), words);
}

// A write may be answered by a word or a bare id; a read may not.
function plainOutcome(operation: Operation, reply: Exchange): CallOutcome | undefined {
  const { headers, text } = reply;
  if (isHtml(reply)) return { kind: 'foreign' };
  if (PLAIN_TEXT.has(operation.id)) return undefined;
  const start = text.trimStart()[0]!;
  if (/json/i.test(headers['content-type'] ?? '') || '{["'.includes(start)) return { kind: 'unreadable' };
  return operation.access === 'read' || start === '<' ? { kind: 'foreign' } : undefined;
}

/** Is this a page for people, such as a login page or a proxy's? */
export function isHtml({ headers, text, json }: Exchange): boolean {
  if (json !== undefined) return false;
  return /html/i.test(headers['content-type'] ?? '')
    ? text.trim() !== ''
    : /^\s*<(!doctype|html|head|body)/i.test(text);
}

/** Is this an error in Sync's own shape? `plainErrors`: this server's are known to be plain text. */
export function isOwnError(reply: Exchange, plainErrors: boolean): boolean {
  return (
    isApiError(reply.json) || (plainErrors && reply.json === undefined && reply.text.trim() !== '' && !isHtml(reply))
  );
}

function raise(error: SyncError): never {
  throw error;
}
