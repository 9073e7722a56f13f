import type { JsonObject } from '../../src/ports/json.ts';
import { FIELDS, type Kind } from './fields.ts';
import { newId } from './ids.ts';
import { invalid, notFound, Refusal } from './refusal.ts';
import { type Fields, type Item, itemsOf, nameOf } from './state.ts';
import { changed, type World } from './world.ts';

/** The object as reads see it. Throws Refusal 404, or 403 where the caller may not. */
export function seen(world: World, kind: Kind, id: string): Item {
  const item = world.versions.get(kind, resolveId(world, kind, id));
  if (!item) throw notFound(kind, id);
  if (item.forbidden === 'all') throw forbidden(item);
  return item;
}

/** The object itself, to be changed. Throws Refusal 404 or 403. */
export function writable(world: World, kind: Kind, id: string): Item {
  const item = itemsOf(world.state, kind).get(resolveId(world, kind, id));
  if (!item) throw notFound(kind, id);
  if (item.forbidden) throw forbidden(item);
  return item;
}

/** The objects below a parent as reads see them; without a parent, all of the kind. */
export function listed(world: World, kind: Kind, parentId?: string): Item[] {
  const all = world.versions.all(kind);
  return parentId === undefined ? all : all.filter((item) => item.parentId === parentId);
}

/** Makes an object from `fields`, with defaults, name rules and references resolved. Throws Refusal. */
export function createItem(world: World, kind: Kind, parentId: string | undefined, fields: Fields): Item {
  const complete = { ...initialFields(kind), ...present(fields) };
  requireFields(kind, complete);
  resolveReferences(world, kind, complete, parentId);
  complete[labelKey(kind)] = freeName(world, kind, parentId, String(complete[labelKey(kind)]));
  return storeItem(world, kind, parentId, complete);
}

/** Puts an object into the state, no questions asked. */
export function storeItem(world: World, kind: Kind, parentId: string | undefined, fields: Fields): Item {
  const now = world.clock.now();
  const id = newId(world.random, world.dialect, 'large');
  const item: Item = { kind, id, fields, children: [], createdAt: now, updatedAt: now };
  if (parentId !== undefined) item.parentId = parentId;
  itemsOf(world.state, kind).set(id, item);
  changed(world, item);
  return item;
}

/** A PUT: partial or replacing, as the dialect has it; a connection's properties and settings always merge. Throws Refusal. */
export function updateItem(world: World, item: Item, fields: Fields): Item {
  const next = mergedFields(world, item, fields);
  requireFields(item.kind, next);
  resolveReferences(world, item.kind, next, item.parentId, item.fields);
  if (world.dialect.put === 'createsNew') return storeItem(world, item.kind, item.parentId, next);
  const key = labelKey(item.kind);
  if (next[key] !== item.fields[key]) next[key] = freeName(world, item.kind, item.parentId, String(next[key]), item);
  item.fields = next;
  changed(world, item);
  return item;
}

export function removeItem(world: World, item: Item): void {
  itemsOf(world.state, item.kind).delete(item.id);
  world.versions.record(item.kind, item.id, undefined);
  world.schedules.disarm(item.id);
}

/** The real id behind `default`. */
export function resolveId({ state }: World, kind: Kind, id: string): string {
  return kind === 'workspace' && id === 'default' ? state.defaultWorkspaceId : id;
}

function mergedFields(world: World, item: Item, fields: Fields): Fields {
  const partial = { ...item.fields, ...fields };
  const merges = item.kind === 'connection';
  const next = world.dialect.put === 'replace' && !merges ? { ...initialFields(item.kind), ...fields } : partial;
  if (item.kind === 'user') next.user = item.fields.user!;
  if (item.kind === 'user' && !fields.password) next.password = item.fields.password ?? null;
  if (fields.properties)
    next.properties = mergeProperties(item.fields.properties as JsonObject, fields.properties as JsonObject);
  return present(next, initialFields(item.kind));
}

/** Later wins; keys are the same without regard to case; null removes. */
export function mergeProperties(old: JsonObject | undefined, changes: JsonObject): JsonObject {
  const merged: JsonObject = { ...old };
  for (const [key, value] of Object.entries(changes)) {
    const known = Object.keys(merged).find((one) => one.toLowerCase() === key.toLowerCase());
    if (known !== undefined) delete merged[known];
    if (value !== null) merged[known ?? key] = value;
  }
  return merged;
}

function initialFields(kind: Kind): Fields {
  return Object.fromEntries(
    FIELDS[kind]
      .filter(({ initial }) => initial !== undefined)
      .map(({ path, initial }) => [path, structuredClone(initial!)]),
  );
}

/** Without nulls, which clear: what is cleared gets its default. */
function present(fields: Fields, initial: Fields = {}): Fields {
  const kept = Object.entries(fields).filter(([, value]) => value !== null);
  const cleared = Object.entries(initial).filter(([path]) => fields[path] === null);
  return Object.fromEntries([...kept, ...cleared]);
}

function requireFields(kind: Kind, fields: Fields): void {
  for (const field of FIELDS[kind]) {
    const value = fields[field.path];
    if (field.required && (value === undefined || value === '')) throw invalid(`'${field.path}' is required.`);
  }
}

function labelKey(kind: Kind): string {
  return kind === 'user' ? 'user' : 'name';
}

function freeName(world: World, kind: Kind, parentId: string | undefined, name: string, self?: Item): string {
  const taken = (text: string) =>
    [...itemsOf(world.state, kind).values()].some(
      (one) => one !== self && one.parentId === parentId && nameOf(one) === text,
    );
  if (!taken(name) || (world.dialect.names === 'duplicates' && kind !== 'user')) return name;
  if (world.dialect.names !== 'renames') {
    throw new Refusal(409, 'AlreadyExists', `A ${kind} with the name '${name}' already exists.`);
  }
  let n = 2;
  while (taken(`${name} (${n})`)) n++;
  return `${name} (${n})`;
}

function resolveReferences(
  world: World,
  kind: Kind,
  fields: Fields,
  workspaceId: string | undefined,
  old: Fields = {},
): void {
  for (const { path, type } of FIELDS[kind]) {
    const value = fields[path];
    if (typeof value !== 'string' || value === '' || (type !== 'connectionRef' && type !== 'jobRef')) continue;
    if (value === old[path]) continue;
    const pool = itemsOf(world.state, type === 'jobRef' ? 'job' : 'connection');
    const byId = pool.get(value);
    const found =
      byId?.parentId === workspaceId
        ? byId
        : [...pool.values()].find(
            (one) => one.parentId === workspaceId && (one.id === value || `name:${nameOf(one)}` === value),
          );
    if (found) fields[path] = found.id;
    else if (world.dialect.unknownReference !== 'accepted') throw unknownReference(world, path, value);
  }
}

/** What a reference to nothing is answered with. */
export function unknownReference({ dialect }: World, path: string, value: string): Refusal {
  const status = dialect.unknownReference === '422' ? 422 : 400;
  return new Refusal(status, 'UnknownReference', `'${path}' refers to '${value}', which does not exist.`);
}

function forbidden(item: Item): Refusal {
  return new Refusal(403, 'Forbidden', `You do not have permission for the ${item.kind} '${nameOf(item)}'.`);
}
