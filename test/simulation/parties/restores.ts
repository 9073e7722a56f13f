import type { Backup } from '../../cluster/backup.ts';
import type { KubeObject, Manifest } from '../../cluster/types.ts';
import type { Land } from '../land.ts';
import { keyOf } from '../mirror.ts';
import type { WeighedActs } from './act.ts';

/** Backups, and clusters that are lost and made anew from them. */
export function createRestores(): WeighedActs {
  const backups: Backup[] = [];
  return [
    [
      2,
      ({ setting }) => {
        backups.push(setting.cluster.backup());
        return 'makes a backup';
      },
    ],
    [
      1,
      (land) => {
        const backup = land.dice.pickAny(backups);
        return backup && restore(land, backup);
      },
    ],
  ];
}

/** Everything of ours is lost and comes back: with new uids, with or without status. No controller runs meanwhile. */
function restore(land: Land, backup: Backup): string {
  const { setting, dice } = land;
  const { cluster, mirror } = setting;
  const withStatus = dice.chance(0.3);
  land.restoring = true;
  for (const replica of setting.replicas) replica.crash('with its cluster', dice.between(0, 10) * 1000);
  for (const { kind, metadata } of [...mirror.resources.values()]) {
    cluster.patch(kind, metadata.name, metadata.namespace, { metadata: { finalizers: null } });
    if (cluster.get(kind, metadata.name, metadata.namespace)) cluster.delete(kind, metadata.name, metadata.namespace);
  }
  // As Velero marks what it restores: runs among it are not to run again.
  cluster.restore(backup, { withStatus, labels: { 'velero.io/restore-name': 'last' } });
  // The key of the hashes may be lost, too.
  if (dice.chance(0.3) && cluster.get('Secret', 'sync-operator-key', 'sync-system')) {
    cluster.delete('Secret', 'sync-operator-key', 'sync-system');
  }
  land.wanted.clear();
  for (const resource of mirror.resources.values()) land.wanted.set(keyOf(resource), manifestOf(resource));
  land.restoring = false;
  return `loses the cluster and restores a backup, ${withStatus ? 'with' : 'without'} status`;
}

function manifestOf({ apiVersion, kind, metadata: { name, namespace }, spec }: KubeObject): Manifest {
  return { apiVersion, kind, metadata: { name, namespace }, spec: structuredClone(spec) };
}
