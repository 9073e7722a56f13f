import type { Json, JsonObject } from '../ports/json.ts';
import { isObject } from './json.ts';
import { foldKey, pick } from './keys.ts';

export type RunState = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped' | 'unknown';

/**
 * The class of a server's status word, by stem (sync-api-v2.md section 5.1). Failure comes before success, because a status may be a
 * sentence with counts ("7 of 13 Tasks Failed"). What no stem covers is unknown, never success.
 */
export function decodeRunState(word: string): RunState {
  const folded = foldKey(word);
  if (/unsuccess|incomplete|notstart|notrun|neverrun/.test(folded))
    return folded.includes('unsuccess') ? 'failed' : 'unknown';
  // "0 Tasks Failed" and "completed without errors" count what did not happen.
  const counted = folded.replace(
    /(^|[^0-9])0(of[0-9]+)?(tasks?)?(fail(ed|ures?)?|errors?)|(without|no)(errors?|failures?)/g,
    '$1',
  );
  if (/fail|error/.test(counted)) return 'failed';
  if (/cancel/.test(counted)) return /cancell?ing/.test(counted) ? 'running' : 'cancelled';
  if (/skip/.test(counted)) return 'skipped';
  if (/success|succeed|complete/.test(counted)) return 'succeeded';
  return /start|test|progress|run|queue|pend/.test(counted) ? 'running' : 'unknown';
}

/** The objects of a list reply and the members around them. */
export interface ListBody {
  items: Json[];
  /** The envelope without the items; empty for a bare array. */
  around: JsonObject;
}

const LIST_KEYS = ['value', 'items', 'data', 'results'];

/**
 * A list out of a bare array, `{value}`, `{items}`, an object with one array, or a single object (sync-api-v2.md section 6,
 * Tolerance). Undefined when it is none of them.
 */
export function decodeList(body: Json | undefined): ListBody | undefined {
  if (Array.isArray(body)) return { items: body, around: {} };
  if (!isObject(body)) return undefined;
  const arrays = Object.keys(body).filter((key) => Array.isArray(body[key]));
  const named = LIST_KEYS.map((name) => arrays.find((key) => foldKey(key) === name)).find((key) => key !== undefined);
  const key = named ?? (arrays.length === 1 && !hasIdentity(body) ? arrays[0] : undefined);
  if (key !== undefined) {
    const { [key]: items, ...around } = body;
    return { items: items as Json[], around };
  }
  const wrapped = LIST_KEYS.map((name) => pick(body, name)).find(isObject);
  if (wrapped && !hasIdentity(body)) return decodeList(wrapped);
  return hasIdentity(body) ? { items: [body], around: {} } : undefined;
}

/** The object of a single reply: bare, in an envelope, or the only item of a list. */
export function decodeItem(body: Json | undefined): JsonObject | undefined {
  if (Array.isArray(body)) return body.length === 1 && isObject(body[0]) ? body[0] : undefined;
  if (!isObject(body) || hasIdentity(body)) return isObject(body) ? body : undefined;
  const inner = Object.keys(body).filter((key) => isObject(body[key]) || Array.isArray(body[key]));
  const named = inner.find((key) => LIST_KEYS.includes(foldKey(key)) || foldKey(key) === 'item');
  const only = Object.keys(body).every((key) => key.startsWith('@') || key === inner[0]) ? inner[0] : undefined;
  const key = named ?? only;
  return key === undefined ? body : (decodeItem(body[key]) ?? body);
}

function hasIdentity(body: JsonObject): boolean {
  return Object.keys(body).some((key) =>
    /^id$|(connection|job|task|workspace|pipeline|step|event|user|transformation)id$/.test(foldKey(key)),
  );
}

/** A server's words about an error: `error.message`, `message`, `detail`, else the raw text. Not scrubbed. */
export function decodeErrorWords(body: Json | undefined, text: string): string {
  if (isObject(body)) {
    const words = messageOf(body);
    if (words) return words;
  }
  return typeof body === 'string' ? body : text;
}

function messageOf(body: JsonObject): string | undefined {
  const error = pick(body, 'error');
  const inner = isObject(error) ? (messageOf(error) ?? text(pick(error, 'code'))) : text(error);
  const list = pick(body, 'errors');
  const listed = Array.isArray(list)
    ? list.map((item) => (isObject(item) ? messageOf(item) : text(item))).filter(Boolean)
    : [];
  // `{error: "Bad Request", message: "…"}`: the longer message says more than the phrase.
  const own = text(pick(body, 'message')) ?? text(pick(body, 'detail', 'details', 'error_description', 'title'));
  const best = typeof error === 'string' ? (own ?? inner) : (inner ?? own);
  return [best, ...listed].filter(Boolean).join('; ') || undefined;
}

/** Is this the shape in which Sync itself reports errors, rather than a proxy's page? */
export function isApiError(body: Json | undefined): boolean {
  return isObject(body) && messageOf(body) !== undefined;
}

/** A success status whose body says that it failed: `{error: …}` or `{success: false}`. */
export function isErrorBody(body: Json | undefined): boolean {
  if (!isObject(body) || hasIdentity(body)) return false;
  const error = pick(body, 'error');
  if (isObject(error)) return messageOf(body) !== undefined;
  if (typeof error === 'string' && error !== '') return !Object.values(body).some(Array.isArray);
  const success = pick(body, 'success');
  return success === false || success === 'false';
}

/** An id as an opaque string, whatever its wire type (sync-api-v2.md section 2, Ids). */
export function idText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : idText(value);
}
