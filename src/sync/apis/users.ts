import type { Json, JsonObject } from '../../ports/json.ts';
import { idText } from '../decode.ts';
import { isObject } from '../json.ts';
import { pick } from '../keys.ts';
import type { Entity } from '../models/entity.ts';
import type { CallOptions, Created, Session } from '../session.ts';

/** sync-api-v2.md section 4.7. Every function rejects with SyncError only. */
export interface UsersApi {
  list(options?: CallOptions): Promise<Entity[]>;
  get(id: string, options?: CallOptions): Promise<Entity>;
  create(fields: ReadonlyMap<string, Json>, options?: CallOptions): Promise<Created>;
  update(base: Entity, changes: ReadonlyMap<string, Json>, options?: CallOptions): Promise<void>;
  delete(id: string, options?: CallOptions): Promise<void>;
  /** A new token, which the scrubber knows from then on. What the body must hold is on no page. */
  generateToken(body: JsonObject, options?: CallOptions): Promise<string>;
}

export function createUsersApi(session: Session): UsersApi {
  const at = (user_id: string, options?: CallOptions) => ({ ...options, params: { user_id } });
  return {
    list: (options) => session.entities('user', 'users.list', { ...options }),
    get: (id, options) => session.entity('user', 'users.get', at(id, options), id),
    create: (fields, options) => session.create('user', 'users.create', { ...options }, fields),
    update: (base, changes, options) => session.update('user', 'users.update', at(base.id, options), base, changes),
    delete: async (id, options) => void (await session.call('users.delete', at(id, options))),
    generateToken: async (body, options) => {
      const reply = await session.call('users.generateToken', { ...options, body });
      const inside = isObject(reply.json)
        ? pick(reply.json, 'token', 'auth_token', 'authtoken', 'access_token', 'value')
        : reply.json;
      const token = idText(inside) ?? (reply.json === undefined ? reply.text.trim() : '');
      if (token === '') throw session.unreadable('users.generateToken', 'the reply holds no token');
      session.scrubber.learn(token);
      return token;
    },
  };
}
