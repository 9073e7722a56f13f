import type { Verdict } from './conditions.ts';
import { forgetRemote } from './create.ts';
import type { GatheredPass } from './pass.ts';

/**
 * Holds a resource to the server that its id came from. Another server behind the URL means no call with the old id, until
 * `accept-server` on the SyncServer says what happened (design §4, Identity).
 */
export async function checkIdentity(pass: GatheredPass): Promise<Verdict | undefined> {
  const foreign = serverChanged(pass);
  if (foreign) return foreign;
  const { draft, gathered } = pass;
  const { scope, remote, desired } = gathered;
  const { status } = draft;
  if (!scope.accepted || !isElsewhere(pass)) return undefined;
  if (scope.accepted.how === 'moved') {
    const result = await remote.read(status.id!);
    if (result.state === 'present' && result.object.name === desired.name) {
      status.serverIdentity = scope.identity;
      return undefined;
    }
    const seen = result.state === 'present' ? `is called ${result.object.name}` : 'is not there';
    return {
      state: 'stalled',
      reason: 'ServerChanged',
      message: `the server was accepted as moved, but ${status.id} ${seen} instead of ${desired.name}; set spec.id, or accept it as replaced`,
    };
  }
  forgetRemote(pass);
  status.serverIdentity = undefined;
  // What was gathered still speaks of the old server: the next pass looks with fresh references.
  return {
    state: 'progressing',
    reason: 'Observing',
    message: `the server was replaced; looking for ${desired.name} by name`,
  };
}

/** What to say while another server than the object's answers and nobody has accepted it; no call is made to find out. */
export function serverChanged(pass: GatheredPass): Verdict | undefined {
  const { scope } = pass.gathered;
  const { id, serverIdentity } = pass.draft.status;
  if (!isElsewhere(pass) || scope.accepted?.identity === scope.identity) return undefined;
  return {
    state: 'stalled',
    reason: 'ServerChanged',
    message:
      `id ${id} belongs to ${serverIdentity}, but the server is now ${scope.identity}; annotate the SyncServer ` +
      `with sync.cdata.com/accept-server=moved:${scope.identity} (ids kept) or replaced:${scope.identity} (found again by name)`,
  };
}

function isElsewhere({ draft, gathered: { scope } }: GatheredPass): boolean {
  const { id, serverIdentity } = draft.status;
  if (id === undefined || serverIdentity === undefined || scope.identity === undefined) return false;
  return !scope.isSameServer(serverIdentity);
}
