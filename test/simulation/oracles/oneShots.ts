import { keyOf } from '../mirror.ts';
import type { Oracle } from './oracle.ts';

const REQUESTS: Readonly<Record<string, string>> = {
  'connections.resetCredentials': 'reset-credentials-requested-at',
  'connections.resetMetadata': 'reset-metadata-requested-at',
};

/** Resets happen at most once for each request; what a restore brings back is none. */
export const oneShots: Oracle = (land, owners) => {
  const { setting } = land;
  const asked = new Map<string, number>();
  land.grants.requested = ({ metadata }, token) => {
    const key = `${metadata.uid} ${token}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
  };
  setting.onSyncWrite(({ by, operation, target }) => {
    const token = REQUESTS[operation];
    if (token === undefined || !target) return;
    const resources = owners.ownersOf(target.id);
    const key = resources.map(({ metadata }) => `${metadata.uid} ${token}`).find((one) => (asked.get(one) ?? 0) > 0);
    if (key !== undefined) asked.set(key, asked.get(key)! - 1);
    else {
      const whose = resources.map(keyOf).join();
      setting.violate('oneShots', `${by} does ${operation} to ${target.name}, which nobody asked ${whose} for`);
    }
  });
};
