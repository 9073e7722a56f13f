import type { Json } from '../../ports/json.ts';
import { idText } from '../decode.ts';
import { isObject } from '../json.ts';
import { foldKey, pick } from '../keys.ts';
import type { Entity } from './entity.ts';

/** The role that may manage users (sync-api-v2.md section 3.8). */
export const ADMIN = 'cdata_admin';

// The console's names of the built-in roles (sync-api-v2.md section 3.8).
const ROLE_IDS: Readonly<Record<string, string>> = {
  admin: ADMIN,
  standard: 'cdata_standard',
  jobcreator: 'cdata_job_creator',
  joboperator: 'cdata_support',
};

/** The API's id of a built-in role that is given by its name in the console; other words as they are. */
export function roleId(word: string): string {
  return ROLE_IDS[foldKey(word)] ?? word;
}

/** The roles of a user as shown, by all that they are called: id, name; undefined when the reply has none of them. */
export function rolesOf({ raw }: Entity): { id: string; names: string[] }[] | undefined {
  const shown = pick(raw, 'roles');
  const items = typeof shown === 'string' ? shown.split(',').map((word) => word.trim()) : shown;
  if (!Array.isArray(items)) return undefined;
  return (items as Json[]).flatMap((item) => {
    const words = isObject(item) ? [pick(item, 'id'), pick(item, 'name'), pick(item, 'value')] : [item];
    const names = words.map(idText).filter((word) => word !== undefined && word !== '');
    return names.length === 0 ? [] : [{ id: roleId(names[0]!), names: names as string[] }];
  });
}
