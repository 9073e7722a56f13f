import type { Resource } from '../../engine/resource.ts';

/** Why nothing of a resource is run until somebody changes that. `label` is for people: `SyncJob team/nightly`. */
export function barred({ metadata, spec, status }: Resource, label: string): string | undefined {
  if (spec.suspend === true) return `${label} is suspended`;
  if (metadata.deletionTimestamp !== undefined) return `${label} is being deleted`;
  if (status?.policies?.managementPolicy !== 'Observe') return undefined;
  return `${label} is only observed (managementPolicy: Observe), so nothing is started`;
}

/** A run waits until what is wanted of its target is done: a change that had to wait for another run goes first. */
export function notReady(target: Resource, label: string): string | undefined {
  const { metadata, status } = target;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True' && ready.observedGeneration === metadata.generation) return undefined;
  return `${label} is not Ready${whyNotReady(target)}`;
}

/** `: the message of Ready`; empty when there is nothing to say. */
export function whyNotReady({ status, metadata }: Resource): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready && ready.status !== 'True') return `: ${ready.message}`;
  return ready && ready.observedGeneration !== metadata.generation ? ': its spec has just changed' : '';
}
