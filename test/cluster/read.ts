import type { ServerResponse } from '../support/server.ts';
import type { Form } from './accept.ts';
import { type Backend, find } from './crud.ts';
import type { Target } from './decode.ts';
import type { FaultState, RequestInfo } from './faults.ts';
import { listPage } from './list.ts';
import { storedAs } from './registry.ts';
import { json } from './respond.ts';
import { selection } from './selectors.ts';
import { badRequest, expired, StatusError } from './status.ts';
import { type Entry, jsonOf } from './store.ts';
import { partialMetadata, tableOf } from './tables.ts';
import { apiVersionOf, type Loose } from './types.ts';

/** The JSON of a stored object in the version and form asked for. */
export function render(backend: Backend, target: Target, entry: Entry, form: Form, include = 'Metadata'): string {
  const { version } = target;
  if (form === 'object' && !version.fromStored) return jsonOf(entry);
  const object = version.fromStored?.(entry.object) ?? entry.object;
  if (form === 'object') return JSON.stringify(object);
  if (form === 'metadata') return JSON.stringify(partialMetadata(object));
  const metadata = { resourceVersion: String(entry.rv) };
  // Columns of built-in kinds read the stored form.
  return JSON.stringify(tableOf([entry.object], version, metadata, include, backend.clock.now()));
}

export function getOne(backend: Backend, target: Target, form: Form, include: string): ServerResponse {
  return json(200, render(backend, target, find(backend, target), form, include));
}

interface Position {
  at: number;
  after: string;
}

/** GET of a collection: a page at one revision. @throws StatusError 400, 410, 504 */
export function getList(
  backend: Backend,
  target: Target,
  query: URLSearchParams,
  form: Form,
  faults: FaultState,
  info: RequestInfo,
): ServerResponse {
  const { type, version } = target;
  const table = backend.store.table(storedAs(backend.registry, type));
  const selected = selection(query, type, version);
  const position = positionOf(backend, query, faults.frozenAt(info));
  const namespace = target.namespace ?? selected.namespace;
  let page: ReturnType<typeof listPage>;
  try {
    page = listPage(table, {
      ...(namespace === undefined ? {} : { namespace }),
      ...(selected.name === undefined ? {} : { name: selected.name }),
      ...(position.after === '' ? {} : { after: position.after }),
      ...(position.at === backend.store.revision ? {} : { at: position.at }),
      limit: Number(query.get('limit') ?? 0),
      ...(selected.match ? { match: (entry: Entry) => selected.match!(entry.object) } : {}),
    });
  } catch (error) {
    if (!(error instanceof StatusError) || !query.get('continue')) throw error;
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
  }
  const metadata = {
    resourceVersion: String(position.at),
    ...(page.next === undefined ? {} : { continue: token({ at: position.at, after: page.next }) }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
  return json(200, listBody(backend, target, page.entries, metadata, form, query.get('includeObject') ?? 'Metadata'));
}

/** Which revision to show, from which key on. */
function positionOf({ store }: Backend, query: URLSearchParams, frozenAt: number | undefined): Position {
  const continued = query.get('continue');
  if (continued) return fromToken(continued);
  const asked = askedRevision(query);
  const match = query.get('resourceVersionMatch');
  const revision = Number(asked);
  if (revision > store.revision) {
    const message = `Timeout: Too large resource version: ${revision}, current: ${store.revision}`;
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    throw new StatusError(504, 'Timeout', message, { causes, retryAfterSeconds: 1 }, { 'retry-after': '1' });
  }
  if (match === 'Exact') return { at: revision, after: '' };
  if (asked !== '' && frozenAt !== undefined) return { at: Math.max(revision, frozenAt), after: '' };
  return { at: store.revision, after: '' };
}

/** The resourceVersion parameter; empty when absent. @throws StatusError 400 */
export function askedRevision(query: URLSearchParams): string {
  const asked = query.get('resourceVersion') ?? '';
  if (/^\d*$/.test(asked)) return asked;
  throw badRequest(
    `Invalid value: ${JSON.stringify(asked)}: strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`,
  );
}

function token(position: Position): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: position.at, start: position.after })).toString(
    'base64url',
  );
}

function fromToken(text: string): Position {
  try {
    const { rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString());
    return { at: Number(rv), after: String(start) };
  } catch {
    throw badRequest('continue key is not valid: the token cannot be read');
  }
}

function listBody(
  backend: Backend,
  target: Target,
  entries: Entry[],
  metadata: Loose,
  form: Form,
  include: string,
): string {
  const { type, version } = target;
  if (form === 'table') {
    const objects = entries.map((entry) => entry.object);
    return JSON.stringify(tableOf(objects, version, metadata, include, backend.clock.now()));
  }
  if (form === 'metadata') {
    const items = entries.map((entry) => partialMetadata(entry.object));
    return JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items });
  }
  const head = { kind: type.listKind, apiVersion: apiVersionOf(type.group, version.name), metadata };
  const items = entries.map((entry) => (type.builtin ? bare(target, entry) : render(backend, target, entry, form)));
  return `${JSON.stringify(head).slice(0, -1)},"items":[${items.join(',')}]}`;
}

/** Items in lists of built-in kinds carry neither apiVersion nor kind, as Go encodes them. */
function bare(target: Target, entry: Entry): string {
  if (!target.version.fromStored) {
    const { apiVersion, kind } = entry.object;
    return `{${jsonOf(entry).slice(`{"apiVersion":"${apiVersion}","kind":"${kind}",`.length)}`;
  }
  const { apiVersion: _version, kind: _kind, ...rest } = target.version.fromStored(entry.object);
  return JSON.stringify(rest);
}
