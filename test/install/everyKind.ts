import type { Loose, Manifest } from '../cluster/types.ts';
import { environment } from '../scenarios/landscape.ts';
import { connection, job, run, server, workspace } from '../support/manifests.ts';

/** One resource of every kind that needs every right of the operator: they are deleted in Sync, too, and use Secrets and a ConfigMap. */
export function everyKind(changes: Loose): Manifest[] {
  const own: Record<string, Manifest> = {
    SyncServer: server({ defaults: { deletionPolicy: 'Delete' }, ...changes }),
    SyncWorkspace: workspace({ id: undefined, name: 'Analytics' }),
    SyncJob: job({ options: { batchSize: 10 } }),
  };
  const fromConfigMap = { property: 'Region', configMapKeyRef: { name: 'values', key: 'region' } };
  const metadata = { namespace: 'default', name: 'values' };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { region: 'eu' } } as Manifest,
    ...environment().map((manifest) => own[manifest.kind] ?? manifest),
    // Its finalizer is for the cancel, and its end for the right to delete it.
    run({ onDelete: 'Cancel', ttlSecondsAfterFinished: 5 }, { name: 'once' }),
    connection({ name: 'Other', propertiesFrom: [fromConfigMap] }, { name: 'other' }),
  ];
}
