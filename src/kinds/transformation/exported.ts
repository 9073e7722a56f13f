import { SYNC_TRANSFORMATION } from '../../api/syncTransformation.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { ExportRules, RefineInput } from '../export/rules.ts';
import { naturalTask } from '../job/tasks.ts';
import { REACHED } from './kind.ts';

const LONGEST = 512;

export const EXPORT: ExportRules = {
  definition: SYNC_TRANSFORMATION,
  within: { field: 'workspaceRef', kind: 'SyncWorkspace' },
  list: ({ transformations }, workspaceId) => transformations.list(workspaceId),
  get: ({ transformations }, id, _parent, options) => transformations.get(id, options),
  children: { list: 'tasks', api: ({ transformations }) => transformations.tasks },
  renames: REACHED.renames,
  references: { destinationRef: 'SyncConnection', 'trigger.afterJobRef': 'SyncJob' },
  refine(spec, input) {
    const trigger = spec.trigger as JsonObject | undefined;
    if (Array.isArray(trigger?.afterTasks)) trigger.afterTasks = taskNames(trigger.afterTasks as string[], input);
  },
};

/** Tasks of the job by what they are about, where that tells them apart, so that the manifest means the same on another server. */
function taskNames(ids: readonly string[], { entity, exported }: RefineInput): string[] {
  const shown = entity.fields.get('trigger.afterJob') as { id?: string } | undefined;
  const tasks = (shown?.id === undefined ? undefined : exported('SyncJob', shown.id)?.children) ?? [];
  const named = tasks.map(({ id, fields }) => ({ id, natural: naturalTask(fields) }));
  return ids.map((id) => {
    const natural = named.find((task) => task.id === id)?.natural ?? '';
    const isClear = natural !== '' && natural.length <= LONGEST;
    return isClear && named.filter((task) => task.natural === natural).length === 1 ? natural : id;
  });
}
