import type { GatheredPass, Pass } from './pass.ts';
import type { Resource } from './resource.ts';

export const FINALIZER = 'sync.cdata.com/finalizer';

/** Only what will delete something remote, or what such a resource needs for it, has a finalizer: nothing else can hang. */
export async function finalizerPass(pass: GatheredPass): Promise<void> {
  const wanted = deletes(pass) || neededByDeletes(pass);
  await setFinalizer(pass, wanted);
}

export async function setFinalizer(pass: Pass, wanted: boolean): Promise<void> {
  const present = pass.resource.metadata.finalizers ?? [];
  if (present.includes(FINALIZER) === wanted) return;
  const finalizers = wanted ? [...present, FINALIZER] : present.filter((name) => name !== FINALIZER);
  const patched = await pass.deps.kube.patchFinalizers(pass.resource, finalizers);
  pass.resource = { ...pass.resource, metadata: patched.metadata };
  pass.draft.rebase(patched);
}

/** Whether the policies in force have the remote object deleted along with the resource. */
export function deletes({ policies, draft }: GatheredPass): boolean {
  if (policies.managementPolicy === 'Observe' || policies.deletionPolicy !== 'Delete') return false;
  // What is not ours yet may become so in this pass; what is another's never will.
  return draft.status.owned !== false;
}

/** True while resources in this one delete something remote. */
export function neededByDeletes(pass: Pass): boolean {
  return heldDeletes(pass).length > 0;
}

/** The resources that lie in this one and will delete something remote: they need it to be found. */
export function heldDeletes({ deps, kind, resource }: Pass): Resource[] {
  const { holds } = kind;
  return holds ? deps.referrers(resource).filter((other) => holds(resource, other) && willDelete(other)) : [];
}

export function willDelete(resource: Resource): boolean {
  return resource.metadata.finalizers?.includes(FINALIZER) === true;
}

/** True when the object was as the spec says the last time it was seen, and the spec is still the same. */
export function settledAlready({ resource, deps }: Pass): boolean {
  // A plan vouches for nothing that it has not seen itself.
  if (deps.preview) return false;
  const { status, metadata } = resource;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return (
    status?.observedGeneration === metadata.generation &&
    (ready?.status === 'True' || ready?.reason === 'ObservationStale')
  );
}
