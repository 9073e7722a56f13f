import { API_VERSION } from '../../api/common.ts';
import { parseResource } from '../../api/definition.ts';
import { definitionOf } from '../../api/registry.ts';
import { typeOf } from '../../app/caches.ts';
import type { Resource } from '../../engine/resource.ts';
import { KubeError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import { type Cluster, FIELD_MANAGER } from '../cluster.ts';
import { CliError } from '../failure.ts';
import { applyPatch } from './applied.ts';
import type { Manifest } from './manifests.ts';
import { mergePatched } from './stores.ts';

export interface Validated {
  resources: Resource[];
  /** Objects that only this program has checked, since the person may not write them, not even as a dry run. */
  unasked: number;
}

/**
 * The objects as the cluster would hold them: checked and given their defaults by the API server in a dry run, where the person may
 * write them, else by the same rules here. Throws CliError with one line a problem: file, line, field, what is wrong.
 */
export async function validate(
  cluster: Cluster,
  manifests: readonly Manifest[],
  live: (manifest: Manifest) => Resource | undefined,
): Promise<Validated> {
  const problems = manifests.flatMap(problemsOf);
  if (problems.length > 0) throw new CliError(problems.join('\n'));
  const resources: Resource[] = [];
  let unasked = 0;
  for (const manifest of manifests) {
    const found = live(manifest);
    try {
      resources.push(complete(await dryRun(cluster, manifest, found), manifest, found));
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      // A namespace that comes with the same change is not there yet.
      const isHomeless = error.status === 404 && error.details?.kind === 'namespaces';
      if (error.status === 403 || isHomeless) {
        unasked++;
        resources.push(complete(completedHere(manifest, found), manifest, found));
      } else if (error.status === 422 || error.status === 400) problems.push(...refusals(manifest, error));
      else throw error;
    }
  }
  if (problems.length > 0) throw new CliError(problems.join('\n'));
  return { resources, unasked };
}

function problemsOf(manifest: Manifest): string[] {
  const { kind, object, at } = manifest;
  const definition = definitionOf(kind)!;
  const spec = withoutNulls(object.spec ?? {});
  const parsed = parseResource(definition, { ...object, spec });
  const problems = parsed.ok
    ? unknownFields(spec, parsed.value.spec as Json, 'spec').map((path) => ({
        path,
        message: 'there is no such field',
      }))
    : parsed.problems;
  return problems.map(({ path, message }) => `${at(path)}: ${path}: ${message}`);
}

function dryRun(cluster: Cluster, { kind, namespace, name, object }: Manifest, live: Resource | undefined) {
  const type = typeOf(definitionOf(kind)!);
  const options = { dryRun: true, fieldManager: FIELD_MANAGER };
  if (live) {
    const patch = { type: 'merge' as const, body: applyPatch(live, object) };
    return cluster.client.patch<Resource>(type, { namespace, name }, patch, options);
  }
  const { labels, annotations } = (object.metadata ?? {}) as JsonObject;
  const metadata = { namespace, name, ...(labels && { labels }), ...(annotations && { annotations }) };
  const made = { apiVersion: API_VERSION, kind, metadata, spec: object.spec ?? {} };
  return cluster.client.create(type, made as unknown as KubeObject, options) as Promise<unknown> as Promise<Resource>;
}

/** The same by our own schema. */
function completedHere({ kind, object }: Manifest, live: Resource | undefined): Resource {
  const patch = applyPatch(live ?? { metadata: {} }, object);
  const merged = mergePatched({ spec: live?.spec ?? {} }, { spec: patch.spec! }).spec as JsonObject;
  const parsed = parseResource(definitionOf(kind)!, { ...object, apiVersion: API_VERSION, spec: merged });
  const spec = (parsed.ok ? parsed.value.spec : merged) as JsonObject;
  return { ...(object as unknown as Resource), ...live, spec };
}

/** With what a dry run leaves out. */
function complete(resource: Resource, { kind, namespace, name }: Manifest, live: Resource | undefined): Resource {
  const { metadata } = resource;
  return {
    ...resource,
    apiVersion: API_VERSION,
    kind,
    metadata: {
      ...metadata,
      name,
      namespace,
      uid: metadata.uid ?? `planned:${kind}/${namespace}/${name}`,
      resourceVersion: live?.metadata.resourceVersion ?? '',
      generation: metadata.generation ?? 1,
      creationTimestamp: metadata.creationTimestamp ?? '9999-12-31T23:59:59Z',
    },
  };
}

/** What the API server says against a manifest, cause by cause. */
function refusals({ at, kind, name }: Manifest, { message, details }: KubeError): string[] {
  const causes = (details?.causes ?? []).filter(({ message }) => message);
  if (causes.length === 0) return [`${at()}: ${kind} ${name}: ${message}`];
  return causes.map(({ field, message }) => {
    const path = field === undefined || field === '<nil>' ? '' : field;
    return path === '' ? `${at()}: ${kind} ${name}: ${message}` : `${at(path)}: ${path}: ${message}`;
  });
}

/** Null stands for a field that is not set, but in `extra`, where it is a value. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, key === 'extra' ? inner : withoutNulls(inner)]));
}

/** Paths that the schema does not know: parsing drops them. */
function unknownFields(given: Json, parsed: Json | undefined, path: string): string[] {
  if (Array.isArray(given)) {
    const items = Array.isArray(parsed) ? parsed : [];
    return given.flatMap((item, at) => unknownFields(item, items[at], `${path}[${at}]`));
  }
  if (!isObject(given) || !isObject(parsed)) return [];
  return Object.entries(given).flatMap(([key, value]) =>
    key in parsed ? unknownFields(value, parsed[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
