import type { ServerRequest, ServerResponse } from '../support/server.ts';
import type { Form } from './accept.ts';
import { type Backend, create, exists, patch, update } from './crud.ts';
import type { WriteOptions } from './decode.ts';
import { jsonPatch } from './patch/jsonPatch.ts';
import { mergePatch } from './patch/merge.ts';
import { strategicPatch } from './patch/strategic.ts';
import { render } from './read.ts';
import { storedAs } from './registry.ts';
import { type DeleteOptions, remove } from './remove.ts';
import type { ResourceRequest } from './requests.ts';
import { json } from './respond.ts';
import { selection } from './selectors.ts';
import { badRequest, StatusError, unsupportedMedia } from './status.ts';
import type { Entry } from './store.ts';
import type { Loose } from './types.ts';

const MAX_BODY = 3 * 1024 * 1024;

/** POST, PUT, PATCH and DELETE. @throws StatusError */
export function write(backend: Backend, work: ResourceRequest, form: Form, request: ServerRequest): ServerResponse {
  const { info, target, query } = work;
  if (request.body.length > MAX_BODY) {
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`);
  }
  if (info.verb === 'delete') return deleteOne(backend, work, request);
  if (info.verb === 'deletecollection') return deleteMany(backend, work, request);
  const options: WriteOptions = {
    dryRun: query.getAll('dryRun').includes('All'),
    fieldValidation: query.get('fieldValidation') ?? '',
    warnings: [],
  };
  const answer = (status: number, entry: Entry) =>
    json(
      status,
      render(backend, target, entry, form, query.get('includeObject') ?? 'Metadata'),
      warningHeader(options),
    );
  if (info.verb === 'create') return answer(201, create(backend, target, jsonBody(request), options));
  if (info.verb === 'update') {
    const made = target.type.createsOnUpdate && !exists(backend, target);
    return answer(made ? 201 : 200, update(backend, target, jsonBody(request), options));
  }
  return answer(200, patch(backend, target, patcher(work, request), options));
}

function warningHeader({ warnings = [] }: WriteOptions): Record<string, string> {
  if (warnings.length === 0) return {};
  return { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ') };
}

function jsonBody(request: ServerRequest): Loose {
  const media = (request.headers['content-type'] ?? 'application/json').split(';')[0]!.trim();
  if (media !== 'application/json') throw unsupportedMedia(['application/json']);
  return parse(request.body);
}

function parse(body: string): Loose {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
}

function patcher({ target }: ResourceRequest, request: ServerRequest): (now: Loose) => Loose {
  const media = (request.headers['content-type'] ?? '').split(';')[0]!.trim();
  const kinds: Record<string, (now: Loose, patch: Loose) => Loose> = {
    'application/json-patch+json': jsonPatch,
    'application/merge-patch+json': mergePatch,
    ...(target.type.builtin ? { 'application/strategic-merge-patch+json': strategicPatch } : {}),
  };
  const apply = kinds[media];
  if (!apply) throw unsupportedMedia(Object.keys(kinds));
  const body = parse(request.body);
  if (media === 'application/json-patch+json' ? !Array.isArray(body) : typeof body !== 'object') {
    throw badRequest('error decoding patch');
  }
  return (now) => apply(now, body);
}

function deleteOptions({ query }: ResourceRequest, request: ServerRequest): DeleteOptions {
  const body = request.body.trim() === '' ? {} : parse(request.body);
  const policy = query.get('propagationPolicy');
  const dryRun = query.getAll('dryRun');
  return { ...body, ...(policy ? { propagationPolicy: policy } : {}), ...(dryRun.length > 0 ? { dryRun } : {}) };
}

function deleteOne(backend: Backend, work: ResourceRequest, request: ServerRequest): ServerResponse {
  const { target } = work;
  const { entry, gone } = remove(backend, target, deleteOptions(work, request));
  if (!gone) return json(200, render(backend, target, entry, 'object'));
  const { name, uid } = entry.object.metadata;
  const details = { name, ...(target.type.group ? { group: target.type.group } : {}), kind: target.type.plural, uid };
  return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function deleteMany(backend: Backend, work: ResourceRequest, request: ServerRequest): ServerResponse {
  const { target, query } = work;
  const options = deleteOptions(work, request);
  const { match } = selection(query, target.type, target.version);
  const table = backend.store.table(storedAs(backend.registry, target.type));
  const prefix = target.namespace === undefined ? '' : `${target.namespace}/`;
  const entries = [...table.entries.values()].filter(
    ({ key, object }) => key.startsWith(prefix) && (match?.(object) ?? true),
  );
  for (const { object } of entries) remove(backend, { ...target, name: object.metadata.name }, options);
  return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
}
