import { FIELDS, parseSyncPipeline, type SyncPipelineSpec } from '../../api/syncPipeline.ts';
import type { Desired, Kind } from '../../engine/kind.ts';
import type { Resource } from '../../engine/resource.ts';
import type { KindContext } from '../context.ts';
import type { WorkspacePlace } from '../place/place.ts';
import { referenceTo } from '../place/references.ts';
import { createRunningKind } from '../running/runningKind.ts';
import { leavesOf } from '../shared/leaves.ts';
import type { Reached } from '../shared/passes.ts';
import { deletionHooks, withContents } from './deletion.ts';
import { desiredSteps, labelStep, naturalStep, TARGETS, withTargets } from './steps.ts';

export const REACHED: Reached = {
  kind: 'pipeline',
  api: ({ pipelines }, workspaceId) => ({
    ...pipelines,
    getOperation: 'pipelines.get',
    create: (fields, options) => pipelines.create(workspaceId, fields, options),
    delete: (id, options) => pipelines.delete(id, true, options),
    children: pipelines.steps,
  }),
  collection: ({ pipelines }) => pipelines,
  childRenames: { jobRef: 'job', transformationRef: 'transformation', eventRef: 'event' },
};

/** SyncPipeline: jobs, transformations and events, one after another (sync-api-v2.md sections 3.6 and 4.5). */
export function createPipelineKind(context: KindContext): Kind {
  return createRunningKind(context, {
    name: 'SyncPipeline',
    fields: FIELDS,
    children: { noun: 'Step', list: 'steps', natural: naturalStep, label: labelStep },
    parse: parseSyncPipeline,
    reached: REACHED,
    crons: ['schedule.cron'],
    runs: ({ pipelineRuns }) => pipelineRuns,
    cancel: ({ pipelines }, id) => pipelines.cancel(id),
    references,
    holds: ({ metadata }, other) =>
      other.kind === 'SyncEvent' && (other.spec.pipelineRef as { name?: string }).name === metadata.name,
    desired: desiredPipeline,
    seen: (remote, desired, input) => withContents(withTargets(remote, desired), input),
    hooks: deletionHooks,
  });
}

function references({ spec, metadata: { namespace } }: Resource): string[] {
  const { steps = [] } = spec as unknown as Partial<SyncPipelineSpec>;
  const named = steps.flatMap((step) =>
    TARGETS.flatMap(([path, kind]) => (step[path]?.name === undefined ? [] : [[kind, step[path].name] as const])),
  );
  return [...new Set(named.map(([kind, name]) => referenceTo(kind, namespace, name)))];
}

async function desiredPipeline(context: KindContext, resource: Resource, place: WorkspacePlace): Promise<Desired> {
  const spec = resource.spec as unknown as SyncPipelineSpec;
  const fields = new Map(leavesOf(FIELDS, resource.spec).map(({ path, value }) => [path, value]));
  const steps = spec.steps && (await desiredSteps(context, resource, place, spec.steps));
  return { name: spec.name, fields, secrets: new Map(), ...steps, childPolicy: 'Exact' };
}
