import type { Oracle } from './oracle.ts';

/** No write, to Sync or to our resources, by a process that does not hold the lease. */
export const lease: Oracle = ({ setting }) => {
  const holds = (life: string) => setting.identityOf(life) === setting.mirror.leaseHolder;
  // What was on its way when its process ended arrives all the same: its intent is what protects it.
  const lives = (life: string) => setting.replicas.some((replica) => replica.life === life && replica.state !== 'down');
  setting.onSyncWrite(({ by, operation, target }) => {
    if (holds(by) || !lives(by)) return;
    setting.violate('lease', `${by} does ${operation} ${target?.name ?? ''}, but ${setting.mirror.leaseHolder} leads`);
  });
  setting.onKubeWrite(({ by, method, path, status }) => {
    if (!path.startsWith('/apis/sync.cdata.com/') || status >= 300 || holds(by)) return;
    setting.violate('lease', `${by} does ${method} ${path}, but ${setting.mirror.leaseHolder} leads`);
  });
};
