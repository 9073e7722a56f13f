import type { Loose, Manifest } from '../cluster/types.ts';
import { resource, secret } from '../support/manifests.ts';

/** What a case is about: so many jobs, spread over so many workspaces, on a server whose replies take so long. */
export interface Case {
  jobs: number;
  workspaces: number;
  latencyMs: number;
  /** Against a real API server and not the twin. */
  real: boolean;
}

const workspaceOf = (at: number) => `workspace-${at}`;
export const jobName = (at: number): string => `job-${at}`;

/** One server without limits, workspaces with a connection each way, and the jobs between them. */
export function landscape({ jobs, workspaces }: Case, sync: { url: string; token: string; ca: string }): Manifest[] {
  const manifests: Manifest[] = [
    secret('sync-token', { token: sync.token }),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'ca', namespace: 'default' },
      data: { 'ca.crt': sync.ca },
    },
    resource('SyncServer', 'main', {
      url: sync.url,
      auth: { tokenSecretRef: { name: 'sync-token' } },
      tls: { caConfigMapRef: { name: 'ca' } },
      timeZone: 'Etc/UTC',
      limits: { requestsPerSecond: 10_000, burst: 10_000, concurrency: 64 },
    }),
  ];
  for (let at = 0; at < workspaces; at++) {
    const workspaceRef = { name: workspaceOf(at) };
    manifests.push(
      resource('SyncWorkspace', workspaceOf(at), { serverRef: { name: 'main' }, name: `Workspace ${at}` }),
      resource('SyncConnection', `crm-${at}`, { workspaceRef, name: `CRM ${at}`, connector: 'Salesforce' }),
      resource('SyncConnection', `warehouse-${at}`, { workspaceRef, name: `DWH ${at}`, connector: 'Snowflake' }),
    );
  }
  for (let at = 0; at < jobs; at++) manifests.push(job(at, at % workspaces));
  return manifests;
}

function job(at: number, workspace: number): Manifest {
  const spec: Loose = {
    workspaceRef: { name: workspaceOf(workspace) },
    name: `Job ${at}`,
    type: 'Standard',
    sourceRef: { name: `crm-${workspace}` },
    destinationRef: { name: `warehouse-${workspace}` },
    options: { destinationSchema: 'crm', batchSize: 1_000 },
    tasks: [{ table: 'Accounts' }, { query: 'REPLICATE [Orders]' }],
  };
  return resource('SyncJob', jobName(at), spec);
}
