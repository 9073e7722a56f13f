import { SYNC_WORKSPACE } from '../../api/syncWorkspace.ts';
import type { ExportRules } from '../export/rules.ts';

/** The default workspace is there on every server, under another id on each. */
export const EXPORT: ExportRules = {
  definition: SYNC_WORKSPACE,
  within: { field: 'serverRef', kind: 'SyncServer' },
  list: ({ workspaces }) => workspaces.list(),
  get: ({ workspaces }, id, _parent, options) => workspaces.get(id, options),
  refine(spec, { entity }) {
    if (entity.fields.get('isDefault') !== true) return;
    delete spec.name;
    spec.id = 'default';
  },
};
