import type { SyncServerSpec } from '../../api/syncServer.ts';
import { Blocked } from '../../engine/blocked.ts';
import { KubeError } from '../../kube/errors.ts';
import type { ValueReader, ValueRef } from '../../kube/secretReader.ts';
import type { TlsOptions } from '../../ports/transport.ts';

/** What a SyncServer takes from Secrets and ConfigMaps. */
export interface Credentials {
  token: string;
  tls?: TlsOptions;
}

type Spec = Pick<SyncServerSpec, 'auth' | 'tls'>;

/** Reads them all. Throws Blocked (`SecretNotFound`, `SecretKeyNotFound` …) naming the object, the key and the field of the spec. */
export async function readCredentials(
  values: ValueReader,
  namespace: string,
  { auth, tls }: Spec,
): Promise<Credentials> {
  const read = (kind: ValueRef['kind'], path: string, ref: { name: string; key?: string } | undefined, key: string) =>
    ref && readKey(values, { kind, namespace, name: ref.name }, ref.key ?? key, path);
  const token = (await read('Secret', 'spec.auth.tokenSecretRef', auth.tokenSecretRef, 'token'))!;
  if (!tls) return { token: token.trim() };
  const [caSecret, caMap, cert, key] = [
    await read('Secret', 'spec.tls.caSecretRef', tls.caSecretRef, 'ca.crt'),
    await read('ConfigMap', 'spec.tls.caConfigMapRef', tls.caConfigMapRef, 'ca.crt'),
    await read('Secret', 'spec.tls.clientCertSecretRef', tls.clientCertSecretRef, 'tls.crt'),
    await read('Secret', 'spec.tls.clientCertSecretRef', tls.clientCertSecretRef, 'tls.key'),
  ];
  const ca = caSecret ?? caMap;
  return {
    token: token.trim(),
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(tls.serverName !== undefined && { serverName: tls.serverName }),
      ...(tls.insecureSkipVerify && { insecureSkipVerify: true }),
    },
  };
}

async function readKey(values: ValueReader, ref: ValueRef, key: string, path: string): Promise<string> {
  const { kind, namespace, name } = ref;
  const what = `${kind} ${namespace}/${name}`;
  const found = await (kind === 'Secret' ? values.secret(namespace, name) : values.configMap(namespace, name)).catch(
    (error: unknown) => {
      if (!(error instanceof KubeError) || error.status === 0) throw error;
      throw new Blocked(`${kind}Unreadable`, `${what} (${path}) cannot be read: ${error.message}`);
    },
  );
  if (!found) throw new Blocked(`${kind}NotFound`, `${what} does not exist; ${path} refers to it`);
  const value = found.data[key];
  if (value !== undefined && value.trim() !== '') return value;
  const lack = value === undefined ? `has no key ${key}` : `has an empty key ${key}`;
  throw new Blocked(`${kind}KeyNotFound`, `${what} ${lack}; ${path} refers to it`);
}
