import type { Clock } from '../ports/clock.ts';
import type { Json } from '../ports/json.ts';
import { decodeList } from './decode.ts';
import { SyncError } from './errors.ts';
import { type Exchange, type ExchangeDeps, exchange, type Shot } from './exchange.ts';
import { stringifyJson } from './json.ts';
import { isHtml, isOwnError, judge, type Reply } from './judge.ts';
import type { Lane } from './limits.ts';
import { parametersOf, type RouteBook } from './routeBook.ts';
import { type Operation, operationOf, type Route } from './routes.ts';

export interface CallArgs {
  /** Values of the path's `{…}`; encoded here. */
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: Json;
  /** An ETag to send as If-Match. */
  ifMatch?: string;
  lane?: Lane;
  /** Of writes: from this call to the end of the reply. Of reads: from sending. Infinity: none. */
  deadlineMs?: number;
  /** Does a fresh list still show the object? Only then may a 404 mean that the route does not exist. */
  known?: Known;
  signal?: AbortSignal;
  /** The path and query of a further page, as the server gave it. */
  link?: string;
  /** A large list may come in pieces (see Exchange). */
  inPieces?: boolean;
}

/** Undefined: a 404 says nothing about the route. */
export type Known = boolean | (() => boolean | undefined | Promise<boolean | undefined>);

/** Milliseconds. */
export interface Timeouts {
  connect: number;
  read: number;
  write: number;
  test: number;
}

export interface CallerDeps extends ExchangeDeps {
  clock: Clock;
  /** Path of the API without a slash at its end. */
  basePath: string;
  timeouts: Timeouts;
  book: RouteBook;
  uuid(): string;
}

/** Times are of the monotonic clock, in ms. */
interface Budget {
  /** For one exchange. */
  callMs: number;
  /** Of the whole call. */
  endsAt: number;
  /** Nothing is sent later. */
  sendBy: number;
}

export type Call = (operationId: string, args?: CallArgs) => Promise<Reply & { path: string }>;

const EVIDENCE_MS = 120_000;
const SEND_WITHIN_MS = 5_000;
const CONTROL = 'workspaces.list';
/** These stay open long: a run may hold its execute until it ends. */
const SLOW = /\.execute$|^connections\.test$/;
const SENDING_DEADLINE = /\.execute$|^connections\.(test|reset\w+)$/;

/**
 * Makes calls and learns routes: a candidate is given up only on Sync's own 404, 405 or 501 between two successful reads of a
 * documented URL, and on 404 only while the object is known to be there and was so when it was asked for (design, §6).
 */
export function createCaller(deps: CallerDeps): Call {
  const { clock, book, timeouts } = deps;
  let answeredAt = Number.NEGATIVE_INFINITY;
  let plainErrors: boolean | undefined;

  const call: Call = async (operationId, args = {}) => {
    const operation = operationOf(operationId);
    const budget = budgetOf(operation, args);
    for (const route of book.candidates(operation)) {
      const path = args.link ?? pathOf(deps.basePath, operation, route, args);
      if (!book.isProven(operation, route)) await evidence(args, budget);
      const sentAt = clock.monotonic();
      let answer = await follow(operation, route, path, args, budget);
      let isRefused = await isNoRoute(operation, answer.route, answer.reply, args, budget, sentAt);
      if (isRefused && isShownLate(operation, answer.reply, args)) {
        answer = await follow(operation, route, path, args, budget);
        isRefused = await isNoRoute(operation, answer.route, answer.reply, { ...args, known: true }, budget, sentAt);
      }
      const { reply, route: answered, path: at } = answer;
      if (isRefused) {
        book.refuse(operation, route);
        continue;
      }
      const judged = judge(deps, operation, `${route.method} ${at.replace(/\?.*$/, '')}`, reply);
      book.prove(operation, answered);
      if (operation.provenance === 'documented') answeredAt = clock.monotonic();
      return { ...judged, path: at };
    }
    throw new SyncError(operationId, operation.access, { kind: 'unsupported' }, `this server has no ${operationId}`);
  };

  const budgetOf = (operation: Operation, { deadlineMs }: CallArgs): Budget => {
    const started = clock.monotonic();
    const isRead = operation.access === 'read' || operation.id === 'connections.logs.download';
    const usual = isRead ? timeouts.read : operation.id === 'connections.test' ? timeouts.test : timeouts.write;
    const total = deadlineMs ?? (operation.access === 'execute' ? Number.POSITIVE_INFINITY : usual);
    if (isRead) return { callMs: total, endsAt: Number.POSITIVE_INFINITY, sendBy: Number.POSITIVE_INFINITY };
    const within = SENDING_DEADLINE.test(operation.id) ? Math.min(total, SEND_WITHIN_MS) : total;
    return { callMs: total, endsAt: started + total, sendBy: started + within };
  };

  // A redirect that only adds or drops a slash tells the path that the server has; any other is left to the judge.
  const follow = async (operation: Operation, route: Route, path: string, args: CallArgs, budget: Budget) => {
    const reply = await exchange(deps, shotOf(operation, route.method, path, args, budget));
    const slashed = slashRedirect(reply, path, deps);
    if (slashed === undefined) return { reply, route, path };
    const other = { method: route.method, path: toggleSlash(route.path) };
    const again = await exchange(deps, shotOf(operation, route.method, slashed, args, budget));
    return { reply: again, route: other, path: slashed };
  };

  const shotOf = (operation: Operation, method: string, path: string, args: CallArgs, budget: Budget): Shot => {
    const now = clock.monotonic();
    return {
      operation,
      method,
      path,
      ...(args.body !== undefined && { body: stringifyJson(args.body) }),
      ...(args.ifMatch !== undefined && { ifMatch: args.ifMatch }),
      lane: SLOW.test(operation.id) ? 'slow' : (args.lane ?? 'user'),
      deadlineMs: Math.min(budget.callMs, budget.endsAt - now),
      sendWithinMs: budget.sendBy - now,
      ...(args.signal && { signal: args.signal }),
      ...(args.inPieces && { inPieces: true }),
    };
  };

  const isNoRoute = async (
    operation: Operation,
    route: Route,
    reply: Exchange,
    args: CallArgs,
    budget: Budget,
    sentAt: number,
  ): Promise<boolean> => {
    if (![404, 405, 501].includes(reply.status) || operation.id === CONTROL || args.link !== undefined) return false;
    if (sentAt - answeredAt > EVIDENCE_MS || isHtml(reply)) return false;
    if (parametersOf(route.path).length > 0) {
      const known = typeof args.known === 'function' ? await args.known() : args.known;
      if (known === false || (reply.status === 404 && known !== true)) return false;
    }
    const own = isOwnError(reply, false) || ((await learnPlainErrors(reply, args, budget)) && isOwnError(reply, true));
    if (!own || !(await control(args, budget))) return false;
    // Reads that lag may still show an object that has gone, so that a route which has worked is only doubted at first.
    const isSure = reply.status !== 404 || args.known === true || parametersOf(route.path).length === 0;
    return isSure || !book.isProven(operation, route) || book.doubt(operation, route);
  };

  // Before a route that is not proven: one successful read of a documented URL, unless there was one lately.
  const evidence = async (args: CallArgs, budget: Budget) => {
    const now = clock.monotonic();
    if (now - answeredAt <= EVIDENCE_MS) return;
    // A slow list must leave time for the call itself, which then goes without.
    await control(args, {
      ...budget,
      sendBy: budget.sendBy === Number.POSITIVE_INFINITY ? budget.sendBy : (now + budget.sendBy) / 2,
    });
  };

  const control = async (args: CallArgs, budget: Budget): Promise<boolean> => {
    const reply = await read('/workspaces', args, budget);
    const ok = reply?.status === 200 && decodeList(reply.json) !== undefined;
    if (ok) answeredAt = clock.monotonic();
    return ok;
  };

  // Plain text is Sync's own shape where a documented URL with an id that cannot exist is answered in it as well.
  const learnPlainErrors = async (reply: Exchange, args: CallArgs, budget: Budget): Promise<boolean> => {
    if (plainErrors !== undefined || reply.json !== undefined) return plainErrors ?? false;
    const miss = await read(`/workspaces/${deps.uuid()}`, args, budget);
    if (!miss) return false;
    const alike = miss.headers['content-type'] === reply.headers['content-type'];
    plainErrors = miss.status === 404 && alike && isOwnError(miss, true) && miss.text !== reply.text;
    return plainErrors;
  };

  // Within what is left of the call that it serves, so that a write never starts later than its caller allows.
  const read = async (path: string, { lane, signal }: CallArgs, { sendBy }: Budget): Promise<Exchange | undefined> => {
    const budget: Budget = { callMs: timeouts.read, endsAt: sendBy, sendBy };
    try {
      return await exchange(deps, shotOf(operationOf(CONTROL), 'GET', deps.basePath + path, { lane, signal }, budget));
    } catch (error) {
      if (error instanceof SyncError) return undefined;
      throw error;
    }
  };

  return call;
}

/** It was found to be there after it was asked for: a read that lagged behind its create answers 404 as well. */
function isShownLate(operation: Operation, { status }: Exchange, { known }: CallArgs): boolean {
  return operation.access === 'read' && status === 404 && typeof known === 'function';
}

function pathOf(basePath: string, operation: Operation, route: Route, { params = {}, query = {} }: CallArgs): string {
  const filled = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeParam(operation, name, params[name]));
  const pairs = Object.entries(query).map(
    ([key, value]) => `${encodeURIComponent(key).replace('%24', '$')}=${encodeURIComponent(value)}`,
  );
  if (pairs.length === 0) return basePath + filled;
  return `${basePath}${filled}${filled.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

// An empty or dotted segment would reach another URL, for a delete perhaps the collection's.
function encodeParam(operation: Operation, name: string, value: string | undefined): string {
  if (value !== undefined && /[^.]/.test(value) && value.isWellFormed()) return encodeURIComponent(value);
  const message = `${operation.id} was not sent: ${JSON.stringify(value ?? null)} cannot be its ${name}`;
  throw new SyncError(operation.id, operation.access, { kind: 'http', status: 400 }, message);
}

function slashRedirect(reply: Exchange, path: string, { origin, basePath }: CallerDeps): string | undefined {
  if (![301, 302, 307, 308].includes(reply.status)) return undefined;
  const location = reply.headers.location;
  if (location === undefined) return undefined;
  const target = URL.parse(location, `${origin.url}${path}`);
  if (target?.origin !== origin.url || !target.pathname.startsWith(`${basePath}/`)) return undefined;
  const [before, query] = path.split('?');
  return target.pathname === toggleSlash(before!)
    ? target.pathname + (query === undefined ? '' : `?${query}`)
    : undefined;
}

function toggleSlash(path: string): string {
  const [before, ...query] = path.split('?');
  const toggled = before!.endsWith('/') ? before!.slice(0, -1) : `${before}/`;
  return [toggled, ...query].join('?');
}
