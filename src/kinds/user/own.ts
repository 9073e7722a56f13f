import type { SyncServerSpec } from '../../api/syncServer.ts';
import type { KindHooks } from '../../engine/kind.ts';
import type { RemoteObject } from '../../engine/remote.ts';
import type { Entity } from '../../sync/models/entity.ts';
import { ADMIN, roleId, rolesOf } from '../../sync/models/roles.ts';
import type { Place } from '../place/place.ts';
import { remoteCall } from '../shared/remoteCall.ts';

const LANE = { lane: 'user' } as const;

/**
 * Keeps the user whose token the operator uses from being deactivated, demoted or deleted. The API does not tell who that is: the
 * SyncServer may (`auth.user`); and since only administrators manage users, the only active one must be it.
 */
export function ownUserHooks(place: Place): KindHooks {
  return {
    async check(want, have) {
      const what = have && lossOf(have, want.name, want.fields.get('isActive'), want.fields.get('roles'));
      const why = what && (await whyOwn(place, have.id));
      if (!why) return undefined;
      const message = `${want.name} would be ${what}, but ${why}; use the token of another user, or take that change back`;
      return { reason: 'OwnUser', message };
    },
    keeps: (id) => whyOwn(place, id),
  };
}

/** What the change would take from the user; undefined when nothing that the operator's token may need. */
function lossOf(have: RemoteObject, name: string, isActive: unknown, roles: unknown): string | undefined {
  if (have.fields.get('user') !== undefined && have.fields.get('user') !== name) return 'deleted and made anew';
  if (isActive === false && have.fields.get('isActive') !== false) return 'deactivated (isActive)';
  const wanted = Array.isArray(roles) ? roles.map((role) => roleId(String(role))) : undefined;
  const present = (have.fields.get('roles') as string[] | undefined)?.map(roleId) ?? [];
  return wanted?.includes(ADMIN) === false && present.includes(ADMIN) ? `demoted (roles without ${ADMIN})` : undefined;
}

/** Why the user is the token's own; undefined when it is not, as far as can be known. Rejects with RemoteError only. */
async function whyOwn({ server, session }: Place, id: string): Promise<string | undefined> {
  const { users } = session.client;
  const all = await remoteCall(session, () => users.list(LANE));
  if (all === 'unsupported') return undefined;
  const user = all.find((one) => one.id === id);
  if (!user) return undefined;
  const own = (server.spec as unknown as SyncServerSpec).auth.user;
  if (own !== undefined) {
    const same = own.toLowerCase() === user.name?.toLowerCase();
    return same ? `the token of SyncServer ${server.metadata.name} is this user's (auth.user)` : undefined;
  }
  const isAdmin = async (one: Entity) => {
    if (one.fields.get('isActive') === false) return false;
    const full = rolesOf(one) ? one : await remoteCall(session, () => users.get(one.id, LANE));
    return full !== 'unsupported' && (rolesOf(full) ?? []).some((role) => role.id === ADMIN);
  };
  if (!(await isAdmin(user))) return undefined;
  for (const other of all) if (other.id !== id && (await isAdmin(other))) return undefined;
  return 'it is the only active administrator, so the operator uses its token';
}
