import { FIELDS, type SyncTransformationSpec } from '../../api/syncTransformation.ts';
import { Blocked } from '../../engine/blocked.ts';
import { shortHash } from '../../engine/digest.ts';
import type { Desired } from '../../engine/kind.ts';
import type { Resource } from '../../engine/resource.ts';
import type { Json } from '../../ports/json.ts';
import type { KindContext } from '../context.ts';
import type { WorkspacePlace } from '../place/place.ts';
import { desiredTasks, itemFields } from '../shared/children.ts';
import { leavesOf } from '../shared/leaves.ts';
import { resolveReference } from '../shared/resolve.ts';

const TASK: ReturnType<typeof itemFields> = itemFields(FIELDS, 'tasks');

/** The transformation as its spec wants it. Throws Blocked while its connection, its job or a task of that has no id. */
export async function desiredTransformation(
  context: KindContext,
  resource: Resource,
  place: WorkspacePlace,
): Promise<Desired> {
  const spec = resource.spec as unknown as SyncTransformationSpec;
  const { connections, jobs } = place.workspace.session;
  const fields = new Map<string, Json>(leavesOf(FIELDS, resource.spec).map(({ path, value }) => [path, value]));
  // Sync has one cron for a transformation, below its trigger.
  if (spec.schedule?.cron !== undefined) {
    fields.delete('schedule.cron');
    fields.set('trigger.cron', spec.schedule.cron);
  }
  if (spec.destinationRef) {
    const field = 'spec.destinationRef';
    const input = { reference: spec.destinationRef, kind: 'SyncConnection', field, place, collection: connections };
    fields.set('destinationRef', await resolveReference(context, resource, input));
  }
  const { afterJobRef, afterTasks } = spec.trigger ?? {};
  if (afterJobRef) {
    const field = 'spec.trigger.afterJobRef';
    const input = { reference: afterJobRef, kind: 'SyncJob', field, place, collection: jobs };
    fields.set('trigger.afterJobRef', await resolveReference(context, resource, input));
    if (afterTasks) fields.set('trigger.afterTasks', taskIds(context, resource, afterJobRef.name, afterTasks));
  }
  return {
    name: spec.name,
    fields,
    secrets: new Map(),
    ...(spec.tasks && { children: desiredTasks(spec.tasks, TASK, naturalQuery) }),
    childPolicy: 'Exact',
  };
}

/** What a task of a transformation is about: its query, however it is broken into lines. */
export function naturalQuery(fields: ReadonlyMap<string, Json>): string {
  return String(fields.get('query') ?? '')
    .trim()
    .replace(/\s+/g, ' ');
}

/** The ids of tasks that are given by key, table or id; those of a job that no resource manages are ids already. */
function taskIds(
  { stores }: KindContext,
  { metadata: { namespace } }: Resource,
  job: string | undefined,
  wanted: readonly string[],
): string[] {
  if (job === undefined) return [...wanted];
  const tasks = stores.SyncJob?.get(`${namespace}/${job}`)?.status?.children ?? [];
  return wanted.map((word) => {
    const task = tasks.find(({ id, key }) => key === word || key === shortHash(word) || id === word);
    if (task) return task.id;
    const what = `SyncJob ${namespace}/${job} has no task ${word} in Sync yet, which spec.trigger.afterTasks names`;
    throw new Blocked('ReferenceNotReady', `${what}; give the key, the table or the id of one of its tasks`);
  });
}
