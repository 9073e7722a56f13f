import type { SyncRunSpec } from '../../api/syncRun.ts';
import type { Resource } from '../../engine/resource.ts';
import { runStatusOf } from '../../engine/run/model.ts';
import { claimOf } from '../../engine/run/pass.ts';
import { referenceTo, serverKeyOf } from '../place/references.ts';
import { RUNNABLES, type Runnable } from './targets.ts';

/** What a SyncRun refers to. */
export function runReferences({ metadata, spec }: Resource): string[] {
  const { workspaceRef, serverRef } = spec as unknown as Partial<SyncRunSpec>;
  const { runnable, reference } = refOf({ spec });
  return [
    ...(reference.name === undefined ? [] : [referenceTo(runnable.kind, metadata.namespace, reference.name)]),
    ...(workspaceRef?.name === undefined ? [] : [referenceTo('SyncWorkspace', metadata.namespace, workspaceRef.name)]),
    ...(serverRef === undefined ? [] : [`SyncServer/${serverKeyOf(serverRef, metadata.namespace)}`]),
  ];
}

/** The target as the spec names it. Asked of every SyncRun that is stored, whatever is wrong with it. */
export function refOf({ spec }: Pick<Resource, 'spec'>): {
  runnable: Runnable;
  reference: { name?: string; id?: string };
} {
  const runnable = RUNNABLES.find(({ field }) => spec[field] !== undefined) ?? RUNNABLES[0]!;
  return { runnable, reference: (spec[runnable.field] ?? {}) as { name?: string; id?: string } };
}

/** `SyncJob/team/nightly`; of a target by id also where that is. */
export function targetKey(resource: Resource): string {
  const { runnable, reference } = refOf(resource);
  const { namespace } = resource.metadata;
  if (reference.name !== undefined) return referenceTo(runnable.kind, namespace, reference.name);
  const { workspaceRef, serverRef } = resource.spec as unknown as Partial<SyncRunSpec>;
  const where = workspaceRef ? `${namespace}/${workspaceRef.name}` : serverRef ? serverKeyOf(serverRef, namespace) : '';
  return `${runnable.kind}/${where}#${reference.id}`;
}

/** The index `runTarget`: under which names those are found that run, or want to run, the same. */
export function targetKeys(resource: Resource): string[] {
  const { target } = runStatusOf(resource);
  return [targetKey(resource), ...(target ? [claimOf(target)] : [])];
}

/** The index `runId`. */
export function runIds(resource: Resource): string[] {
  const { runId } = runStatusOf(resource);
  return runId === undefined ? [] : [runId];
}
