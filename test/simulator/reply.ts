import type { Json, JsonObject } from '../../src/ports/json.ts';
import type { ServerResponse } from '../support/server.ts';
import { formatJson } from './json.ts';
import type { Refusal } from './refusal.ts';
import { toJson, type Wire } from './wire.ts';
import type { World } from './world.ts';

/** What an operation came to, before the dialect wraps it. */
export type Result =
  | { kind: 'list'; collection: string; entries: Wire[] }
  | { kind: 'object'; status: number; body: Wire }
  | { kind: 'created' | 'updated'; body: { [key: string]: Wire } }
  | { kind: 'nothing' }
  | { kind: 'text'; body: string }
  | { kind: 'loginPage' }
  | { kind: 'redirect'; to: string };

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

export const LOGIN_PAGE: ServerResponse = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action="/login" method="post">User <input name="user"></form></body></html>',
};

/** `url` is the request's, for links to further pages. */
export function reply(world: World, result: Result, url: URL): ServerResponse {
  const { dialect } = world;
  switch (result.kind) {
    case 'list':
      return listReply(world, result.collection, result.entries, url);
    case 'object':
      return { status: result.status, headers: JSON_TYPE, body: formatJson(toJson(world, result.body)) };
    case 'created':
      return writeReply(world, dialect.createReply, 201, result.body);
    case 'updated':
      return writeReply(world, dialect.updateReply, 200, result.body);
    case 'nothing':
      return { status: 204 };
    case 'text':
      return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: result.body };
    case 'loginPage':
      return LOGIN_PAGE;
    case 'redirect':
      return { status: 308, headers: { location: result.to } };
  }
}

/** An error in the dialect's shape. */
export function refusalReply(
  { dialect }: World,
  { status, code, message }: Pick<Refusal, 'status' | 'code' | 'message'>,
): ServerResponse {
  if (status === 200) return { status, headers: JSON_TYPE, body: '{}' };
  const json = (body: Json): ServerResponse => ({ status, headers: JSON_TYPE, body: formatJson(body) });
  switch (dialect.errors) {
    case 'errorMessage':
      return json({ error: { code, message } });
    case 'message':
      return json({ message });
    case 'detail':
      return json({ status, detail: message });
    case 'text':
      return { status, headers: { 'content-type': 'text/plain' }, body: message };
    case 'html':
      return {
        status,
        headers: { 'content-type': 'text/html' },
        body: `<html><body><h1>HTTP ${status}</h1></body></html>`,
      };
  }
}

function writeReply(
  world: World,
  style: World['dialect']['createReply'],
  status: number,
  body: { [key: string]: Wire },
): ServerResponse {
  if (style === 'loginPage') return LOGIN_PAGE;
  if (style === 'nothing') return { status: 204 };
  const shown = style === 'id' ? { id: body.id } : body;
  return { status, headers: JSON_TYPE, body: formatJson(toJson(world, shown)) };
}

function listReply(world: World, collection: string, entries: Wire[], url: URL): ServerResponse {
  const { dialect } = world;
  const page = pageOf(world, entries, url);
  const rows = page.rows.map((entry) => toJson(world, entry));
  const marks: JsonObject = {};
  if (dialect.paging === 'skip') marks['@odata.count'] = entries.length;
  if (page.next !== undefined) marks['@odata.nextLink'] = page.next;
  switch (dialect.envelope) {
    case 'array':
      return { status: 200, headers: JSON_TYPE, body: formatJson(rows) };
    case 'value':
      return { status: 200, headers: JSON_TYPE, body: formatJson({ ...marks, value: rows }) };
    case 'items':
      return { status: 200, headers: JSON_TYPE, body: formatJson({ items: rows, ...marks }) };
    case 'named':
      return { status: 200, headers: JSON_TYPE, body: formatJson({ [collection]: rows, ...marks }) };
    case 'xml':
      return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml(collection, rows) };
  }
}

function pageOf({ dialect, pageSize }: World, entries: Wire[], url: URL): { rows: Wire[]; next?: string } {
  const number = (name: string) => Math.max(0, Number.parseInt(url.searchParams.get(name) ?? '', 10) || 0);
  if (dialect.paging === 'none') return { rows: entries };
  if (dialect.paging === 'silentCap') return { rows: entries.slice(0, pageSize) };
  const from = number('$skip');
  const size = Math.min(
    pageSize,
    dialect.paging === 'skip' && url.searchParams.has('$top') ? number('$top') : pageSize,
  );
  const rows = entries.slice(from, from + size);
  if (dialect.paging === 'skip' || from + size >= entries.length) return { rows };
  return { rows, next: `${url.pathname}?$skip=${from + size}` };
}

function xml(collection: string, rows: readonly Json[]): string {
  return `<?xml version="1.0"?><${collection} count="${rows.length}">${rows.map(() => '<entry/>').join('')}</${collection}>`;
}
