import { readFileSync, writeFileSync } from 'node:fs';
import type { Backup } from '../cluster/backup.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { COLLECTIONS, type Item } from '../simulator/state.ts';

/** What a release left behind: the objects of the cluster with their statuses, and what its Sync server held. */
export interface Release {
  cluster: Backup;
  sync: { defaultWorkspaceId: string; items: Item[] };
}

/** What stands in every cluster anyway. */
const LEFT_OUT: ReadonlySet<string> = new Set(['CustomResourceDefinition', 'Namespace']);

export function releaseOf(cluster: Backup, { state }: Simulator): Release {
  const objects = cluster.objects.filter(({ kind }) => !LEFT_OUT.has(kind));
  const items = Object.values(COLLECTIONS).flatMap((collection) => [...state[collection].values()]);
  return { cluster: { objects }, sync: { defaultWorkspaceId: state.defaultWorkspaceId, items } };
}

export function readRelease(folder: string): Release {
  return JSON.parse(readFileSync(`${folder}/release.json`, 'utf8')) as Release;
}

export function writeRelease(folder: string, release: Release): void {
  writeFileSync(`${folder}/release.json`, `${JSON.stringify(release, null, 1)}\n`);
}

/** Makes a fresh simulator hold what the server of the release held. */
export function restoreSync({ state }: Simulator, { sync }: Release): void {
  for (const collection of Object.values(COLLECTIONS)) state[collection].clear();
  for (const item of structuredClone(sync.items)) state[COLLECTIONS[item.kind]].set(item.id, item);
  state.defaultWorkspaceId = sync.defaultWorkspaceId;
}
