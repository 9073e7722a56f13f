import type { Loose, Manifest } from '../cluster/types.ts';
import { BASES, COMPANIONS } from './samples.ts';
import { type Node, pathOf, put } from './schemaTree.ts';

/** A copy of the least spec of a kind. */
export function baseOf(kind: string): Loose {
  if (!BASES[kind]) throw new Error(`test/real/samples.ts has no base for ${kind}`);
  return structuredClone(BASES[kind]);
}

/** The least spec with what `make` makes at the node, and what that needs beside it. */
export function specWith(crd: Manifest, node: Node, make: (value: unknown) => unknown): Loose {
  const { kind } = crd.spec.names;
  const spec = baseOf(kind);
  const place = `${kind}.${pathOf(node)}`;
  for (const [pattern, companion] of COMPANIONS) if (pattern.test(place)) companion(spec);
  return put(spec, rootOf(crd).spec, node.steps.slice(1), make) as Loose;
}

/** The least status with what `make` makes at the node. */
export const statusWith = (crd: Manifest, node: Node, make: (value: unknown) => unknown): Loose =>
  put(undefined, rootOf(crd).status, node.steps.slice(1), make) as Loose;

export const rootOf = (crd: Manifest): { spec: Loose; status: Loose } =>
  crd.spec.versions[0].schema.openAPIV3Schema.properties;

export const resourceOf = (crd: Manifest, name: string, spec: unknown): Manifest =>
  ({
    apiVersion: `${crd.spec.group}/${crd.spec.versions[0].name}`,
    kind: crd.spec.names.kind,
    metadata: { name },
    spec,
  }) as Manifest;
