import type { ValueReader, Values } from '../../kube/secretReader.ts';
import type { Manifest } from './manifests.ts';

/** Secrets and ConfigMaps as the cluster has them, under those that come with the files. Nothing is read in turn. */
export function withFileValues(values: ValueReader, manifests: readonly Manifest[]): ValueReader {
  const given = new Map<string, Values>();
  for (const { kind, namespace, name, object } of manifests) {
    // One that is encrypted in its file (SOPS) does not tell its values: those of the cluster count.
    if ('sops' in object) continue;
    if (kind === 'Secret' || kind === 'ConfigMap') given.set(`${kind}/${namespace}/${name}`, valuesIn(kind, object));
  }
  return {
    ...values,
    secret: async (namespace, name) => given.get(`Secret/${namespace}/${name}`) ?? values.secret(namespace, name),
    configMap: async (namespace, name) =>
      given.get(`ConfigMap/${namespace}/${name}`) ?? values.configMap(namespace, name),
    watch() {},
  };
}

function valuesIn(kind: 'Secret' | 'ConfigMap', object: Manifest['object']): Values {
  const { data, binaryData, stringData } = object as Record<string, Record<string, unknown> | undefined>;
  const encoded = kind === 'Secret' ? data : binaryData;
  const decoded = Object.entries(encoded ?? {}).map(([key, value]) => [key, fromBase64(String(value))]);
  const plain = Object.entries((kind === 'Secret' ? stringData : data) ?? {}).map(([key, value]) => [
    key,
    String(value),
  ]);
  return { data: Object.fromEntries([...decoded, ...plain]), resourceVersion: '' };
}

const fromBase64 = (text: string) => Buffer.from(text, 'base64').toString('utf8');
