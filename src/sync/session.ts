import type { Clock } from '../ports/clock.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import type { Call, CallArgs } from './call.ts';
import { decodeItem, idText } from './decode.ts';
import { SyncError } from './errors.ts';
import { isObject } from './json.ts';
import type { Reply } from './judge.ts';
import { pick } from './keys.ts';
import { DecodeError, decodeEntity, inOrder } from './models/decodeEntity.ts';
import { encodeCreate, encodeUpdate } from './models/encodeEntity.ts';
import type { Entity, EntityKind } from './models/entity.ts';
import { type Facts, factOf, type Wire } from './models/wire.ts';
import { type Again, readList } from './paging.ts';
import { operationOf } from './routes.ts';
import { looksSensitive, type Scrubber } from './scrub.ts';

/** What a caller may say about one call. */
export type CallOptions = Pick<CallArgs, 'lane' | 'deadlineMs' | 'known' | 'signal'>;

/** What a create came to; the id is absent when the reply does not tell it. */
export interface Created {
  id?: string;
  /** The object, where the reply holds it. */
  entity?: Entity;
}

/** `mark`: what `again` can tell the same text by in the next list; only large lists have it. */
export type TakeEntity = (entity: Entity, mark?: string) => void;

/** What the typed functions share: calls with decoding, encoding and learning. */
export interface Session {
  call: Call;
  wire: Wire;
  scrub(text: string): string;
  scrubber: Scrubber;
  facts(): Facts;
  learnFact(name: string, value: Json): void;
  /** All pages of a list, raw. */
  items(operation: string, args: CallArgs): Promise<Json[]>;
  entities(kind: EntityKind, operation: string, args: CallArgs): Promise<Entity[]>;
  /**
   * Hands on each object of a list, in no order of its own, and keeps none, but for those that `again` takes. Only when it resolves were
   * they all.
   */
  eachEntity(kind: EntityKind, operation: string, args: CallArgs, take: TakeEntity, again?: Again): Promise<void>;
  /** Rejects with `unreadable` when the reply is not the object of `id`. */
  entity(kind: EntityKind, operation: string, args: CallArgs, id: string): Promise<Entity>;
  create(kind: EntityKind, operation: string, args: CallArgs, fields: ReadonlyMap<string, Json>): Promise<Created>;
  update(
    kind: EntityKind,
    operation: string,
    args: CallArgs,
    base: Entity,
    changes: ReadonlyMap<string, Json>,
  ): Promise<void>;
  /** An action without a body. */
  act(operation: string, args: CallArgs): Promise<Reply>;
  unreadable(operation: string, what: string): SyncError;
}

export interface SessionDeps {
  clock: Clock;
  call: Call;
  origin: string;
  wire: Wire;
  scrubber: Scrubber;
  facts(): Facts;
  learnFact(name: string, value: Json): void;
}

export function createSession({ clock, call, origin, wire, scrubber, facts, learnFact }: SessionDeps): Session {
  const reader = { call, clock, origin, facts };
  const etags = new WeakMap<JsonObject, string>();
  const unreadable = (operation: string, what: string) =>
    new SyncError(operation, operationOf(operation).access, { kind: 'unreadable' }, `${operation}: ${what}`);
  const decode = (operation: string, kind: EntityKind, raw: Json) => {
    try {
      return decodeEntity(kind, raw, wire);
    } catch (error) {
      throw error instanceof DecodeError ? unreadable(operation, error.message) : error;
    }
  };
  const send = (operation: string, args: CallArgs, body: JsonObject) => {
    learnSecrets(scrubber, body);
    return call(operation, { ...args, body });
  };

  const session: Session = {
    call,
    wire,
    scrubber,
    scrub: (text) => scrubber.scrub(text),
    facts,
    learnFact,
    unreadable,
    async items(operation, args) {
      const items: Json[] = [];
      await readList(reader, operation, args, (item) => items.push(item));
      return items;
    },
    async entities(kind, operation, args) {
      const entities: Entity[] = [];
      await session.eachEntity(kind, operation, args, (entity) => entities.push(entity));
      learnPositions(entities, learnFact);
      return inOrder(entities);
    },
    async eachEntity(kind, operation, args, take, again) {
      let children: readonly Entity[] = [];
      const read = (raw: Json, mark?: string) => {
        const entity = decode(operation, kind, raw);
        if (children.length === 0) children = entity.children ?? [];
        take(entity, mark);
      };
      await readList(reader, operation, args, read, again);
      learnPositions(children, learnFact);
    },
    async entity(kind, operation, args, id) {
      const reply = await call(operation, args);
      const entity = decode(operation, kind, decodeItem(reply.json) ?? null);
      const same = entity.id.toLowerCase() === id.toLowerCase() || (kind === 'workspace' && id === 'default');
      if (!same) throw unreadable(operation, `the reply is about ${kind} ${entity.id}, not ${id}`);
      rememberEtag(etags, entity.raw, reply);
      if (kind === 'job' || kind === 'transformation' || kind === 'pipeline') {
        learnFact(`childrenInParent.${kind}`, entity.children !== undefined);
        learnPositions(entity.children ?? [], learnFact);
      }
      return entity;
    },
    async create(kind, operation, args, fields) {
      const reply = await send(operation, args, encodeCreate(kind, fields, wire, facts()));
      const raw = decodeItem(reply.json);
      // What is left of an unusable reply is that something was created: the caller looks for it.
      const entity = raw && tryDecode(kind, raw, wire);
      const id = entity?.id ?? createdId(reply);
      const bare = entity && Object.keys(entity.raw).length === 1;
      learnFact('createReply', entity && !bare ? 'object' : id === undefined ? 'nothing' : 'id');
      return { ...(id !== undefined && { id }), ...(entity && !bare && { entity }) };
    },
    async update(kind, operation, args, base, changes) {
      const ifMatch = etags.get(base.raw) ?? idText(base.raw['@odata.etag']);
      const body = encodeUpdate(kind, base, changes, wire, facts());
      await send(operation, { ...args, ...(ifMatch !== undefined && { ifMatch }) }, body);
    },
    act: (operation, args) =>
      factOf(facts(), 'emptyBody') === 'object' ? send(operation, args, {}) : call(operation, args),
  };
  return session;
}

function tryDecode(kind: EntityKind, raw: JsonObject, wire: Wire): Entity | undefined {
  try {
    return decodeEntity(kind, raw, wire);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

// A weak tag, as compressing proxies make them, never matches an If-Match.
function rememberEtag(etags: WeakMap<JsonObject, string>, raw: JsonObject, { headers }: Reply): void {
  const etag = headers.etag;
  if (etag !== undefined && /^"[^"]*"$/.test(etag)) etags.set(raw, etag);
}

/** The id in a reply that is not the object: the body itself, or the end of the Location header. */
function createdId({ json, text, headers }: Reply): string | undefined {
  const bare = json === undefined || isObject(json) || Array.isArray(json) ? undefined : idText(json);
  if (bare !== undefined && /^[\w-]{1,64}$/.test(bare)) return bare;
  if (json === undefined && /^\s*([\w-]*\d[\w-]*)\s*$/.test(text)) return text.trim();
  const last = headers.location
    ?.replace(/[?#].*$/, '')
    .replace(/\/$/, '')
    .split('/')
    .at(-1);
  return last === undefined || !/\d/.test(last) ? undefined : safeDecode(last);
}

function safeDecode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

// Only a whole list shows where counting begins.
function learnPositions(children: readonly Entity[], learnFact: (name: string, value: Json) => void): void {
  const positions = children.map((child) => child.fields.get('position')).filter((place) => typeof place === 'number');
  if (positions.length === 0 || positions.length !== children.length) return;
  const first = Math.min(...positions);
  const isRun = new Set(positions).size === positions.length && Math.max(...positions) === first + positions.length - 1;
  if (isRun && (first === 0 || first === 1)) learnFact('positionBase', first);
}

const NOT_SECRET = /^(true|false|none|auto|yes|no|default|\d{1,4}|[*\u2022\u25cf]+)$/i;

// What is sent under a sensitive name may come back in an error.
function learnSecrets(scrubber: Scrubber, value: Json): void {
  if (Array.isArray(value)) for (const item of value) learnSecrets(scrubber, item);
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'string') learnSecrets(scrubber, item);
    else if (looksSensitive(key) && !NOT_SECRET.test(item)) scrubber.learn(item);
  }
}

/** The object in a reply, for records without an identity of their own; an empty reply is an empty object. */
export function recordOf(reply: Reply): JsonObject {
  const raw = decodeItem(reply.json) ?? {};
  const inner = pick(raw, 'run', 'status_info');
  return isObject(inner) ? inner : raw;
}
