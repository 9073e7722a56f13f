import { hash } from 'node:crypto';
import { type Clock, sleep } from '../ports/clock.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import type { Call, CallArgs } from './call.ts';
import { decodeList, idText } from './decode.ts';
import { SyncError } from './errors.ts';
import { isObject, parseJson, stringifyJson } from './json.ts';
import { pick } from './keys.ts';
import { type Facts, factOf } from './models/wire.ts';
import { operationOf } from './routes.ts';

/** What reads lists. */
export interface ListReader {
  call: Call;
  clock: Clock;
  origin: string;
  facts(): Facts;
}

/**
 * Asked of each object of a large list before it is read: who has taken the same text before takes it again, and says which it is. `mark`
 * is the SHA-256 of the text.
 */
export type Again = (mark: string) => { readonly id: string } | undefined;

/** Items handed on in one go, so that no list stalls the process. */
const PIECE = 200;

/**
 * Hands on all items of a list, over all its pages: `@odata.nextLink`, a count with `$skip`, or numbered pages (sync-api-v2.md
 * section 2). Only when it resolves were they all; throws SyncError `unreadable` when the pages do not add up.
 */
export async function readList(
  { call, clock, origin, facts }: ListReader,
  operationId: string,
  args: CallArgs,
  take: (item: Json, mark?: string) => void,
  again?: Again,
): Promise<void> {
  const fail = (what: string) =>
    new SyncError(operationId, operationOf(operationId).access, { kind: 'unreadable' }, `${operationId}: ${what}`);
  /** Of the pages before. */
  const seen = new Set<string>();
  let have = 0;
  let page: Page | undefined = {};
  while (page) {
    const { link, query }: Page = page;
    const reply = await call(operationId, {
      ...args,
      inPieces: true,
      ...(link !== undefined && { link }),
      query: { ...args.query, ...query },
    });
    const body = decodeList(reply.json);
    if (!body) throw fail('the reply is not a list');
    const before = have;
    const here: string[] = [];
    try {
      for (const { mark, json } of reply.items ? inTexts(reply.items, again !== undefined) : inJson(body.items)) {
        const known = mark === undefined ? undefined : again?.(mark);
        const item = known ? null : json();
        const identity = known?.id ?? identityOf(item);
        here.push(identity);
        if (here.length % PIECE === 0) await sleep(clock, 0);
        if (seen.has(identity)) continue;
        have++;
        if (!known) take(item, mark);
      }
    } catch (error) {
      throw error instanceof SyntaxError ? fail(`item ${here.length + 1} of the reply is not JSON`) : error;
    }
    for (const identity of here) seen.add(identity);
    page = nextPage(body.around, here.length, have, reply.path, origin, facts());
    if (page?.link !== undefined && !page.link.startsWith('/')) throw fail('the next page is on another server');
    if (!page || have > before) continue;
    // A full first page that repeats itself is simply all there is; a count or a link says that it is not.
    if (page.guessed) break;
    throw fail(`it says that there is more than ${have} but does not give it`);
  }
}

/** An item of a page, read when it is needed. Throws SyntaxError when it is not JSON. */
interface Item {
  mark?: string;
  json(): Json;
}

function* inJson(items: readonly Json[]): Generator<Item> {
  for (const item of items) yield { json: () => item };
}

function* inTexts(texts: Iterable<string>, marked: boolean): Generator<Item> {
  for (const text of texts) {
    const json = () => parseJson(text);
    yield marked ? { json, mark: hash('sha256', text, 'base64') } : { json };
  }
}

interface Page {
  link?: string;
  query?: Record<string, string>;
  /** Nothing says that there is more. */
  guessed?: boolean;
}

function nextPage(
  around: JsonObject,
  length: number,
  have: number,
  path: string,
  origin: string,
  facts: Facts,
): Page | undefined {
  const link = pick(around, '@odata.nextLink', 'nextLink', 'next_page_link', 'next');
  if (typeof link === 'string' && link !== '') return { link: sameOrigin(link, path, origin) };
  const total = count(pick(around, '@odata.count', 'total_count', 'total', 'count'));
  if (total !== undefined && total > have) return { query: { $skip: String(have) } };
  const [page, pages] = [
    count(pick(around, 'page', 'page_number')),
    count(pick(around, 'total_pages', 'pages', 'page_count')),
  ];
  if (page !== undefined && pages !== undefined && page < pages) return { query: { page: String(page + 1) } };
  if (pick(around, 'has_more', 'has_next') === true) {
    return page === undefined ? { query: { $skip: String(have) } } : { query: { page: String(page + 1) } };
  }
  const size = count(factOf(facts, 'pageSize'));
  return size !== undefined && size > 0 && length >= size
    ? { query: { $skip: String(have) }, guessed: true }
    : undefined;
}

// The token goes to no other origin: a link elsewhere comes back whole and is refused.
function sameOrigin(link: string, path: string, origin: string): string {
  const url = URL.parse(link, `${origin}${path}`);
  return url?.origin === origin ? url.pathname + url.search : `elsewhere:${link}`;
}

function count(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 0 ? number : undefined;
}

function identityOf(item: Json): string {
  return (isObject(item) ? idText(pick(item, 'id', '@odata.id')) : undefined) ?? stringifyJson(item);
}
