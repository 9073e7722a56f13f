import type { Oracle } from './oracle.ts';

/** No write, to Sync or to our resources, by a process that does not hold the lease. */
export const lease: Oracle = ({ setting }) => {
  const holds = (life: string) => setting.identityOf(life) === setting.mirror.leaseHolder;
  setting.onSyncWrite(({ by, operation, target }) => {
    if (holds(by)) return;
    setting.violate('lease', `${by} does ${operation} ${target?.name ?? ''}, but ${setting.mirror.leaseHolder} leads`);
  });
  setting.onKubeWrite(({ by, method, path, status }) => {
    if (!path.startsWith('/apis/sync.cdata.com/') || status >= 300 || holds(by)) return;
    setting.violate('lease', `${by} does ${method} ${path}, but ${setting.mirror.leaseHolder} leads`);
  });
};
