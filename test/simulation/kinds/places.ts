import type { KubeObject, Loose, Manifest } from '../../cluster/types.ts';
import type { State } from '../../simulator/state.ts';
import type { Land } from '../land.ts';
import { idOfPipeline, STEP_KINDS } from './pipeline.ts';
import { idOfWorkspace } from './workspace.ts';

/** What the object of a resource is called in Sync. */
export function remoteName({ spec }: Manifest): string {
  return spec.user ?? spec.name;
}

/** The id of what the object lies in: a workspace, or a pipeline. Undefined for what is global, and while it is not known. */
export function parentIdOf(land: Land, { spec, metadata }: KubeObject): string | undefined {
  if (spec.pipelineRef) return idOfPipeline(land, metadata.namespace!, spec.pipelineRef.name);
  return spec.workspaceRef && idOfWorkspace(land, metadata.namespace!, spec.workspaceRef.name);
}

/** The resources that it refers to besides its workspace and server: kind and name. */
export function referencesOf({ spec }: Manifest): [kind: string, name: string][] {
  const connections = [spec.sourceRef, spec.destinationRef].filter(Boolean);
  const steps: Loose[] = spec.steps ?? [];
  return [
    ...connections.map(({ name }): [string, string] => ['SyncConnection', name]),
    ...(spec.pipelineRef ? [['SyncPipeline', spec.pipelineRef.name] as [string, string]] : []),
    ...steps.flatMap((step) =>
      STEP_KINDS.flatMap(([path, kind]): [string, string][] => (step[path] ? [[kind, step[path].name]] : [])),
    ),
  ];
}

/** The ids of what uses an object: jobs and transformations a connection, pipelines what their steps run. */
export function usersOf({ jobs, transformations, pipelines }: State, id: string): string[] {
  const referring = [...jobs.values(), ...transformations.values()].filter(
    ({ fields }) => fields.source_connection === id || fields.destination_connection === id,
  );
  const running = [...pipelines.values()].filter(({ children }) =>
    children.some(({ fields }) => fields.reference === id),
  );
  return [...referring, ...running].map((item) => item.id);
}

/** How many objects lie in a workspace or a pipeline; steps are a part of it. */
export function contentOf({ connections, jobs, transformations, pipelines, events }: State, id: string): number {
  const all = [connections, jobs, transformations, pipelines, events].flatMap((items) => [...items.values()]);
  return all.filter(({ parentId }) => parentId === id).length;
}

/** Names of the Secrets that it reads. */
export function secretsOf(spec: Loose): string[] {
  const properties = (spec.propertiesFrom ?? []).map(({ secretKeyRef }: Loose) => secretKeyRef.name);
  return [...properties, ...(spec.passwordSecretRef ? [spec.passwordSecretRef.name] : [])];
}
