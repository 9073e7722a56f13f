import { type Backend, create, find, patch } from './crud.ts';
import type { Target } from './decode.ts';
import { mergePatch } from './patch/merge.ts';
import { StatusError } from './status.ts';
import type { Entry } from './store.ts';
import type { Loose, Manifest } from './types.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Client-side apply: what the last manifest had and this one lacks is removed, the rest is merged. */
export function applyManifest(backend: Backend, target: Target, manifest: Manifest): Entry {
  const text = `${JSON.stringify(manifest)}\n`;
  const annotations = { ...manifest.metadata.annotations, [LAST_APPLIED]: text };
  const wanted = { ...manifest, metadata: { ...manifest.metadata, annotations } };
  let before: Entry;
  try {
    before = find(backend, target);
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return create(backend, target, wanted, {});
    throw error;
  }
  const last = before.object.metadata.annotations?.[LAST_APPLIED];
  const removals = last ? removed(JSON.parse(last), manifest) : {};
  return patch(backend, target, (now) => mergePatch(mergePatch(now, removals), wanted), {});
}

/** A merge patch that removes what `before` has and `after` lacks. */
function removed(before: Loose, after: Loose): Loose {
  const result: Loose = {};
  for (const [key, value] of Object.entries(before)) {
    if (after?.[key] === undefined) result[key] = null;
    else if (isObject(value) && isObject(after[key])) {
      const inner = removed(value, after[key]);
      if (Object.keys(inner).length > 0) result[key] = inner;
    }
  }
  return result;
}

const isObject = (value: Loose) => value !== null && typeof value === 'object' && !Array.isArray(value);
