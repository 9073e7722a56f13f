import { z } from 'zod';
import { AGE, ID, READY, REASON, SYNCED, specColumn } from './columns.ts';
import { ownedStatusShape, type Resource } from './common.ts';
import { type Definition, type Parsed, parseResource } from './definition.ts';
import type { Field } from './fields.ts';
import { configMapKeyRef, fixedReference, fixedServerRef } from './references.ts';
import { name, ruled, text } from './schema.ts';
import { fixed, idRule, labels, local, OWNED_FIELDS, ownedShape, updated } from './specParts.ts';

/** An event: a script that belongs to a pipeline (sync-api-v2.md 3.7). */

const scriptFrom = z
  .object({ configMapKeyRef: configMapKeyRef('The ConfigMap that holds the script, up to 512 KiB.') })
  .meta({ description: 'Where the script stands.' });

const spec = ruled(
  z
    .object({
      pipelineRef: fixedReference('pipelineRef', 'SyncPipeline', 'The pipeline that the event belongs to.'),
      serverRef: fixedServerRef('The server; only beside pipelineRef.id, otherwise the pipeline tells it.').optional(),
      name: name('Name of the event in Sync.'),
      script: text('The script, up to 64 KiB; longer ones go into a ConfigMap.', 65_536).optional(),
      scriptFrom: scriptFrom.optional(),
      labels: labels.optional(),
      ...ownedShape,
    })
    .meta({ description: 'The event as it shall be. Only fields that are given are managed.' }),
  [
    idRule,
    {
      rule: 'has(self.pipelineRef.id) == has(self.serverRef)',
      message: 'serverRef goes with pipelineRef.id and only with it: a SyncPipeline given by name knows its server',
      path: 'serverRef',
      holds: (value) => (value.pipelineRef.id === undefined) === (value.serverRef === undefined),
    },
    {
      rule: '!(has(self.script) && has(self.scriptFrom))',
      message: 'give script or scriptFrom, not both',
      holds: (value) => value.script === undefined || value.scriptFrom === undefined,
    },
  ],
);

const status = z.object({ ...ownedStatusShape }).meta({ description: 'What the operator knows of the event.' });

export type SyncEventSpec = z.infer<typeof spec>;
export type SyncEventStatus = z.infer<typeof status>;
export type SyncEvent = Resource<SyncEventSpec, SyncEventStatus>;

export const FIELDS: readonly Field[] = [
  fixed('pipelineRef'),
  fixed('serverRef'),
  updated('name', 'string'),
  updated('script', 'string'),
  // Its text is sent as the script.
  local('scriptFrom', 'json'),
  updated('labels', 'set'),
  ...OWNED_FIELDS,
];

export const SYNC_EVENT: Definition<SyncEventSpec, SyncEventStatus> = {
  kind: 'SyncEvent',
  plural: 'syncevents',
  shortNames: ['sevent'],
  description: 'An event of CData Sync: a script that a pipeline runs as one of its steps.',
  spec,
  status,
  columns: [
    READY,
    REASON,
    SYNCED,
    specColumn('Pipeline', 'pipelineRef.name', 'The pipeline that it belongs to.'),
    ID,
    AGE,
  ],
  selectableFields: ['.spec.pipelineRef.name', '.spec.name', '.status.id'],
  fields: FIELDS,
  installed: true,
};

/** Reads an object as a SyncEvent; see parseResource. */
export function parseSyncEvent(object: unknown): Parsed<SyncEvent> {
  return parseResource(SYNC_EVENT, object);
}
