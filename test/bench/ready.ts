import type { Loose } from '../cluster/types.ts';

/** Ready for its present generation. */
export function isReady({ metadata, status }: Loose): boolean {
  const ready = (status?.conditions as Loose[] | undefined)?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
}

/** What is not Ready, at most five, with why. */
export function lagging(objects: readonly Loose[]): string[] {
  return objects
    .filter((object) => !isReady(object))
    .slice(0, 5)
    .map(({ metadata, status }) => `${metadata.name}: ${JSON.stringify(status?.conditions ?? [])}`);
}
