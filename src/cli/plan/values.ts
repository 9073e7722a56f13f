import type { KubeObject } from '../../kube/objects.ts';
import { type ValueReader, type Values, valuesIn } from '../../kube/secretReader.ts';
import type { Manifest } from './manifests.ts';

/** Secrets and ConfigMaps as the cluster has them, under those that come with the files. Nothing is read in turn. */
export function withFileValues(values: ValueReader, manifests: readonly Manifest[]): ValueReader {
  const given = new Map<string, Values>();
  for (const { kind, namespace, name, object } of manifests) {
    // One that is encrypted in its file (SOPS) does not tell its values: those of the cluster count.
    if ('sops' in object) continue;
    if (kind === 'Secret' || kind === 'ConfigMap')
      given.set(`${kind}/${namespace}/${name}`, valuesIn(kind, object as unknown as KubeObject));
  }
  return {
    ...values,
    secret: async (namespace, name) => given.get(`Secret/${namespace}/${name}`) ?? values.secret(namespace, name),
    configMap: async (namespace, name) =>
      given.get(`ConfigMap/${namespace}/${name}`) ?? values.configMap(namespace, name),
    watch() {},
  };
}
