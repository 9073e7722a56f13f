import type { Clock } from '../../src/ports/clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import { CutConnection, type ServerRequest, type ServerResponse } from '../support/server.ts';
import { Refusal } from './refusal.ts';
import { LOGIN_PAGE, type Result } from './reply.ts';
import { type Wire, WireId } from './wire.ts';

/** What goes wrong. `acts`: the operation is carried out first, although the reply does not say so. */
export type Effect =
  | { kind: 'status'; status: number; retryAfter?: string; body?: string; acts?: boolean }
  | { kind: 'cut'; acts: boolean }
  | { kind: 'hang'; acts: boolean }
  | { kind: 'loginPage' }
  | { kind: 'redirect'; to: string }
  /** An error in the dialect's shape that repeats a text which should stay secret. */
  | { kind: 'echo'; secret: string; status?: number }
  | { kind: 'errorInSuccess'; message?: string }
  /** Streams this many bytes of JSON instead of the reply. */
  | { kind: 'huge'; bytes: number }
  | { kind: 'slow'; ms: number }
  /** The operation acts; of its reply only the first `keep` characters come, then the connection is cut. */
  | { kind: 'truncate'; keep: number }
  /** The operation acts; the reply has no body. */
  | { kind: 'empty' }
  /** Lists lack every second entry. */
  | { kind: 'halfList' }
  /** Lists lack the entries with these ids. */
  | { kind: 'lacking'; ids: ReadonlySet<string> };

export interface FaultRule {
  /** Operation ids such as `jobs.execute`; all when absent. */
  operation?: string | RegExp;
  method?: string;
  /** Against path and query. */
  path?: RegExp;
  /** Matching requests to let through first. */
  after?: number;
  /** How often it strikes; 1 when absent. */
  times?: number;
  effect: Effect;
}

export interface Faults {
  /** The first rule that matches strikes. The result counts, and takes the rule away. */
  add(rule: FaultRule): { hits(): number; remove(): void };
  clear(): void;
  /** The effect for a request, counted. */
  take(operation: string | undefined, request: ServerRequest): Effect | undefined;
}

export function createFaults(): Faults {
  const rules: { rule: FaultRule; let: number; hits: number }[] = [];
  return {
    add(rule) {
      const entry = { rule, let: rule.after ?? 0, hits: 0 };
      rules.push(entry);
      return { hits: () => entry.hits, remove: () => void rules.splice(rules.indexOf(entry) >>> 0, 1) };
    },
    clear: () => void rules.splice(0),
    take(operation, request) {
      for (const entry of rules) {
        if (entry.hits >= (entry.rule.times ?? 1) || !matches(entry.rule, operation, request)) continue;
        if (entry.let-- > 0) continue;
        entry.hits++;
        return entry.rule.effect;
      }
      return undefined;
    },
  };
}

function matches(
  { operation: wanted, method, path }: FaultRule,
  operation: string | undefined,
  request: ServerRequest,
): boolean {
  if (method !== undefined && method !== request.method) return false;
  if (path && !path.test(request.path)) return false;
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? wanted === operation : operation !== undefined && wanted.test(operation);
}

/** The reply of an effect that keeps the operation from acting; undefined when it may act. Throws CutConnection or Refusal. */
export async function strikeBefore(
  effect: Effect,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServerResponse | undefined> {
  switch (effect.kind) {
    case 'status':
      return effect.acts ? undefined : statusReply(effect);
    case 'cut':
      if (effect.acts) return undefined;
      throw new CutConnection('before acting');
    case 'hang':
      return effect.acts ? undefined : await hang(signal);
    case 'loginPage':
      return LOGIN_PAGE;
    case 'redirect':
      return { status: 302, headers: { location: effect.to } };
    case 'echo':
      throw new Refusal(
        effect.status ?? 400,
        'Error',
        `Login failed with Password=${effect.secret}; see ${effect.secret}`,
      );
    case 'errorInSuccess': {
      const error = { code: 'Error', message: effect.message ?? 'The operation failed.' };
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error }) };
    }
    case 'huge':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: huge(effect.bytes) };
    case 'slow':
      await sleep(clock, effect.ms, signal);
      return undefined;
    default:
      return undefined;
  }
}

/** What becomes of an operation's result. */
export function strikeResult(effect: Effect | undefined, result: Result): Result {
  if (result.kind !== 'list') return result;
  if (effect?.kind === 'lacking') {
    return { ...result, entries: result.entries.filter((entry) => !effect.ids.has(idOf(entry))) };
  }
  if (effect?.kind !== 'halfList') return result;
  return { ...result, entries: result.entries.filter((_, i) => i % 2 === 0) };
}

function idOf(entry: Wire): string {
  const id = (entry as { id?: Wire }).id;
  return id instanceof WireId ? id.id : '';
}

/** What becomes of the reply after the operation has acted. Throws CutConnection. */
export async function strikeAfter(
  effect: Effect,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<ServerResponse> {
  switch (effect.kind) {
    case 'status':
      return statusReply(effect);
    case 'cut':
      throw new CutConnection('after acting');
    case 'hang':
      return await hang(signal);
    case 'truncate':
      return { ...response, body: truncated(String(response.body ?? ''), effect.keep) };
    case 'empty':
      return { ...response, body: '' };
    default:
      return response;
  }
}

function statusReply({ status, retryAfter, body }: Extract<Effect, { kind: 'status' }>): ServerResponse {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (retryAfter !== undefined) headers['retry-after'] = retryAfter;
  return {
    status,
    headers,
    body: body ?? JSON.stringify({ error: { code: String(status), message: `HTTP ${status}` } }),
  };
}

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const cut = () => reject(new CutConnection('the client has gone'));
    if (signal.aborted) cut();
    else signal.addEventListener('abort', cut, { once: true });
  });
}

async function* truncated(text: string, keep: number): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text.slice(0, keep));
  throw new CutConnection('within the body');
}

async function* huge(bytes: number): AsyncGenerator<Uint8Array> {
  const row = new TextEncoder().encode(`${JSON.stringify({ id: 'x', name: 'y'.repeat(4000) })},`);
  const open = new TextEncoder().encode('{"value":[');
  yield open;
  for (let sent = open.length; sent < bytes; sent += row.length) yield row;
  yield new TextEncoder().encode('{}]}');
}
