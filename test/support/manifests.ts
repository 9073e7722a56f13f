import type { Loose, Manifest } from '../cluster/types.ts';

/** Manifests for tests. A field of the spec that is given as undefined is left out. */

export const SYNC_URL = 'http://sync.test:8181';
const API_VERSION = 'sync.cdata.com/v1alpha1';

/** What a builder takes beside the spec. */
export interface Meta {
  name?: string;
  namespace?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
}

/** A resource of ours, whose spec is `common` with `changes` over it. */
export function resource(kind: string, name: string, common: Loose, changes: Loose = {}, meta: Meta = {}): Manifest {
  const spec = Object.fromEntries(Object.entries({ ...common, ...changes }).filter(([, value]) => value !== undefined));
  return { apiVersion: API_VERSION, kind, metadata: { namespace: 'default', name, ...meta }, spec };
}

/** The server `main`, at the simulator. */
export function server(changes: Loose = {}, meta: Meta = {}): Manifest {
  const common = { url: SYNC_URL, auth: { tokenSecretRef: { name: 'sync-token' } }, timeZone: 'Etc/UTC' };
  return resource('SyncServer', 'main', common, changes, meta);
}

/** The workspace `default`: the default workspace, used and never changed. */
export function workspace(changes: Loose = {}, meta: Meta = {}): Manifest {
  return resource('SyncWorkspace', 'default', { serverRef: { name: 'main' }, id: 'default' }, changes, meta);
}

/** The connection `crm`, without secrets. */
export function connection(changes: Loose = {}, meta: Meta = {}): Manifest {
  const common = {
    workspaceRef: { name: 'default' },
    name: 'CRM',
    connector: 'Salesforce',
    properties: { User: 'sync@example.com' },
  };
  return resource('SyncConnection', 'crm', common, changes, meta);
}

/** The connection `warehouse`, whose password comes from the Secret `warehouse`. */
export function warehouse(changes: Loose = {}, meta: Meta = {}): Manifest {
  const common = {
    workspaceRef: { name: 'default' },
    name: 'Warehouse',
    connector: 'PostgreSQL',
    properties: { Server: 'warehouse.example.com', Database: 'analytics', User: 'sync' },
    propertiesFrom: [{ property: 'Password', secretKeyRef: { name: 'warehouse', key: 'password' } }],
  };
  return resource('SyncConnection', 'warehouse', common, changes, meta);
}

/** The job `nightly` from `crm` to `warehouse`, with three tasks. */
export function job(changes: Loose = {}, meta: Meta = {}): Manifest {
  const common = {
    workspaceRef: { name: 'default' },
    name: 'Nightly',
    type: 'Standard',
    sourceRef: { name: 'crm' },
    destinationRef: { name: 'warehouse' },
    options: { destinationSchema: 'crm' },
    tasks: [{ table: 'Accounts' }, { table: 'Contacts' }, { query: 'REPLICATE [Orders]' }],
  };
  return resource('SyncJob', 'nightly', common, changes, meta);
}

/** The transformation `daily` in `warehouse`, with two queries. */
export function transformation(changes: Loose = {}, meta: Meta = {}): Manifest {
  const common = {
    workspaceRef: { name: 'default' },
    name: 'Daily',
    type: 'SQL',
    destinationRef: { name: 'warehouse' },
    tasks: [{ query: 'DELETE FROM totals' }, { query: 'INSERT INTO totals SELECT * FROM orders' }],
  };
  return resource('SyncTransformation', 'daily', common, changes, meta);
}

/** The pipeline `morning`: the job `nightly`, the event `notify`, the transformation `daily`. */
export function pipeline(changes: Loose = {}, meta: Meta = {}): Manifest {
  const common = {
    workspaceRef: { name: 'default' },
    name: 'Morning',
    steps: [
      { jobRef: { name: 'nightly' } },
      { eventRef: { name: 'notify' } },
      { transformationRef: { name: 'daily' } },
    ],
  };
  return resource('SyncPipeline', 'morning', common, changes, meta);
}

/** The event `notify` of the pipeline `morning`. */
export function event(changes: Loose = {}, meta: Meta = {}): Manifest {
  const common = { pipelineRef: { name: 'morning' }, name: 'Notify', script: '<api:script>done</api:script>' };
  return resource('SyncEvent', 'notify', common, changes, meta);
}

/** The user `jane`, who operates jobs; her password comes from the Secret `jane`. */
export function user(changes: Loose = {}, meta: Meta = {}): Manifest {
  const common = {
    serverRef: { name: 'main' },
    user: 'jane',
    emailAddress: 'jane@example.com',
    roles: ['cdata_support'],
    passwordSecretRef: { name: 'jane' },
  };
  return resource('SyncUser', 'jane', common, changes, meta);
}

/** A run of the job `nightly`. */
export function run(changes: Loose = {}, meta: Meta = {}): Manifest {
  return resource('SyncRun', 'now', { jobRef: { name: 'nightly' } }, changes, meta);
}

export function secret(name: string, values: Record<string, string>, namespace = 'default'): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type: 'Opaque', stringData: values };
}
