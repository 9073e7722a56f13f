import { z } from 'zod';
import { AGE, ID, READY, REASON, SYNCED, specColumn } from './columns.ts';
import { defaultPolicies, ownedStatusShape, type Resource } from './common.ts';
import { type Definition, type Parsed, parseResource } from './definition.ts';
import type { Field } from './fields.ts';
import { fixedServerRef } from './references.ts';
import { flag, name, ruled } from './schema.ts';
import { fixed, idRule, local, OWNED_FIELDS, ownedShape, updated } from './specParts.ts';

/** A workspace: connections, jobs, transformations and pipelines live in one (sync-api-v2.md 3.1). */

const spec = ruled(
  z
    .object({
      serverRef: fixedServerRef('The server that holds the workspace.'),
      name: name(
        'Name of the workspace in Sync. With id: the workspace of that id is imported and bears this name.',
      ).optional(),
      ...ownedShape,
      id: name(
        'Id in Sync; `default` is the default workspace. Without name, the workspace is only observed unless managementPolicy here says Enforce. Cannot be changed once set.',
        128,
      ).optional(),
      defaults: defaultPolicies().optional(),
    })
    .meta({ description: 'The workspace as it shall be.' }),
  [
    idRule,
    {
      rule: 'has(self.name) || has(self.id)',
      message:
        'give name (to make or manage a workspace), id (to use one that is there; default is the default one), or both (to import one)',
      holds: (value) => value.name !== undefined || value.id !== undefined,
    },
  ],
);

const permissions = z
  .object({
    canUpdate: flag('It may be renamed.').optional(),
    canDelete: flag('It may be deleted.').optional(),
  })
  .meta({ description: "What the operator's token may do with the workspace." });

const status = z
  .object({
    ...ownedStatusShape,
    isDefault: flag('It is the default workspace.').optional(),
    permissions: permissions.optional(),
  })
  .meta({ description: 'What the operator knows of the workspace.' });

export type SyncWorkspaceSpec = z.infer<typeof spec>;
export type SyncWorkspaceStatus = z.infer<typeof status>;
export type SyncWorkspace = Resource<SyncWorkspaceSpec, SyncWorkspaceStatus>;

export const FIELDS: readonly Field[] = [
  fixed('serverRef'),
  updated('name', 'string'),
  local('defaults', 'json'),
  ...OWNED_FIELDS,
];

export const SYNC_WORKSPACE: Definition<SyncWorkspaceSpec, SyncWorkspaceStatus> = {
  kind: 'SyncWorkspace',
  plural: 'syncworkspaces',
  shortNames: ['syncws'],
  description: 'A workspace of CData Sync, in which connections, jobs, transformations and pipelines live.',
  spec,
  status,
  columns: [READY, REASON, SYNCED, specColumn('Server', 'serverRef.name', 'The server that holds it.'), ID, AGE],
  selectableFields: ['.spec.serverRef.name', '.spec.serverRef.namespace', '.spec.name', '.status.id'],
  fields: FIELDS,
  installed: true,
};

/** Reads an object as a SyncWorkspace; see parseResource. */
export function parseSyncWorkspace(object: unknown): Parsed<SyncWorkspace> {
  return parseResource(SYNC_WORKSPACE, object);
}
