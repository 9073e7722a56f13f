import type { SyncWorkspaceStatus } from '../../api/syncWorkspace.ts';
import type { KindReport, ReportInput } from '../../engine/kind.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import { foldKey } from '../../sync/keys.ts';
import type { ServerSession } from '../session/sessions.ts';
import { failingLists, suspicions } from './loss.ts';

/** What status says of a workspace beyond its configuration. `accepted`: the request accept-loss that was just answered. */
export function reportWorkspace(
  { id, status, observed }: ReportInput,
  session: ServerSession,
  accepted: string | undefined,
): KindReport {
  if (id === undefined) return { status: {}, conditions: [] };
  const known = status as SyncWorkspaceStatus;
  const told = observed && {
    isDefault: observed.fields.get('isDefault') === true || session.identity?.split('#')[1] === id,
    permissions: permissionsOf(observed.fields),
  };
  const extra = {
    ...(told ?? { isDefault: known.isDefault, permissions: known.permissions }),
    ...(accepted !== undefined && { tokens: { ...status.tokens, 'accept-loss': accepted } }),
  };
  return { status: extra as JsonObject, conditions: [...suspicions(session, id), ...failingLists(session, id)] };
}

/** Shown as `permissions.can_update`, in whatever spelling (sync-api-v2.md section 3.1). */
function permissionsOf(fields: ReadonlyMap<string, Json>): SyncWorkspaceStatus['permissions'] {
  const flag = (name: string) => {
    const path = [...fields.keys()].find((key) => foldKey(key) === `extrapermissions${name}`);
    const value = path === undefined ? undefined : fields.get(path);
    return typeof value === 'boolean' ? value : undefined;
  };
  const [canUpdate, canDelete] = [flag('canupdate'), flag('candelete')];
  if (canUpdate === undefined && canDelete === undefined) return undefined;
  return { ...(canUpdate !== undefined && { canUpdate }), ...(canDelete !== undefined && { canDelete }) };
}
