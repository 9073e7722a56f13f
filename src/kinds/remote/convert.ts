import { type CallAccess, type Outcome, RemoteError, type RemoteObject } from '../../engine/remote.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { SyncError } from '../../sync/errors.ts';
import type { Entity } from '../../sync/models/entity.ts';

/** Where a path of the spec is called otherwise in the sync models: `sourceRef` → `source`. A path covers what lies below it. */
export type Renames = Readonly<Record<string, string>>;

/** What a remote object carries through the engine, to be written back. */
export interface Origin {
  entity: Entity;
  /** Read off a list, which may leave fields out. */
  listed: boolean;
}

/** The engine's failure for a client's; both have the same shape. */
export function toRemoteError(error: SyncError): RemoteError {
  return new RemoteError(
    error.message,
    error.outcome satisfies Outcome,
    error.access satisfies CallAccess,
    error.words,
  );
}

/** An entity in the words of the spec. Without `children` its own ones count. */
export function toRemoteObject(
  entity: Entity,
  renames: Renames,
  childRenames: Renames,
  { children = entity.children, listed = false }: { children?: readonly Entity[]; listed?: boolean } = {},
): RemoteObject {
  const back = new Map(Object.entries(renames).map(([ours, theirs]) => [theirs, ours]));
  const rename = (path: string) => renamed(path, (head) => back.get(head));
  return {
    id: entity.id,
    ...(entity.name !== undefined && { name: entity.name }),
    fields: new Map([...entity.fields].map(([path, value]) => [rename(path), value])),
    masked: new Set([...entity.masked].map(rename)),
    ...(children && { children: children.map((child) => toRemoteObject(child, childRenames, {})) }),
    ...(entity.updatedAt !== undefined && { updatedAt: entity.updatedAt }),
    origin: { entity, listed } satisfies Origin,
  };
}

/** Fields of the spec in the words of the sync models. */
export function toModel(fields: ReadonlyMap<string, Json>, renames: Renames): Map<string, Json> {
  return new Map([...fields].map(([path, value]) => [renamed(path, (head) => renames[head]), value]));
}

/** The entity that a remote object was made from. Throws for one that was not read. */
export function entityOf({ id, origin }: RemoteObject): Entity {
  const entity = (origin as Origin | undefined)?.entity;
  if (!entity) throw new Error(`${id} was not read from the server`);
  return entity;
}

/** What a write is laid over: the object as read, or, for `partial`, nothing of it but its name. */
export function baseOf(object: RemoteObject, partial: boolean): Entity {
  const entity = entityOf(object);
  if (!partial) return entity;
  const raw: JsonObject = {};
  for (const [key, value] of Object.entries(entity.raw)) if (/^name$/i.test(key)) raw[key] = value;
  return { ...entity, raw };
}

function renamed(path: string, find: (head: string) => string | undefined): string {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const head = find(path.slice(0, end));
    if (head !== undefined) return head + path.slice(end);
  }
  return path;
}
