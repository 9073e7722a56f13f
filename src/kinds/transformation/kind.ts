import { FIELDS, parseSyncTransformation, type SyncTransformationSpec } from '../../api/syncTransformation.ts';
import type { Kind } from '../../engine/kind.ts';
import type { Resource } from '../../engine/resource.ts';
import type { KindContext } from '../context.ts';
import { referenceTo } from '../place/references.ts';
import { createRunningKind } from '../running/runningKind.ts';
import type { Reached } from '../shared/passes.ts';
import { desiredTransformation, naturalQuery } from './desired.ts';

export const REACHED: Reached = {
  kind: 'transformation',
  api: ({ transformations }, workspaceId) => ({
    ...transformations,
    getOperation: 'transformations.get',
    create: (fields, options) => transformations.create(workspaceId, fields, options),
    children: transformations.tasks,
  }),
  collection: ({ transformations }) => transformations,
  renames: { destinationRef: 'destination', 'trigger.afterJobRef': 'trigger.afterJob' },
};

/** SyncTransformation: SQL or dbt in a destination, as ordered tasks (sync-api-v2.md sections 3.5 and 4.4). The API has no cancel for it. */
export function createTransformationKind(context: KindContext): Kind {
  return createRunningKind(context, {
    name: 'SyncTransformation',
    fields: FIELDS,
    children: { noun: 'Task', list: 'tasks', natural: naturalQuery, loss: 'the query' },
    parse: parseSyncTransformation,
    reached: REACHED,
    crons: ['schedule.cron', 'trigger.cron'],
    runs: ({ transformationRuns }) => transformationRuns,
    references,
    desired: desiredTransformation,
  });
}

function references({ spec, metadata: { namespace } }: Resource): string[] {
  const { destinationRef, trigger } = spec as unknown as Partial<SyncTransformationSpec>;
  const named = [
    ['SyncConnection', destinationRef?.name],
    ['SyncJob', trigger?.afterJobRef?.name],
  ] as const;
  return named.flatMap(([kind, name]) => (name === undefined ? [] : [referenceTo(kind, namespace, name)]));
}
