import { API_VERSION } from '../../api/common.ts';
import { type Definition, parseResource } from '../../api/definition.ts';
import { definitionOf } from '../../api/registry.ts';
import { itemFields } from '../../kinds/shared/children.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { Entity } from '../../sync/models/entity.ts';
import type { Content, Inventory, Item } from './inventory.ts';
import { createNames, type Names } from './names.ts';
import { type Refer, specOf } from './specOf.ts';

export interface Manifest extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: JsonObject;
}

export interface Exported {
  manifests: Manifest[];
  /** Secrets to make, with their keys. */
  secrets: { name: string; keys: string[] }[];
  /** What could not be said in a manifest, for people. */
  notes: string[];
}

export interface ExportOptions {
  serverRef: { name: string; namespace?: string };
  /** Of the manifests; absent: wherever they are applied. */
  namespace?: string;
}

interface Making extends ExportOptions {
  names: Names;
  out: Exported;
}

/** The manifests of what a server holds, in the order of references. Each is one that the schema of its kind takes. */
export function manifestsOf(inventory: Inventory, options: ExportOptions): Exported {
  const making: Making = { ...options, names: createNames(), out: { manifests: [], secrets: [], notes: [] } };
  // All names first: what is referred to may come later.
  for (const { workspace, connections, jobs, transformations, pipelines } of inventory.contents) {
    nameAll(making, 'SyncWorkspace', [workspace]);
    nameAll(making, 'SyncConnection', connections.map(entityOf));
    nameAll(making, 'SyncJob', jobs.map(entityOf));
    nameAll(making, 'SyncTransformation', transformations.map(entityOf));
    nameAll(making, 'SyncPipeline', pipelines.map(entityOf));
    for (const { events } of pipelines) nameAll(making, 'SyncEvent', events.map(entityOf));
  }
  nameAll(making, 'SyncUser', inventory.users.map(entityOf));
  for (const content of inventory.contents) addContent(making, content);
  for (const user of inventory.users) add(making, 'SyncUser', user, { serverRef: { ...options.serverRef } }, []);
  return making.out;
}

const entityOf = ({ entity }: Item) => entity;

function nameAll({ names }: Making, kind: string, entities: readonly Entity[]): void {
  for (const { id, name } of entities) names.of(kind, id, name ?? id);
}

function addContent(making: Making, { workspace, connections, jobs, transformations, pipelines }: Content): void {
  const { serverRef, names } = making;
  const isDefault = workspace.fields.get('isDefault') === true;
  const own = { serverRef: { ...serverRef }, ...(isDefault ? { id: 'default' } : { name: workspace.name ?? '' }) };
  addManifest(making, 'SyncWorkspace', workspace, own);
  const place = { workspaceRef: { name: names.given('SyncWorkspace', workspace.id)! } };
  for (const one of connections) add(making, 'SyncConnection', one, place, connections);
  for (const one of jobs) add(making, 'SyncJob', one, place, jobs);
  for (const one of transformations)
    add(making, 'SyncTransformation', withTaskNames(one, jobs), place, transformations);
  for (const one of pipelines) add(making, 'SyncPipeline', one, place, pipelines);
  for (const { entity, events } of pipelines) {
    const below = { pipelineRef: { name: names.given('SyncPipeline', entity.id)! } };
    for (const event of events) add(making, 'SyncEvent', event, below, events);
  }
}

/** `siblings`: a name that several of them bear does not tell which is meant. */
function add(
  making: Making,
  kind: string,
  { entity, children }: Item,
  place: JsonObject,
  siblings: readonly Item[],
): void {
  const definition = definitionOf(kind)!;
  const { spec, secrets } = specOf(definition.fields, entity, (path) => referring(making, path));
  const shared = siblings.filter((one) => one.entity.name === entity.name).length > 1;
  const list = ['tasks', 'steps'].find((name) => definition.fields.some(({ path }) => path.startsWith(`${name}[]`)));
  addManifest(making, kind, entity, {
    ...place,
    ...(shared && { id: entity.id }),
    ...spec,
    ...credentials(making, kind, entity, secrets),
    ...(list !== undefined && children.length > 0 && { [list]: childrenOf(making, definition, list, children) }),
  });
}

/** Where a reference points, told by the name of its field: `destinationRef` and `sourceRef` are to connections. */
function referring({ names }: Making, path: string): Refer {
  const word = path.split('.').at(-1)!.toLowerCase();
  const kind = /job/.test(word)
    ? 'SyncJob'
    : /transformation/.test(word)
      ? 'SyncTransformation'
      : /event/.test(word)
        ? 'SyncEvent'
        : 'SyncConnection';
  return (id) => {
    const name = names.given(kind, id);
    return (name === undefined ? { id } : { name }) as JsonObject;
  };
}

function childrenOf(making: Making, { fields }: Definition, list: string, children: readonly Entity[]): Json[] {
  const table = itemFields(fields, list);
  return children.map((child) => {
    const { spec } = specOf(table, child, (path) => referring(making, path));
    // A server may show the query that a table stands for beside it; one of them says it all.
    if (spec.table !== undefined) delete spec.query;
    return spec;
  });
}

/** Tasks are called by their table where one task alone has it, since ids of tasks say nothing to people. */
function withTaskNames(item: Item, jobs: readonly Item[]): Item {
  const job = item.entity.fields.get('trigger.afterJob') as JsonObject | null | undefined;
  const ids = item.entity.fields.get('trigger.afterTasks');
  const tasks = jobs.find(({ entity }) => entity.id === job?.id)?.children;
  if (!tasks || !Array.isArray(ids)) return item;
  const named = ids.map((id) => {
    const table = tasks.find((task) => task.id === id)?.fields.get('table');
    const alone = tasks.filter((task) => task.fields.get('table') === table).length === 1;
    return typeof table === 'string' && table !== '' && alone ? table : id;
  });
  const fields = new Map([...item.entity.fields, ['trigger.afterTasks', named as Json]]);
  return { ...item, entity: { ...item.entity, fields } };
}

/** Secret properties come from a Secret of the connection's own, which somebody has to make. */
function credentials({ names, out }: Making, kind: string, { id }: Entity, paths: readonly string[]): JsonObject {
  if (kind !== 'SyncConnection' || paths.length === 0) return {};
  const secret = `${names.given(kind, id)!.slice(0, 51)}-credentials`;
  const properties = paths.map((path) => path.slice('properties.'.length));
  const keyOf = (property: string) => property.replace(/[^-._a-zA-Z0-9]+/g, '_');
  out.secrets.push({ name: secret, keys: properties.map(keyOf) });
  const from = properties.map((property) => ({ property, secretKeyRef: { name: secret, key: keyOf(property) } }));
  return { propertiesFrom: from };
}

/** What the schema does not take is left out and told. */
function addManifest({ names, namespace, out }: Making, kind: string, { id, name }: Entity, spec: JsonObject): void {
  const metadata = { name: names.given(kind, id)!, ...(namespace !== undefined && { namespace }) };
  const manifest: Manifest = { apiVersion: API_VERSION, kind, metadata, spec };
  const parsed = parseResource(definitionOf(kind)!, manifest);
  for (const { path, message } of parsed.ok ? [] : parsed.problems) {
    const gone = removeAt(spec, path);
    out.notes.push(`${kind} ${metadata.name} ("${name ?? id}"): ${path} ${message}${gone ? '; it is left out' : ''}`);
  }
  out.manifests.push(manifest);
}

function removeAt(spec: JsonObject, path: string): boolean {
  const keys = path
    .replace(/^spec\.?/, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter(Boolean);
  let at: Json | undefined = spec;
  for (const key of keys.slice(0, -1)) at = (at as JsonObject | undefined)?.[key];
  const last = keys.at(-1);
  if (last === undefined || typeof at !== 'object' || at === null || !(last in at)) return false;
  if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete (at as JsonObject)[last];
  return true;
}
