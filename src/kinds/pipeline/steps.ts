import type { Reference } from '../../api/references.ts';
import type { SyncPipelineSpec } from '../../api/syncPipeline.ts';
import { Blocked } from '../../engine/blocked.ts';
import type { Desired, DesiredChild, Missing } from '../../engine/kind.ts';
import type { Remote, RemoteObject } from '../../engine/remote.ts';
import type { Resource } from '../../engine/resource.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { KindContext } from '../context.ts';
import type { WorkspacePlace } from '../place/place.ts';
import { resolveReference } from '../shared/resolve.ts';

/** What a step may run: the field of the spec, the kind that it names. */
export const TARGETS = [
  ['jobRef', 'SyncJob'],
  ['transformationRef', 'SyncTransformation'],
  ['eventRef', 'SyncEvent'],
] as const;
type Path = (typeof TARGETS)[number][0];

type Step = NonNullable<SyncPipelineSpec['steps']>[number];

/** The steps whose ids are known, in order, and why the others are not among them. Throws Blocked for one that can never be. */
export async function desiredSteps(
  context: KindContext,
  resource: Resource,
  place: WorkspacePlace,
  steps: readonly Step[],
): Promise<{ children: DesiredChild[]; missing?: Missing }> {
  const children: DesiredChild[] = [];
  const blocked: Blocked[] = [];
  let unmade = 0;
  for (const [at, step] of steps.entries()) {
    const [path, kind] = TARGETS.find(([field]) => step[field] !== undefined)!;
    try {
      const target = await targetOf(context, resource, place, { at, path, kind, reference: step[path]! });
      children.push(childOf(path, target));
    } catch (error) {
      if (!(error instanceof Blocked) || error.stalled) throw error;
      const found = path === 'eventRef' ? await foundEvent(context, resource, place, step[path]!) : undefined;
      if (found === 'none') unmade++;
      if (found === undefined || found === 'none') blocked.push(error);
      else children.push(childOf(path, found));
    }
  }
  return blocked.length === 0 ? { children } : { children, missing: missingOf(blocked, unmade) };
}

function childOf(path: Path, target: JsonObject): DesiredChild {
  const fields = new Map<string, Json>([[path, target]]);
  return { natural: naturalStep(fields), fields };
}

/**
 * The event of a pipeline that is to be adopted, by the name that it is to have: it can only become ours after the pipeline. Undefined
 * when that cannot be told.
 */
async function foundEvent(
  { stores }: KindContext,
  { metadata: { namespace }, status }: Resource,
  { session }: WorkspacePlace,
  reference: Reference,
): Promise<JsonObject | 'none' | undefined> {
  const event = stores.SyncEvent?.get(`${namespace}/${reference.name}`);
  if (!event || status?.id === undefined || status.owned === true || session.unusable) return undefined;
  const events = session.eventsOf(status.id);
  const named = () => events.byName(event.spec.name as string);
  if (named().length !== 1) await events.refresh().catch(() => {});
  if (events.state !== 'listed') return undefined;
  const [found, ...others] = named();
  return found && others.length === 0 ? { id: found.id, name: event.spec.name as string } : 'none';
}

interface StepInput {
  at: number;
  path: Path;
  kind: string;
  reference: Reference;
}

async function targetOf(
  context: KindContext,
  resource: Resource,
  place: WorkspacePlace,
  { at, path, kind, reference }: StepInput,
): Promise<JsonObject> {
  const { jobs, transformations } = place.workspace.session;
  const pipelineId = resource.status?.id;
  const field = `spec.steps[${at}].${path}`;
  if (path === 'eventRef') {
    checkOwner(context, resource, reference, field);
    // Its events can be listed once it is there itself.
    if (reference.name === undefined && pipelineId === undefined) return { id: reference.id! };
  }
  const collection = { jobRef: jobs, transformationRef: transformations, eventRef: undefined }[path];
  return resolveReference(context, resource, {
    reference,
    kind,
    field,
    place,
    collection: collection ?? place.session.eventsOf(pipelineId ?? ''),
  });
}

/** A pipeline runs its own events only. */
function checkOwner({ stores }: KindContext, resource: Resource, reference: Reference, field: string): void {
  const { namespace, name } = resource.metadata;
  const event = reference.name === undefined ? undefined : stores.SyncEvent?.get(`${namespace}/${reference.name}`);
  const owner = event?.spec.pipelineRef as Reference | undefined;
  if (!owner || owner.name === name || (owner.id !== undefined && owner.id === resource.status?.id)) return;
  const what = `SyncEvent ${namespace}/${reference.name}, which ${field} names, belongs to another pipeline`;
  throw new Blocked(
    'ReferenceElsewhere',
    `${what}; a pipeline runs only its own events: make one for this pipeline`,
    true,
  );
}

function missingOf(blocked: readonly Blocked[], unmade: number): Missing {
  const [first, ...rest] = blocked as [Blocked, ...Blocked[]];
  const more = rest.length === 0 ? '' : `; ${rest.length} more ${rest.length === 1 ? 'step waits' : 'steps wait'}`;
  const againMs = blocked.find((one) => one.againMs !== undefined)?.againMs;
  return {
    reason: first.reason,
    message: `${first.message}${more}`,
    unmade,
    ...(againMs !== undefined && { againMs }),
  };
}

/** What a step runs, by kind and id. */
export function naturalStep(fields: ReadonlyMap<string, Json>): string {
  const { kind, id, name } = shownTarget(fields);
  return `${kind} ${id ?? name ?? ''}`.trim();
}

/** The same for people, by its name where that is known. */
export function labelStep(fields: ReadonlyMap<string, Json>): string {
  const { kind, id, name } = shownTarget(fields);
  return `${kind} ${name ?? id ?? ''}`.trim();
}

function shownTarget(fields: ReadonlyMap<string, Json>): { kind: string; id?: string; name?: string } {
  for (const path of [...TARGETS.map(([field]) => field), 'reference']) {
    const target = fields.get(path) as { id?: string; name?: string } | null | undefined;
    if (target) return { kind: path.replace('Ref', ''), ...target };
  }
  return { kind: String(fields.get('type') ?? 'step') };
}

/**
 * The steps of the server in the words of the spec: a step has one target, so that it certainly has not the others; and a kind that the
 * server words in its own way is told by the id.
 */
export function withTargets(remote: Remote, { children = [] }: Desired): Remote {
  const kinds = new Map(
    children.flatMap(({ fields }) => [...fields].map(([path, target]) => [(target as JsonObject).id as string, path])),
  );
  const targeted = (step: RemoteObject): RemoteObject => {
    const fields = new Map(step.fields);
    const reference = fields.get('reference') as { id?: string } | undefined;
    const path = reference?.id === undefined ? undefined : kinds.get(reference.id);
    if (path !== undefined) fields.set(path, fields.get('reference')!);
    for (const [field] of TARGETS) if (!fields.has(field)) fields.set(field, null);
    return { ...step, fields };
  };
  return {
    ...remote,
    async read(id) {
      const result = await remote.read(id);
      if (result.state !== 'present' || !result.object.children) return result;
      return { ...result, object: { ...result.object, children: result.object.children.map(targeted) } };
    },
  };
}
