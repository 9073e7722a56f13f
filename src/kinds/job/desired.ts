import { FIELDS, type SyncJobSpec } from '../../api/syncJob.ts';
import type { Desired } from '../../engine/kind.ts';
import type { Resource } from '../../engine/resource.ts';
import type { Json } from '../../ports/json.ts';
import type { KindContext } from '../context.ts';
import type { WorkspacePlace } from '../place/place.ts';
import { desiredTasks, itemFields } from '../shared/children.ts';
import { leavesOf } from '../shared/leaves.ts';
import { resolveReference } from '../shared/resolve.ts';
import { naturalTask } from './tasks.ts';

const TASK: ReturnType<typeof itemFields> = itemFields(FIELDS, 'tasks');

/** The job as its spec wants it. Throws Blocked while a connection that it refers to has no id. */
export async function desiredJob(context: KindContext, resource: Resource, place: WorkspacePlace): Promise<Desired> {
  const spec = resource.spec as unknown as SyncJobSpec;
  const fields = new Map<string, Json>(leavesOf(FIELDS, resource.spec).map(({ path, value }) => [path, value]));
  for (const path of ['sourceRef', 'destinationRef'] as const) {
    const reference = spec[path];
    if (!reference) continue;
    const collection = place.workspace.session.connections;
    const input = { reference, kind: 'SyncConnection', field: `spec.${path}`, place, collection };
    fields.set(path, await resolveReference(context, resource, input));
  }
  return {
    name: spec.name,
    fields,
    secrets: new Map(),
    ...(spec.tasks && { children: desiredTasks(spec.tasks, TASK, naturalTask) }),
    childPolicy: spec.tasksPolicy ?? 'Exact',
  };
}
