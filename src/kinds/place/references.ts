import type { Reference, ServerReference } from '../../api/references.ts';
import type { Resource } from '../../engine/resource.ts';

/** What every spec below a workspace says about its place. */
export interface PlacedSpec {
  workspaceRef: Reference;
  serverRef?: ServerReference;
}

/** The key by which `Kind.references` names an object: `SyncServer/team/prod`. */
export function referenceTo(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** `namespace/name` of the SyncServer that a spec refers to, from an object in `namespace`. */
export function serverKeyOf(serverRef: ServerReference, namespace: string): string {
  return `${serverRef.namespace ?? namespace}/${serverRef.name}`;
}

/** The workspace or server that an object below a workspace lies in, for `Kind.references`. */
export function placeReferences({ metadata, spec }: Resource): string[] {
  // Asked of every object that is stored, whatever is wrong with it.
  const { workspaceRef, serverRef } = spec as unknown as Partial<PlacedSpec>;
  return [
    ...(workspaceRef?.name === undefined ? [] : [referenceTo('SyncWorkspace', metadata.namespace, workspaceRef.name)]),
    ...(serverRef ? [`SyncServer/${serverKeyOf(serverRef, metadata.namespace)}`] : []),
  ];
}
