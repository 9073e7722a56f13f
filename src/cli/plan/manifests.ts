import { type Document, isMap, isNode, isScalar, LineCounter, parseAllDocuments, type Tags } from 'yaml';
import { GROUP } from '../../api/common.ts';
import { definitionOf } from '../../api/registry.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { Disk } from '../disk.ts';
import { CliError } from '../failure.ts';

/** One object of a file. */
export interface Manifest {
  /** A kind of ours, `Secret` or `ConfigMap`. */
  kind: string;
  namespace: string;
  name: string;
  object: JsonObject;
  /** `jobs.yaml:12` of a field such as `spec.tasks[3].table`, or of the nearest one above it; of the object without one. */
  at(path?: string): string;
}

export interface ManifestsInput {
  disk: Disk;
  /** Files and folders; `-` is standard input. */
  paths: readonly string[];
  recursive: boolean;
  /** Of objects that name none. */
  namespace: string;
  /** True when it was asked for, so that another one in a file is a mistake. */
  isNamespaceGiven: boolean;
  /** Told of each kind that is left out, once. */
  ignored(kind: string): void;
}

const EXTENSION = /\.(ya?ml|json)$/i;

/** All objects of the files, in order. Throws CliError with the line of what cannot be read. */
export async function readManifests(input: ManifestsInput): Promise<Manifest[]> {
  const files: { path: string; text: string }[] = [];
  for (const path of input.paths) {
    if (path === '-') files.push({ path: 'stdin', text: await input.disk.input() });
    else files.push(...filesAt(input, path));
  }
  if (files.length === 0) throw new CliError(`${input.paths.join(', ')}: no .yaml, .yml or .json file there`);
  const ignored = new Set<string>();
  const manifests = files.flatMap((file) => manifestsIn(file, input, ignored));
  for (const kind of ignored) input.ignored(kind);
  const seen = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const ref = `${manifest.kind}/${manifest.namespace}/${manifest.name}`;
    const before = seen.get(ref);
    if (before) throw new CliError(`${manifest.at()}: ${ref} is in ${before.at()} already`);
    seen.set(ref, manifest);
  }
  return manifests;
}

function filesAt({ disk, recursive }: ManifestsInput, path: string): { path: string; text: string }[] {
  const folder = disk.folder(path);
  if (!folder) {
    const text = disk.read(path);
    if (text === undefined) throw new CliError(`${path}: no such file`);
    return [{ path, text }];
  }
  return folder.flatMap((entry) => {
    if (entry.isFolder) return recursive ? filesAt({ disk, recursive } as ManifestsInput, entry.path) : [];
    return EXTENSION.test(entry.name) ? [{ path: entry.path, text: disk.read(entry.path) ?? '' }] : [];
  });
}

function manifestsIn({ path, text }: { path: string; text: string }, input: ManifestsInput, ignored: Set<string>) {
  const lines = new LineCounter();
  // YAML 1.1 as kubectl reads it, but for its dates, which JSON has not.
  const customTags = (tags: Tags) => tags.filter((tag) => tag !== 'timestamp' && !isTimestamp(tag));
  const documents = parseAllDocuments(text, { lineCounter: lines, version: '1.1', merge: true, customTags });
  return (Array.isArray(documents) ? documents : []).flatMap((document): Manifest[] => {
    const [error] = document.errors;
    if (error) {
      const { line } = lines.linePos(error.pos[0]);
      throw new CliError(`${path}:${line}: not YAML: ${error.message.split('\n')[0]!.replace(/ at line .*$/, '')}`);
    }
    const lineOf = (keys: readonly (string | number)[]) => lines.linePos(offsetOf(document as Document, keys)).line;
    const value = document.toJS({ maxAliasCount: 1_000 }) as unknown;
    if (value === null || value === undefined) return [];
    return flattened(value, []).flatMap(({ object, keys }) => {
      const at = (field?: string) => `${path}:${lineOf([...keys, ...(field === undefined ? [] : keysOf(field))])}`;
      return manifestOf(object, at, input, ignored);
    });
  });
}

const isTimestamp = (tag: Tags[number]) => typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:timestamp';

/** The objects of a list of kubectl's (`kind: List`), and where they stand in it. */
function flattened(value: unknown, keys: (string | number)[]): { object: unknown; keys: (string | number)[] }[] {
  const { kind, items } = (value ?? {}) as { kind?: unknown; items?: unknown };
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [{ object: value, keys }];
  return items.flatMap((item, at) => flattened(item, [...keys, 'items', at]));
}

function manifestOf(
  object: unknown,
  at: Manifest['at'],
  { namespace: home, isNamespaceGiven }: ManifestsInput,
  ignored: Set<string>,
): Manifest[] {
  const { apiVersion, kind, metadata } = (object ?? {}) as Partial<Record<'apiVersion' | 'kind' | 'metadata', unknown>>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw new CliError(`${at()}: not a Kubernetes object: apiVersion and kind must be given`);
  }
  const isValue = apiVersion === 'v1' && (kind === 'Secret' || kind === 'ConfigMap');
  if (!isValue && !apiVersion.startsWith(`${GROUP}/`)) {
    ignored.add(kind);
    return [];
  }
  if (!isValue && !definitionOf(kind)) throw new CliError(`${at('kind')}: kind: there is no ${kind} in ${GROUP}`);
  const { name, namespace = home } = (metadata ?? {}) as { name?: unknown; namespace?: unknown };
  if (typeof name !== 'string' || typeof namespace !== 'string') {
    throw new CliError(`${at('metadata')}: metadata.name: must be given, as a text`);
  }
  if (isNamespaceGiven && namespace !== home) {
    throw new CliError(
      `${at('metadata.namespace')}: metadata.namespace: ${namespace} is not the namespace that was asked for (${home})`,
    );
  }
  return [{ kind, namespace, name, object: object as JsonObject, at }];
}

/** `spec.tasks[3].table` as keys. A name with a dot in it is looked for in what is there. */
function keysOf(path: string): (string | number)[] {
  return (path.match(/[^.[\]]+|\[\d+\]/g) ?? []).map((part) =>
    part.startsWith('[') ? Number(part.slice(1, -1)) : part,
  );
}

/** Where the value stands, or the nearest one above it that is there. For a map's value the line of its key. */
function offsetOf(document: Document, keys: readonly (string | number)[]): number {
  for (let depth = keys.length; depth > 0; depth--) {
    const [path, last] = [keys.slice(0, depth - 1), keys[depth - 1]!];
    const parent = path.length === 0 ? document.contents : document.getIn(path, true);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => (isScalar(key) ? key.value === last : key === last));
      if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node = document.getIn([...path, last], true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0;
}
