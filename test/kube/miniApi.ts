import type { KubeObject } from '../../src/kube/objects.ts';
import { CutConnection, type Handler, type ServerRequest, type ServerResponse } from '../support/server.ts';

/** A hand-written API server for the tests of this folder: one collection at a time, revisions, watches that tests can break. */
export interface MiniApi {
  handler: Handler;
  /** Creates, changes or deletes as somebody else would. */
  put(path: string, object: Partial<KubeObject> & { spec?: unknown }): KubeObject;
  remove(path: string): void;
  objects: Map<string, KubeObject>;
  /** Watches resume only from events newer than this; older ones get 410. */
  compact(): void;
  /** Ends all watches: cleanly, by a reset, by an ERROR event, or by a broken line. */
  breakWatches(how: 'end' | 'reset' | 'gone' | 'malformed' | 'halfLine'): void;
  bookmark(): void;
  readonly watching: number;
  /** Answers before the API does, when it returns something. */
  intercept: ((request: ServerRequest) => ServerResponse | undefined | Promise<ServerResponse | undefined>) | undefined;
  revision: number;
  /** Pages are no longer than this, whatever the client asks for. */
  pageSize: number;
  /** Takes the state back, as when etcd is restored from a backup: revisions start again from an earlier one. */
  restore(objects: ReadonlyMap<string, KubeObject>, revision: number): void;
}

interface Watcher {
  prefix: string;
  push(text: string): void;
  fail(error?: Error): void;
}

export function createMiniApi(): MiniApi {
  const objects = new Map<string, KubeObject>();
  const history: { revision: number; path: string; type: string; object: KubeObject }[] = [];
  const watchers = new Set<Watcher>();
  let compacted = 0;
  let uids = 0;

  const api: MiniApi = {
    objects,
    revision: 10,
    pageSize: 500,
    intercept: undefined,
    get watching() {
      return watchers.size;
    },
    put(path, object) {
      const before = objects.get(path);
      const revision = String(++api.revision);
      const [, namespace, name] = /\/namespaces\/([^/]+)\/[^/]+\/([^/]+)$/.exec(path)!;
      const metadata = { ...object.metadata, name: name!, namespace: namespace!, resourceVersion: revision };
      metadata.uid = before?.metadata.uid ?? `uid-${++uids}`;
      const stored = { apiVersion: 'v1', kind: 'Thing', ...object, metadata } as KubeObject;
      objects.set(path, stored);
      emit(path, before ? 'MODIFIED' : 'ADDED', stored);
      return stored;
    },
    remove(path) {
      const before = objects.get(path);
      if (!before) return;
      objects.delete(path);
      const metadata = { ...before.metadata, resourceVersion: String(++api.revision) };
      emit(path, 'DELETED', { ...before, metadata });
    },
    restore(earlier, revision) {
      objects.clear();
      for (const [path, object] of earlier) objects.set(path, object);
      api.revision = revision;
      compacted = revision;
      history.length = 0;
      api.breakWatches('reset');
    },
    compact() {
      compacted = api.revision;
    },
    breakWatches(how) {
      for (const watcher of [...watchers]) {
        if (how === 'gone') watcher.push(`${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired') })}\n`);
        if (how === 'malformed') watcher.push('{"type":"ADDED","object":\n');
        if (how === 'halfLine') watcher.push('{"type":"ADDED","obj');
        watcher.fail(how === 'reset' ? new CutConnection() : undefined);
      }
    },
    bookmark() {
      const object = { metadata: { resourceVersion: String(api.revision) } };
      for (const watcher of watchers) watcher.push(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
    },
    async handler(request) {
      return (await api.intercept?.(request)) ?? answer(request);
    },
  };

  function emit(path: string, type: string, object: KubeObject): void {
    const copy = structuredClone(object);
    history.push({ revision: api.revision, path, type, object: copy });
    for (const watcher of watchers) {
      if (path.startsWith(watcher.prefix)) watcher.push(`${JSON.stringify({ type, object: copy })}\n`);
    }
  }

  function answer(request: ServerRequest): ServerResponse {
    const url = new URL(request.path, 'http://api');
    const path = url.pathname.replace(/\/status$/, '');
    const isItem = /\/namespaces\/[^/]+\/[^/]+\/[^/]+$/.test(path);
    if (request.method === 'GET' && url.searchParams.get('watch')) return watch(path, url.searchParams, request);
    if (request.method === 'GET' && !isItem) return list(path, url.searchParams);
    const found = objects.get(path);
    if (request.method === 'GET') return found ? json(200, found) : refused(404, 'NotFound');
    const body = request.body === '' ? undefined : JSON.parse(request.body);
    if (request.method === 'POST') {
      const item = `${path}/${body.metadata.name}`;
      return objects.has(item) ? refused(409, 'AlreadyExists') : json(201, api.put(item, body));
    }
    if (!found) return refused(404, 'NotFound');
    const wanted = request.method === 'DELETE' ? body?.preconditions : body?.metadata;
    const stale = wanted?.resourceVersion && wanted.resourceVersion !== found.metadata.resourceVersion;
    const other = wanted?.uid && wanted.uid !== found.metadata.uid;
    if (other && !stale && request.method === 'PATCH') {
      const details = { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid' }] };
      return json(422, { ...status(422, 'Invalid'), details });
    }
    if (stale || other) return refused(409, 'Conflict');
    if (request.method === 'DELETE') {
      api.remove(path);
      return json(200, { kind: 'Status', status: 'Success' });
    }
    return json(200, api.put(path, request.method === 'PUT' ? body : merge(found, body)));
  }

  function list(path: string, query: URLSearchParams): ServerResponse {
    const [at, last] = (query.get('continue') ?? '').split('|');
    if (at && Number(at) < compacted) return refused(410, 'Expired');
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefixOf(path)) && (!last || key > last)).sort();
    const page = keys.slice(0, Math.min(api.pageSize, Number(query.get('limit') ?? 1e9)));
    // The real server continues from its snapshot; here a later page shows later states, which a watch from `at` repeats.
    const revision = at || String(api.revision);
    const more = page.length < keys.length ? `${revision}|${page.at(-1)}` : undefined;
    const items = page.map((key) => objects.get(key));
    return json(200, { kind: 'List', metadata: { resourceVersion: revision, continue: more }, items });
  }

  function watch(path: string, query: URLSearchParams, { signal }: ServerRequest): ServerResponse {
    const from = Number(query.get('resourceVersion'));
    if (from < compacted) return refused(410, 'Expired');
    const prefix = prefixOf(path);
    const queue = history
      .filter((event) => event.revision > from && event.path.startsWith(prefix))
      .map(({ type, object }) => `${JSON.stringify({ type, object })}\n`);
    let ended = false;
    let failure: Error | undefined;
    let wake = () => {};
    const watcher: Watcher = {
      prefix,
      push(text) {
        queue.push(text);
        wake();
      },
      fail(error) {
        ended = true;
        failure = error;
        watchers.delete(watcher);
        wake();
      },
    };
    watchers.add(watcher);
    signal.addEventListener('abort', () => watcher.fail());
    return {
      status: 200,
      body: (async function* () {
        for (;;) {
          while (queue.length > 0) yield new TextEncoder().encode(queue.shift());
          if (failure) throw failure;
          if (ended) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      })(),
    };
  }
  return api;
}

/** `/api/v1/things` holds all namespaces; objects are kept below `/api/v1/namespaces/…`. */
function prefixOf(path: string): string {
  return path.includes('/namespaces/') ? `${path}/` : path.replace(/[^/]+$/, 'namespaces/');
}

const json = (code: number, body: unknown): ServerResponse => ({ status: code, body: JSON.stringify(body) });

export function status(code: number, reason: string, message = reason): object {
  return { kind: 'Status', status: 'Failure', code, reason, message };
}

export function refused(code: number, reason: string, headers: Record<string, string> = {}): ServerResponse {
  return { status: code, headers, body: JSON.stringify(status(code, reason)) };
}

function merge(target: unknown, patch: unknown): never {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch as never;
  const result: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result as never;
}
