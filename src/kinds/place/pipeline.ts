import type { Reference, ServerReference } from '../../api/references.ts';
import { Blocked } from '../../engine/blocked.ts';
import type { Resource } from '../../engine/resource.ts';
import type { KindContext } from '../context.ts';
import type { ScopeWorkspace } from '../remote/scope.ts';
import { leftIn, type Place, placeInWorkspace, placeUnderServer, type WorkspacePlace } from './place.ts';

export interface PipelinePlace extends Place {
  pipelineId: string;
  /** Absent for a pipeline given by id, which does not tell its workspace. */
  workspace?: ScopeWorkspace;
}

/** The place of an object below a pipeline. Throws Blocked with the name of what is missing, not ready, or denies access. */
export function placeInPipeline(context: KindContext, resource: Resource): PipelinePlace {
  const { pipelineRef, serverRef } = resource.spec as unknown as {
    pipelineRef: Reference;
    serverRef?: ServerReference;
  };
  if (pipelineRef.name === undefined) {
    return { ...placeUnderServer(context, resource, serverRef!), pipelineId: pipelineRef.id! };
  }
  const { namespace } = resource.metadata;
  const what = `SyncPipeline ${namespace}/${pipelineRef.name}, which spec.pipelineRef names,`;
  const pipeline = context.stores.SyncPipeline?.get(`${namespace}/${pipelineRef.name}`);
  if (!pipeline) throw new Blocked('ReferenceNotFound', `${what} does not exist; make it, or correct the name`);
  const { workspaceRef, serverRef: beside } = pipeline.spec;
  const spec = { ...resource.spec, workspaceRef: workspaceRef!, ...(beside !== undefined && { serverRef: beside }) };
  const place = placeInWorkspace(context, { ...resource, spec });
  const { id, serverIdentity } = pipeline.status ?? {};
  if (id === undefined) throw new Blocked('ReferenceNotReady', `${what} has no id in Sync yet`);
  requireSamePlace(resource, pipeline, place, what);
  const { identity } = place.session;
  const isElsewhere = identity !== undefined && serverIdentity !== undefined && serverIdentity !== identity;
  if (isElsewhere && resource.status?.id === undefined) {
    throw new Blocked('ReferenceElsewhere', `${what} is on another server than the one that answers now`);
  }
  return { ...place, pipelineId: id };
}

/** Nothing is made or changed in a pipeline that was left in another workspace; what goes goes where it lies. Throws Blocked. */
function requireSamePlace(
  { metadata }: Resource,
  pipeline: Resource,
  { session, workspace }: WorkspacePlace,
  what: string,
): void {
  // Left there itself, it says so in its own words.
  if (metadata.deletionTimestamp !== undefined || workspace.left !== undefined) return;
  if (!leftIn(pipeline, workspace.session.id, session)) return;
  const message = `${what} lies in another workspace than the one that it belongs in; its own conditions say what helps`;
  throw new Blocked('ReferenceElsewhere', message, true);
}
