import type { KubeObject } from './objects.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Strings that are remembered to be shared; what only one object has must not fill the memory. */
const SHARED_MOST = 2_000;
/** Longer ones are seldom the same in two objects. */
const LENGTH_MOST = 128;

/**
 * Makes objects small before they are kept, and changes the given ones: without managedFields and kubectl's copy of the manifest, which are
 * more than half of an object, and with one copy of each string that many of them have.
 */
export function createCompact(): <T extends KubeObject>(object: T) => T {
  const shared = new Map<string, string>();

  function share(text: string): string {
    if (text.length > LENGTH_MOST) return text;
    const known = shared.get(text);
    if (known !== undefined) return known;
    if (shared.size >= SHARED_MOST) shared.clear();
    shared.set(text, text);
    return text;
  }

  function shareWithin(value: object): void {
    const parts = value as Record<string, unknown>;
    for (const key of Object.keys(parts)) {
      const part = parts[key];
      if (typeof part === 'string') parts[key] = share(part);
      else if (typeof part === 'object' && part !== null) shareWithin(part);
    }
  }

  return (object) => {
    trim(object);
    shareWithin(object);
    return object;
  };
}

function trim(object: KubeObject): void {
  const metadata = object.metadata as KubeObject['metadata'] & { managedFields?: unknown };
  if (metadata.managedFields !== undefined) delete metadata.managedFields;
  const annotations = metadata.annotations;
  if (!annotations || !(LAST_APPLIED in annotations)) return;
  delete annotations[LAST_APPLIED];
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
}
