import type { Clock } from '../ports/clock.ts';
import { sleep } from '../ports/clock.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import type { HttpResponse } from '../ports/transport.ts';
import { isObject, parseJson } from './json.ts';

/** A body over the limit; the rest of it is not read. */
export class BodyTooLarge extends Error {}

/**
 * The text of a response. Reading stops as soon as it is over `maxBytes` (the stream is closed, so the transport drops the rest).
 * Throws BodyTooLarge, and whatever the transport throws.
 */
export async function readBody(response: HttpResponse, maxBytes: number): Promise<string> {
  const tooLarge = () => new BodyTooLarge(`the reply is larger than ${maxBytes} bytes`);
  const pieces = response.body[Symbol.asyncIterator]();
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    await pieces.return?.();
    throw tooLarge();
  }
  const read: Uint8Array[] = [];
  let size = 0;
  for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) {
    size += piece.value.byteLength;
    if (size > maxBytes) {
      await pieces.return?.();
      throw tooLarge();
    }
    read.push(piece.value);
  }
  // Decoded at once: a text that grows piece by piece is held twice on the heap.
  return new TextDecoder().decode(Buffer.concat(read, size));
}

const LARGE = 1_000_000;
const SLICE = 256 * 1024;

/** Parses a body; one over 1 MB in pieces, with other work let in between. Throws SyntaxError. */
export async function parseBody(text: string, clock: Clock): Promise<Json> {
  const cut = await cutUp(text, clock);
  if (!cut) return parseJson(text);
  const items: Json[] = [];
  let breath = cut.start + SLICE;
  for (const item of texts(text, cut)) {
    items.push(parseJson(item));
    const at = cut.ends[items.length - 1]!;
    if (at < breath) continue;
    await sleep(clock, 0);
    breath = at + SLICE;
  }
  return cut.around(items);
}

/** A large list, to be gone through once: to hold all of its items at once would take many times its text. */
export interface ListInPieces {
  /** The body with an empty list. */
  json: Json;
  /** Their texts, which need not be JSON. */
  items: Iterable<string>;
}

/** A body over 1 MB whose main array is what `isList` takes for its list; undefined for any other. Throws SyntaxError. */
export async function parseList(
  text: string,
  clock: Clock,
  isList: (body: Json, items: Json[]) => boolean,
): Promise<ListInPieces | undefined> {
  const cut = await cutUp(text, clock);
  if (!cut) return undefined;
  const none: Json[] = [];
  const json = cut.around(none);
  if (!isList(json, none)) return undefined;
  return { json, items: texts(text, cut) };
}

/** Where the items of a body's main array begin and end. */
interface Cut {
  start: number;
  /** The comma or the bracket behind each. */
  ends: number[];
  /** The body with these in the place of its items. */
  around(items: Json[]): Json;
}

async function cutUp(text: string, clock: Clock): Promise<Cut | undefined> {
  const array = text.length <= LARGE ? undefined : mainArray(text);
  if (!array) return undefined;
  const ends: number[] = [];
  let breath = array.start + SLICE;
  for (let at = array.start; ; ) {
    const end = itemEnd(text, at);
    const isEmpty = end.char === ']' && ends.length === 0 && text.slice(at, end.at).trim() === '';
    if (!isEmpty) ends.push(end.at);
    if (end.char === ']') {
      return { start: array.start, ends, around: (items) => assemble(text, array, end.at, items) };
    }
    at = end.at + 1;
    if (at <= breath) continue;
    await sleep(clock, 0);
    breath = at + SLICE;
  }
}

function* texts(text: string, { start, ends }: Cut): Generator<string> {
  let from = start;
  for (const to of ends) {
    yield text.slice(from, to);
    from = to + 1;
  }
}

interface MainArray {
  /** Just behind the bracket. */
  start: number;
  /** The key that holds it; undefined when it is the whole body. */
  key?: string;
}

// The body itself, or the first member of the body's object that is an array.
function mainArray(text: string): MainArray | undefined {
  let at = skipSpace(text, 0);
  if (text[at] === '[') return { start: at + 1 };
  if (text[at] !== '{') return undefined;
  at = skipSpace(text, at + 1);
  while (text[at] === '"') {
    const keyEnd = stringEnd(text, at);
    const key = parseJson(text.slice(at, keyEnd)) as string;
    at = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (text[at] === '[') return { start: at + 1, key };
    const { at: end, char } = itemEnd(text, at);
    if (char !== ',') return undefined;
    at = skipSpace(text, end + 1);
  }
  return undefined;
}

// The envelope is parsed with its array emptied, and then given the items.
function assemble(text: string, array: MainArray, end: number, items: Json[]): Json {
  const around = parseJson(`${text.slice(0, array.start)}${text.slice(end)}`) as Json[] | JsonObject;
  if (array.key === undefined || !isObject(around)) return items;
  return { ...around, [array.key]: items };
}

/** The comma or closing bracket behind the value that starts at `from`. */
function itemEnd(text: string, from: number): { at: number; char: string } {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) i = stringEnd(text, i) - 1;
    else if (code === 91 || code === 123) depth++;
    else if ((code === 93 || code === 125) && depth > 0) depth--;
    else if (depth === 0 && (code === 44 || code === 93 || code === 125)) return { at: i, char: text[i]! };
  }
  throw new SyntaxError('the body ends within a list');
}

function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  throw new SyntaxError('the body ends within a string');
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \n\r\t'.includes(text[at]!)) at++;
  return at;
}
