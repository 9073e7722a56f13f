import { SYNC_USER } from '../../api/syncUser.ts';
import type { ExportRules } from '../export/rules.ts';

/** A password is never shown, and needed to make the user anywhere else. */
export const EXPORT: ExportRules = {
  definition: SYNC_USER,
  within: { field: 'serverRef', kind: 'SyncServer' },
  list: ({ users }) => users.list(),
  get: ({ users }, id, _parent, options) => users.get(id, options),
  renames: { passwordSecretRef: 'password' },
  refine(spec, { entity, hide }) {
    spec.passwordSecretRef = hide('password', `password of user ${entity.name}`);
  },
};
