import { z } from 'zod';
import { policyShape, suspend } from './common.ts';
import { duration } from './duration.ts';
import type { Field } from './fields.ts';
import { fixedReference, fixedServerRef, type Reference, remoteId, type ServerReference } from './references.ts';
import { anyJson, flag, integer, list, map, matching, name, type Rule, text } from './schema.ts';

/** Parts of a spec that several kinds have, with their entries in the field tables. */

/** A field that is never sent to Sync. */
export function local(path: string, equality: Field['equality'] = 'string'): Field {
  return { path, change: 'local', equality };
}

/** A reference that never changes. */
export function fixed(path: string): Field {
  return { path, change: 'fixed', equality: 'reference' };
}

/** A word of a server's vocabulary that a PUT changes. */
export function updatedWord(path: string, words: readonly string[], destructive?: Field['destructive']): Field {
  return { ...updated(path, 'vocabulary', destructive), words };
}

/** A field that a PUT changes. */
export function updated(path: string, equality: Field['equality'], destructive?: Field['destructive']): Field {
  return destructive === undefined
    ? { path, change: 'update', equality }
    : { path, change: 'update', equality, destructive };
}

export const labels = list(name('A label.', 128), 64, 'Labels in Sync; their order does not matter.', 'set');

/** What a resource below a workspace shares: identity, policies, suspension, unknown fields. */
export const ownedShape = {
  id: remoteId(
    'Id in Sync of the object to import, for duplicate names, restores and migrations; cannot be changed once set.',
  ).optional(),
  extra: map(
    anyJson('The value as Sync takes it.'),
    64,
    'Fields of Sync that this version does not know: path on the wire (as options.new_flag) to value. Not for secrets.',
  ).optional(),
  suspend,
  ...policyShape,
};

export const workspaceShape = {
  workspaceRef: fixedReference('workspaceRef', 'SyncWorkspace', 'The workspace that holds the object.'),
  serverRef: fixedServerRef('The server; only beside workspaceRef.id, otherwise the workspace tells it.').optional(),
};

export const POLICY_FIELDS: readonly Field[] = Object.keys(policyShape).map((path) => local(path));

export const OWNED_FIELDS: readonly Field[] = [
  { path: 'id', change: 'fixed', equality: 'string' },
  { path: 'extra.*', change: 'unknown', equality: 'json' },
  local('suspend', 'boolean'),
  ...POLICY_FIELDS,
];

export const WORKSPACE_FIELDS: readonly Field[] = [fixed('workspaceRef'), fixed('serverRef')];

/** `spec.id` may be set once; belongs to every spec that has `ownedShape`. */
export const idRule: Rule<unknown> = {
  rule: '!has(oldSelf.id) || (has(self.id) && self.id == oldSelf.id)',
  message: 'id cannot be changed or removed once set: make a new resource and delete this one',
};

/** `serverRef` stands beside a reference by id and nowhere else; belongs to every spec that has `workspaceShape`. */
export const serverBesideIdRule: Rule<{ workspaceRef: Reference; serverRef?: ServerReference }> = {
  rule: 'has(self.workspaceRef.id) == has(self.serverRef)',
  message: 'serverRef goes with workspaceRef.id and only with it: a SyncWorkspace given by name knows its server',
  path: 'serverRef',
  holds: (spec) => (spec.workspaceRef.id === undefined) === (spec.serverRef === undefined),
};

/** A spec by which an object can be created names what Sync needs; an imported or observed one need not. A rule for each field. */
export function neededToCreate<Name extends string>(
  fields: readonly Name[],
): Rule<{ id?: string; managementPolicy?: string } & { [name in Name]?: unknown }>[] {
  return fields.map((field) => ({
    rule: `has(self.id) || (has(self.managementPolicy) && self.managementPolicy == 'Observe') || has(self.${field})`,
    message: `${field} must be given, unless the object is imported by id or has managementPolicy: Observe`,
    path: field,
    holds: (spec) => spec.id !== undefined || spec.managementPolicy === 'Observe' || spec[field] !== undefined,
  }));
}

const CRON = /^ *[^ ]+( +[^ ]+){4,6} *$/;

export function cron(description: string) {
  return matching(
    CRON,
    'must have 5 to 7 fields: [second] minute hour day month weekday [year], as Sync takes them',
    description,
    128,
  );
}

export const schedule = z
  .object({
    enabled: flag('Whether Sync runs it by the schedule.').optional(),
    cron: cron(
      "Cron expression with 5 to 7 fields, passed on as it is. Weekday numbers and the time zone are the server's.",
    ).optional(),
  })
  .meta({ description: "Sync's own schedule." });

export const alerts = z
  .object({
    sendEmail: flag('Send a mail when a run ends.').optional(),
    emailTo: text('Who gets the mail.', 1024).optional(),
    emailErrorOnly: flag('Send it only when the run failed.').optional(),
  })
  .meta({ description: 'Mails that Sync sends.' });

export const freshness = z
  .object({
    maxAge: duration('How long ago the last successful run may have ended.'),
    minRecords: integer('How many records that run must have moved to count.', 0, Number.MAX_SAFE_INTEGER).optional(),
  })
  .meta({ description: 'When data count as stale; shown by the condition Fresh. Not sent to Sync.' });

export const runHistoryLimits = z
  .object({
    successful: integer('How many successful ones to keep. 3 when absent.', 0, 1000).optional(),
    failed: integer('How many others to keep. 3 when absent.', 0, 1000).optional(),
  })
  .meta({ description: 'How many finished SyncRuns that the operator made are kept. Not sent to Sync.' });

export const SCHEDULE_FIELDS: readonly Field[] = [
  { path: 'schedule.enabled', change: 'update', equality: 'boolean' },
  { path: 'schedule.cron', change: 'update', equality: 'cron' },
];

export const ALERT_FIELDS: readonly Field[] = [
  { path: 'alerts.sendEmail', change: 'update', equality: 'boolean' },
  { path: 'alerts.emailTo', change: 'update', equality: 'string' },
  { path: 'alerts.emailErrorOnly', change: 'update', equality: 'boolean' },
];
