import { afterAll, beforeAll, describe, vi } from 'vitest';
import type { Connection } from '../../../src/ports/transport.ts';
import { type ApiClient, createApiClient } from '../apiClient.ts';
import type { Loose, Manifest } from '../types.ts';
import { widget, widgetCrd } from '../widgets.ts';
import { builtinTests } from './builtins.ts';
import { controllerTests } from './controllers.ts';
import { deletionTests } from './deletion.ts';
import { discoveryTests } from './discovery.ts';
import { objectTests } from './objects.ts';
import { readTests } from './reads.ts';
import { validationTests } from './validation.ts';
import { watchTests } from './watches.ts';

/** An API server under test. */
export interface ApiTarget {
  connection: Connection;
  /** Sent with every request, for authorization. */
  headers?: Record<string, string>;
  close(): Promise<void>;
}

/** What the tests have: a client, and a namespace of their own in a server that has the widget CRD. */
export interface Bench {
  api: ApiClient;
  namespace: string;
  /** Path of the widgets in the namespace, or of one. */
  widgets(name?: string, subresource?: string): string;
  /** Path of something of the core group. */
  core(plural: string, name?: string): string;
  widget(name: string, spec?: Record<string, unknown>, metadata?: Loose): Manifest;
  /** Creates a widget and returns it as stored. */
  made(name: string, spec?: Record<string, unknown>, metadata?: Loose): Promise<Loose>;
  /** Waits, by a watch, until the object is gone. */
  gone(collection: string, name: string): Promise<void>;
}

/** The same expectations for the twin and for a real API server. Wording is not compared; codes, reasons and fields are. */
export function conformance(
  name: string,
  open: () => Promise<ApiTarget>,
  { controllers = true }: { controllers?: boolean } = {},
): void {
  describe(`a Kubernetes API: ${name}`, () => {
    const bench = {} as Bench;
    let target: ApiTarget;
    beforeAll(async () => {
      target = await open();
      Object.assign(bench, await prepare(createApiClient(target.connection, target.headers)));
    });
    afterAll(async () => {
      await bench.api?.del(`/api/v1/namespaces/${bench.namespace}`);
      await target?.close();
    });
    discoveryTests(bench);
    objectTests(bench);
    validationTests(bench);
    readTests(bench);
    watchTests(bench);
    deletionTests(bench);
    if (controllers) controllerTests(bench);
    else console.log(`Left out: garbage and namespaces, for ${name} has no controller manager.`);
    builtinTests(bench);
  });
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

async function prepare(api: ApiClient): Promise<Bench> {
  const crd = await api.post(CRDS, widgetCrd);
  if (crd.status !== 201 && crd.status !== 409) throw new Error(`the CRD was refused: ${JSON.stringify(crd.body)}`);
  await established(api);
  const made = await api.post('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: 'conformance-' },
  });
  const namespace = made.body.metadata.name as string;
  const widgets = (name?: string, subresource?: string) =>
    ['/apis/twin.example.com/v1alpha1/namespaces', namespace, 'widgets', name, subresource]
      .filter((part) => part !== undefined)
      .join('/');
  const manifest = (name: string, spec = {}, metadata: Loose = {}) => {
    const made = widget(name, spec, namespace);
    return { ...made, metadata: { ...made.metadata, ...metadata } };
  };
  return {
    api,
    namespace,
    widgets,
    core: (plural, name) => `/api/v1/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`,
    widget: manifest,
    async made(name, spec, metadata) {
      const reply = await api.post(widgets(), manifest(name, spec, metadata));
      if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
      return reply.body;
    },
    async gone(collection, name) {
      const list = await api.get(`${collection}?fieldSelector=metadata.name%3D${name}`);
      if (list.body.items.length === 0) return;
      const { resourceVersion } = list.body.metadata;
      const query = `watch=true&resourceVersion=${resourceVersion}&fieldSelector=metadata.name%3D${name}`;
      for await (const event of api.watch(`${collection}?${query}`)) if (event.type === 'DELETED') return;
    },
  };
}

async function established(api: ApiClient): Promise<void> {
  const name = widgetCrd.metadata.name!;
  for await (const { object } of api.watch(`${CRDS}?watch=true&fieldSelector=metadata.name%3D${name}`)) {
    const conditions: Loose[] = object.status?.conditions ?? [];
    if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) break;
  }
  // A real server serves the resource and publishes its schema a moment later.
  const ready = async () => {
    const { body } = await api.get('/openapi/v3');
    if (!body.paths['apis/twin.example.com/v1alpha1']) throw new Error('the schema is not published');
    const { status } = await api.get('/apis/twin.example.com/v1alpha1/widgets');
    if (status !== 200) throw new Error('the resource is not served');
  };
  await vi.waitFor(ready, { timeout: 30_000 });
}
