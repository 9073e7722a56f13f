import type { Clock } from '../ports/clock.ts';
import type { Meter } from '../ports/meter.ts';
import type { Transport } from '../ports/transport.ts';
import { createCaller } from './calls.ts';
import type { KubeConnection } from './connection.ts';
import {
  apiVersionOf,
  type KubeObject,
  type ObjectRef,
  objectKey,
  type ResourceType,
  resourceName,
} from './objects.ts';
import { type Patch, patchBody, patchContentType } from './patch.ts';
import { type WatchEvent, type WatchOptions, watchStream } from './watch.ts';

/** The Kubernetes API, for any type. Every method rejects with KubeError only, naming verb, resource and object. */
export interface KubeClient {
  get<T extends KubeObject>(resource: ResourceType, ref: ObjectRef, options?: CallOptions): Promise<T>;
  /** One page; `metadata.continue` is there when more follow. */
  list<T extends KubeObject>(resource: ResourceType, options?: ListOptions): Promise<ListPage<T>>;
  create<T extends KubeObject>(resource: ResourceType, object: T, options?: WriteOptions): Promise<T>;
  /** PUT; fails with Conflict unless `metadata.resourceVersion` is current (or absent). */
  replace<T extends KubeObject>(resource: ResourceType, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(resource: ResourceType, ref: ObjectRef, patch: Patch, options?: WriteOptions): Promise<T>;
  delete(resource: ResourceType, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  /** Ends when the server ends it; throws KubeError (`Expired`, `IdleTimeout`, `Malformed`, `Unreachable` …) otherwise. */
  watch<T extends KubeObject>(resource: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent<T>>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** Milliseconds for one try, reply included; 10,000 unless told. Reads are repeated up to three times when the server says when. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

export interface ListOptions extends CallOptions {
  namespace?: string | undefined;
  limit?: number;
  continue?: string | undefined;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WriteOptions extends CallOptions {
  subresource?: 'status';
  fieldManager?: string;
  /** Validated and defaulted by the server, not stored. */
  dryRun?: boolean;
}

export interface DeleteOptions extends CallOptions {
  /** Preconditions: delete only this very object, only at this version; otherwise Conflict. */
  uid?: string;
  resourceVersion?: string;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

export interface ListPage<T> {
  items: T[];
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
}

export interface KubeClientOptions {
  connection: KubeConnection;
  transport: Transport;
  clock: Clock;
  meter: Meter;
  userAgent: string;
}

const DEADLINE_MS = 10_000;
const CONNECTIONS = 16;

/** A client on two pools: calls share a few sockets, and each watch has one of its own, so that watches cannot starve calls. */
export function createKubeClient({ connection, transport, clock, meter, userAgent }: KubeClientOptions): KubeClient {
  const requests = meter.counter('rest_client_requests_total', 'Requests to the Kubernetes API', [
    'code',
    'method',
    'host',
  ]);
  const pool = transport.connect({ ...connection.endpoint, connections: CONNECTIONS });
  const watches = transport.connect(connection.endpoint);
  const caller = createCaller({ connection, pool, clock, requests, userAgent });
  const watchCaller = createCaller({ connection, pool: watches, clock, requests, userAgent });

  const write = async (verb: Verb, resource: ResourceType, ref: ObjectRef, body: object, options: WriteOptions) => {
    const { subresource, fieldManager, dryRun } = options;
    const query = {
      fieldManager,
      dryRun: dryRun ? 'All' : undefined,
      force: verb.contentType === APPLY ? 'true' : undefined,
    };
    return caller.json({
      what: describe(verb.name, resource, ref, subresource),
      method: verb.method,
      path: pathOf(resource, ref.namespace, verb.name === 'create' ? undefined : ref.name, subresource) + search(query),
      body: JSON.stringify(body),
      contentType: verb.contentType,
      ...limits(options),
    });
  };

  return {
    async get(resource, ref, options = {}) {
      const what = describe('get', resource, ref);
      const path = pathOf(resource, ref.namespace, ref.name);
      return (await caller.json({ what, method: 'GET', path, read: true, ...limits(options) })) as never;
    },
    async list(resource, options = {}) {
      const { namespace, limit, labelSelector, fieldSelector } = options;
      const query = { limit: limit?.toString(), continue: options.continue, labelSelector, fieldSelector };
      const what = `list ${resourceName(resource)}${namespace === undefined ? '' : ` in ${namespace}`}`;
      const path = pathOf(resource, namespace) + search(query);
      const page = await caller.json({ what, method: 'GET', path, read: true, ...limits(options) });
      return toPage(page, resource) as never;
    },
    create: (resource, object, options = {}) =>
      write(CREATE, resource, object.metadata, withType(resource, object), options) as never,
    replace: (resource, object, options = {}) =>
      write(REPLACE, resource, object.metadata, withType(resource, object), options) as never,
    patch(resource, ref, patch, options = {}) {
      const verb = { name: 'patch', method: 'PATCH', contentType: patchContentType(patch) };
      return write(verb, resource, ref, patchBody(resource, ref, patch), options) as never;
    },
    async delete(resource, ref, options = {}) {
      const { uid, resourceVersion, propagationPolicy } = options;
      const preconditions = uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion };
      await caller.json({
        what: describe('delete', resource, ref),
        method: 'DELETE',
        path: pathOf(resource, ref.namespace, ref.name),
        body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy }),
        ...limits(options),
      });
    },
    watch(resource, options) {
      const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds } = options;
      const query = {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion,
        timeoutSeconds: timeoutSeconds.toString(),
        labelSelector,
        fieldSelector,
      };
      const what = `watch ${resourceName(resource)}${namespace === undefined ? '' : ` in ${namespace}`}`;
      const call = { what, method: 'GET', path: pathOf(resource, namespace) + search(query), deadlineMs: DEADLINE_MS };
      return watchStream(watchCaller, clock, call, options) as never;
    },
    async close() {
      await Promise.all([pool.close(), watches.close()]);
    },
  };
}

interface Verb {
  name: string;
  method: string;
  contentType: string;
}
const APPLY = 'application/apply-patch+yaml';
const CREATE: Verb = { name: 'create', method: 'POST', contentType: 'application/json' };
const REPLACE: Verb = { name: 'replace', method: 'PUT', contentType: 'application/json' };

const limits = ({ deadlineMs = DEADLINE_MS, signal }: CallOptions) => ({ deadlineMs, signal });

function describe(verb: string, resource: ResourceType, ref: ObjectRef, subresource?: string): string {
  return `${verb} ${resourceName(resource)}${subresource ? `/${subresource}` : ''} ${objectKey(ref)}`;
}

function pathOf(resource: ResourceType, namespace?: string, name?: string, subresource?: string): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  const within = namespace !== undefined && resource.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const item = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}/${resource.version}${within}/${resource.plural}${item}${subresource ? `/${subresource}` : ''}`;
}

function search(query: Record<string, string | undefined>): string {
  const parts = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return parts.length === 0
    ? ''
    : `?${parts.map(([name, value]) => `${name}=${encodeURIComponent(value!)}`).join('&')}`;
}

function withType<T extends KubeObject>(resource: ResourceType, object: T): T {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

/** Items of built-in types come without apiVersion and kind; those of a list are the same for all. */
function toPage(body: unknown, resource: ResourceType): ListPage<KubeObject> {
  const { items, metadata } = (body ?? {}) as Partial<ListPage<KubeObject>>;
  const apiVersion = apiVersionOf(resource);
  for (const item of items ?? []) {
    item.apiVersion ??= apiVersion;
    item.kind ??= resource.kind;
  }
  return { items: items ?? [], metadata: metadata ?? {} };
}
