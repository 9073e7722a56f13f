import { FIELDS, parseSyncUser, type SyncUserSpec } from '../../api/syncUser.ts';
import type { Desired, Kind } from '../../engine/kind.ts';
import type { Remote } from '../../engine/remote.ts';
import type { Resource } from '../../engine/resource.ts';
import type { Json } from '../../ports/json.ts';
import { rolesOf } from '../../sync/models/roles.ts';
import type { KindContext } from '../context.ts';
import { placeUnderServer } from '../place/place.ts';
import { referenceTo, serverKeyOf } from '../place/references.ts';
import { entityOf } from '../remote/convert.ts';
import { createRemote } from '../remote/createRemote.ts';
import { scopeOf } from '../remote/scope.ts';
import type { ServerSession } from '../session/sessions.ts';
import { leavesOf } from '../shared/leaves.ts';
import { deepReadAt, desiredOrNothing, isAnothers } from '../shared/passes.ts';
import { createMemory, type Remembered } from '../shared/remembered.ts';
import { spelledAs } from '../shared/spelling.ts';
import { readValues } from '../shared/values.ts';
import { ownUserHooks } from './own.ts';

const GET = 'users.get';

/** SyncUser: a user of a server, whose password comes from a Secret (sync-api-v2.md sections 3.8 and 4.7). */
export function createUserKind(context: KindContext): Kind {
  const memoryOf = createMemory<Remembered>(context, 'SyncUser', () => ({}));
  return {
    name: 'SyncUser',
    fields: FIELDS,
    problems(resource) {
      const parsed = parseSyncUser(resource);
      return parsed.ok ? [] : parsed.problems;
    },
    warnings: () => [],
    nameOf: ({ spec }) => spec.user as string | undefined,
    references({ metadata: { namespace }, spec }) {
      const { serverRef, passwordSecretRef } = spec as unknown as Partial<SyncUserSpec>;
      return [
        ...(serverRef ? [`SyncServer/${serverKeyOf(serverRef, namespace)}`] : []),
        ...(passwordSecretRef ? [referenceTo('Secret', namespace, passwordSecretRef.name)] : []),
      ];
    },
    async gather(resource) {
      const spec = specOf(resource);
      const place = placeUnderServer(context, resource, spec.serverRef);
      const { server, session, policies } = place;
      const desired = { ...(await desiredOrNothing(resource, () => desiredUser(context, resource))), name: spec.user };
      for (const secret of desired.secrets.values()) session.client.scrubber.learn(secret);
      const id = resource.status?.id;
      memoryOf(resource).unfollow = () => session.deepReads.remove(`user/${id}`);
      const labels = context.namespaceLabels(resource.metadata.namespace);
      return {
        desired,
        remote: withRoles(desired, spelledAs(desired, remoteUser(context, resource, session))),
        scope: scopeOf({ resource, server, session, kind: 'user', getOperation: GET, namespaceLabels: labels }),
        policies,
        hooks: ownUserHooks(place),
      };
    },
  };
}

function specOf({ spec }: Resource): SyncUserSpec {
  return spec as unknown as SyncUserSpec;
}

/** The user as its spec wants it. Throws Blocked while the Secret with the password is missing. */
async function desiredUser(context: KindContext, resource: Resource): Promise<Desired> {
  const { user, passwordSecretRef } = specOf(resource);
  const fields = new Map(
    leavesOf(FIELDS, resource.spec).flatMap(({ path, value, field }) =>
      field.change === 'writeOnly' ? [] : [[path, value] as const],
    ),
  );
  const { name, key = 'password' } = passwordSecretRef ?? {};
  const sources = name === undefined ? [] : [{ kind: 'Secret', name, key, field: 'spec.passwordSecretRef' } as const];
  const [password] = await readValues(context, resource, sources);
  const secrets = new Map(password === undefined ? [] : [['passwordSecretRef', password]]);
  return { name: user, fields, secrets, childPolicy: 'Exact' };
}

function remoteUser(context: KindContext, resource: Resource, session: ServerSession): Remote {
  return createRemote({
    clock: context.clock,
    session,
    inTurn: true,
    isAnothers: (id) => isAnothers(context, resource, id),
    deepReadAt: deepReadAt(resource),
    collection: session.users,
    kind: 'user',
    api: { ...session.client.users, getOperation: GET },
    renames: { passwordSecretRef: 'password' },
  });
}

/** The same remote side, its roles called as the spec calls them: a role has an id and a name. */
function withRoles({ fields }: Desired, remote: Remote): Remote {
  const wanted = fields.get('roles') as string[] | undefined;
  if (!wanted) return remote;
  const ours = new Map(wanted.map((role) => [role.toLowerCase(), role]));
  return {
    ...remote,
    async read(id) {
      const result = await remote.read(id);
      const shown = result.state === 'present' ? rolesOf(entityOf(result.object)) : undefined;
      if (result.state !== 'present' || !shown) return result;
      const roles = shown.map(({ id: role, names }): Json => {
        const word = [role, ...names].find((name) => ours.has(name.toLowerCase()));
        return word === undefined ? role : ours.get(word.toLowerCase())!;
      });
      return { ...result, object: { ...result.object, fields: new Map([...result.object.fields, ['roles', roles]]) } };
    },
  };
}
