import type { KubeObject } from '../../cluster/types.ts';
import { keyOf } from '../mirror.ts';
import { KNOWN_MS, type Oracle } from './oracle.ts';

/** No write to what nobody owns, and none while observing or suspended. */
export const permission: Oracle = ({ setting }, owners) => {
  const { policies } = setting;
  const forbids = (resource: KubeObject): string | undefined => {
    if (policies.settled(resource, 'managementPolicy', ['Observe'], KNOWN_MS)) return 'is only observed';
    if (policies.settled(resource, 'suspend', [true], KNOWN_MS)) return 'is suspended';
    return undefined;
  };
  setting.onSyncWrite((write) => {
    const { by, operation, created, changed, removed, target } = write;
    // Whoever asks for a run need not own what runs.
    if (/\.(execute|cancel)$/.test(operation)) return;
    const touched = [...changed.map(({ before }) => before), ...removed];
    if (touched.length === 0 && created.length === 0 && target && target.kind !== 'workspace') touched.push(target);
    for (const snap of touched) {
      const resources = [...owners.ownersOf(snap.id), ...owners.givenUpBy(snap)];
      const what = `${by} does ${operation} to ${snap.kind} ${snap.name} (${snap.id})`;
      if (resources.length === 0) setting.violate('permission', `${what}, which no resource owns`);
      else if (resources.every(forbids)) {
        setting.violate('permission', `${what}, but ${keyOf(resources[0]!)} ${forbids(resources[0]!)}`);
      }
    }
    for (const snap of created) {
      const makers = owners.makersOf(snap);
      if (makers.length > 0 && makers.every(forbids)) {
        setting.violate('permission', `${by} makes ${snap.name}, but ${keyOf(makers[0]!)} ${forbids(makers[0]!)}`);
      }
    }
  });
};
