import { z } from 'zod';
import { AGE, ID, LAST_RUN, LAST_RUN_END, READY, REASON, SYNCED } from './columns.ts';
import { ownedStatusShape, type Resource } from './common.ts';
import { type Definition, type Parsed, parseResource } from './definition.ts';
import type { Field } from './fields.ts';
import { reference } from './references.ts';
import { runStatusShape } from './runStatus.ts';
import { flag, list, name, ruled } from './schema.ts';
import {
  freshness,
  idRule,
  labels,
  local,
  OWNED_FIELDS,
  ownedShape,
  SCHEDULE_FIELDS,
  schedule,
  serverBesideIdRule,
  updated,
  WORKSPACE_FIELDS,
  workspaceShape,
} from './specParts.ts';

/** A pipeline: jobs, transformations and events, one after another (sync-api-v2.md 3.6). */

const step = ruled(
  z
    .object({
      jobRef: reference('SyncJob', 'Runs a job.').optional(),
      transformationRef: reference('SyncTransformation', 'Runs a transformation.').optional(),
      eventRef: reference('SyncEvent', 'Runs an event of this pipeline.').optional(),
    })
    .meta({ description: 'One step; exactly one of jobRef, transformationRef and eventRef.' }),
  [
    {
      rule: '[has(self.jobRef), has(self.transformationRef), has(self.eventRef)].filter(given, given).size() == 1',
      message: 'give a step exactly one of jobRef, transformationRef and eventRef',
      holds: (value) =>
        [value.jobRef, value.transformationRef, value.eventRef].filter((ref) => ref !== undefined).length === 1,
    },
  ],
);

const spec = ruled(
  z
    .object({
      ...workspaceShape,
      name: name('Name of the pipeline in Sync.'),
      schedule: schedule.optional(),
      labels: labels.optional(),
      steps: list(
        step,
        500,
        'The steps, in order. When absent, steps are not managed; an empty list means that there are none.',
      ).optional(),
      freshness: freshness.optional(),
      deleteContents: flag(
        'With deletionPolicy Delete: delete the pipeline even if it holds steps or events that no resource manages.',
      ).optional(),
      ...ownedShape,
    })
    .meta({ description: 'The pipeline as it shall be. Only fields that are given are managed.' }),
  [idRule, serverBesideIdRule],
);

const status = z
  .object({ ...ownedStatusShape, ...runStatusShape })
  .meta({ description: 'What the operator knows of the pipeline.' });

export type SyncPipelineSpec = z.infer<typeof spec>;
export type SyncPipelineStatus = z.infer<typeof status>;
export type SyncPipeline = Resource<SyncPipelineSpec, SyncPipelineStatus>;

export const FIELDS: readonly Field[] = [
  ...WORKSPACE_FIELDS,
  updated('name', 'string'),
  ...SCHEDULE_FIELDS,
  updated('labels', 'set'),
  updated('steps[].jobRef', 'reference', true),
  updated('steps[].transformationRef', 'reference', true),
  updated('steps[].eventRef', 'reference', true),
  local('freshness', 'json'),
  local('deleteContents', 'boolean'),
  ...OWNED_FIELDS,
];

export const SYNC_PIPELINE: Definition<SyncPipelineSpec, SyncPipelineStatus> = {
  kind: 'SyncPipeline',
  plural: 'syncpipelines',
  shortNames: ['spipe'],
  description: 'A pipeline of CData Sync: jobs, transformations and events that run one after another.',
  spec,
  status,
  columns: [READY, REASON, SYNCED, LAST_RUN, LAST_RUN_END, ID, AGE],
  selectableFields: ['.spec.workspaceRef.name', '.spec.name', '.status.id'],
  fields: FIELDS,
  installed: true,
};

/** Reads an object as a SyncPipeline; see parseResource. */
export function parseSyncPipeline(object: unknown): Parsed<SyncPipeline> {
  return parseResource(SYNC_PIPELINE, object);
}
