import { z } from 'zod';
import { AGE, ID, READY, REASON, SYNCED, specColumn } from './columns.ts';
import { ownedStatusShape, type Resource } from './common.ts';
import { type Definition, type Parsed, parseResource } from './definition.ts';
import type { Field } from './fields.ts';
import { fixedServerRef, secretKeyRef } from './references.ts';
import { flag, list, name, ruled, text } from './schema.ts';
import { fixed, idRule, OWNED_FIELDS, ownedShape, updated } from './specParts.ts';

/** A user of a server; users are global, not in a workspace (sync-api-v2.md 3.8). */

const spec = ruled(
  z
    .object({
      serverRef: fixedServerRef('The server that the user belongs to.'),
      user: name('Login name. Sync cannot change it: another name makes another user.'),
      emailAddress: text('Mail address.', 320).optional(),
      isActive: flag('false disables the user.').optional(),
      roles: list(
        name(
          'A role: cdata_admin, cdata_standard, cdata_job_creator, cdata_support, or the name of a custom one.',
          128,
        ),
        32,
        'All roles of the user, by id or name; roles that are not listed are taken away.',
        'set',
      ).optional(),
      passwordSecretRef: secretKeyRef(
        'The Secret that holds the password. It is sent when the user is made and when it changes, never read back.',
        'password',
      ).optional(),
      ...ownedShape,
    })
    .meta({ description: 'The user as it shall be. Only fields that are given are managed.' }),
  [idRule],
);

const status = z.object({ ...ownedStatusShape }).meta({ description: 'What the operator knows of the user.' });

export type SyncUserSpec = z.infer<typeof spec>;
export type SyncUserStatus = z.infer<typeof status>;
export type SyncUser = Resource<SyncUserSpec, SyncUserStatus>;

export const FIELDS: readonly Field[] = [
  fixed('serverRef'),
  { path: 'user', change: 'recreate', equality: 'string', destructive: true },
  updated('emailAddress', 'string'),
  updated('isActive', 'boolean', 'whenFalse'),
  updated('roles', 'set'),
  { path: 'passwordSecretRef', change: 'writeOnly', equality: 'reference' },
  ...OWNED_FIELDS,
];

export const SYNC_USER: Definition<SyncUserSpec, SyncUserStatus> = {
  kind: 'SyncUser',
  plural: 'syncusers',
  shortNames: ['suser'],
  description: 'A user of a CData Sync server.',
  spec,
  status,
  columns: [READY, REASON, SYNCED, specColumn('User', 'user', 'Login name.'), ID, AGE],
  selectableFields: ['.spec.serverRef.name', '.spec.user', '.status.id'],
  fields: FIELDS,
  installed: true,
};

/** Reads an object as a SyncUser; see parseResource. */
export function parseSyncUser(object: unknown): Parsed<SyncUser> {
  return parseResource(SYNC_USER, object);
}
