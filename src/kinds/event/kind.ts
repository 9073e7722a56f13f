import { FIELDS, parseSyncEvent, type SyncEventSpec } from '../../api/syncEvent.ts';
import { Blocked } from '../../engine/blocked.ts';
import type { Desired, Kind } from '../../engine/kind.ts';
import type { Remote } from '../../engine/remote.ts';
import type { Resource } from '../../engine/resource.ts';
import type { KindContext } from '../context.ts';
import { type PipelinePlace, placeInPipeline } from '../place/pipeline.ts';
import { referenceTo, serverKeyOf } from '../place/references.ts';
import { createRemote } from '../remote/createRemote.ts';
import { scopeOf } from '../remote/scope.ts';
import { leavesOf } from '../shared/leaves.ts';
import { deepReadAt, desiredOrNothing, isAnothers } from '../shared/passes.ts';
import { createMemory, type Remembered } from '../shared/remembered.ts';
import { remoteCall } from '../shared/remoteCall.ts';
import { spelledAs } from '../shared/spelling.ts';
import { readValues } from '../shared/values.ts';

const GET = 'events.get';
/** Of a script in a ConfigMap; bytes. */
const MOST = 512 * 1024;

/** SyncEvent: a script that its pipeline runs as a step (sync-api-v2.md sections 3.7 and 4.6). */
export function createEventKind(context: KindContext): Kind {
  const memoryOf = createMemory<Remembered>(context, 'SyncEvent', () => ({}));
  return {
    name: 'SyncEvent',
    fields: FIELDS,
    problems(resource) {
      const parsed = parseSyncEvent(resource);
      return parsed.ok ? [] : parsed.problems;
    },
    warnings: () => [],
    references,
    liesIn: ({ spec }, other) =>
      other.kind === 'SyncPipeline' && (spec as unknown as SyncEventSpec).pipelineRef.name === other.metadata.name,
    async gather(resource) {
      const place = placeInPipeline(context, resource);
      const { server, session, policies, workspace } = place;
      const desired = await desiredOrNothing(resource, () => desiredEvent(context, resource), workspace);
      const id = resource.status?.id;
      memoryOf(resource).unfollow = () => session.deepReads.remove(`event/${id}`);
      const labels = context.namespaceLabels(resource.metadata.namespace);
      return {
        desired,
        remote: spelledAs(desired, remoteEvent(context, resource, place)),
        scope: scopeOf({
          resource,
          server,
          session,
          kind: 'event',
          getOperation: GET,
          workspace,
          namespaceLabels: labels,
        }),
        policies,
        hooks: { usedBy: (event) => stepsThatRun(place, event) },
      };
    },
  };
}

function references({ metadata: { namespace }, spec }: Resource): string[] {
  const { pipelineRef, serverRef, scriptFrom } = spec as unknown as Partial<SyncEventSpec>;
  return [
    ...(pipelineRef?.name === undefined ? [] : [referenceTo('SyncPipeline', namespace, pipelineRef.name)]),
    ...(serverRef ? [`SyncServer/${serverKeyOf(serverRef, namespace)}`] : []),
    ...(scriptFrom ? [referenceTo('ConfigMap', namespace, scriptFrom.configMapKeyRef.name)] : []),
  ];
}

/** The event as its spec wants it. Throws Blocked while its ConfigMap is missing, or holds too much. */
async function desiredEvent(context: KindContext, resource: Resource): Promise<Desired> {
  const { name, scriptFrom } = resource.spec as unknown as SyncEventSpec;
  const fields = new Map(leavesOf(FIELDS, resource.spec).map(({ path, value }) => [path, value]));
  const { name: from, key } = scriptFrom?.configMapKeyRef ?? {};
  const sources =
    from === undefined ? [] : [{ kind: 'ConfigMap', name: from, key: key!, field: 'spec.scriptFrom' } as const];
  const [script] = await readValues(context, resource, sources);
  if (script !== undefined) {
    const size = Buffer.byteLength(script);
    const what = `the script in key ${key} of ConfigMap ${from}, which spec.scriptFrom names, has ${Math.ceil(size / 1024)} KiB`;
    if (size > MOST) throw new Blocked('TooLarge', `${what}, at most ${MOST / 1024} KiB can be sent; shorten it`, true);
    fields.set('script', script);
  }
  return { name, fields, secrets: new Map(), childPolicy: 'Exact' };
}

function remoteEvent(
  context: KindContext,
  resource: Resource,
  { session, workspace, pipelineId }: PipelinePlace,
): Remote {
  const { events } = session.client;
  return createRemote({
    clock: context.clock,
    session,
    ...(workspace && { workspace: workspace.session }),
    inTurn: true,
    isAnothers: (id) => isAnothers(context, resource, id),
    deepReadAt: deepReadAt(resource),
    collection: session.eventsOf(pipelineId),
    kind: 'event',
    api: {
      getOperation: GET,
      get: (id, options) => events.get(pipelineId, id, options),
      create: (fields, options) => events.create(pipelineId, fields, options),
      update: (base, changes, options) => events.update(pipelineId, base, changes, options),
      delete: (id, options) => events.delete(pipelineId, id, options),
    },
  });
}

/** The steps of the pipeline that run the event, as `step 2 of its pipeline`. */
async function stepsThatRun({ session, pipelineId }: PipelinePlace, event: string): Promise<string[]> {
  const { steps } = session.client.pipelines;
  const found = await remoteCall(session, () => steps.list(pipelineId, { lane: 'user' }));
  const runs = (target: unknown) => (target as { id?: string } | undefined)?.id === event;
  return (found === 'unsupported' ? [] : found).flatMap(({ fields }, at) =>
    runs(fields.get('event')) || runs(fields.get('reference')) ? [`step ${at + 1} of its pipeline`] : [],
  );
}
