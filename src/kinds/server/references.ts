import type { SyncServerSpec } from '../../api/syncServer.ts';
import type { Resource } from '../../engine/resource.ts';

/** What a SyncServer refers to, as `Secret/team/token`: a change there wakes it, there or not. */
export function references({ metadata, spec }: Resource): string[] {
  const { auth, tls } = spec as unknown as { auth?: Partial<SyncServerSpec['auth']>; tls?: SyncServerSpec['tls'] };
  const names = [
    ['Secret', auth?.tokenSecretRef?.name],
    ['Secret', tls?.caSecretRef?.name],
    ['ConfigMap', tls?.caConfigMapRef?.name],
    ['Secret', tls?.clientCertSecretRef?.name],
  ];
  return [...new Set(names.filter(([, name]) => name).map(([kind, name]) => `${kind}/${metadata.namespace}/${name}`))];
}
