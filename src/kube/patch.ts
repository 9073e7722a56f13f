import { apiVersionOf, type ObjectRef, type ResourceType } from './objects.ts';

/**
 * A change of one object. `resourceVersion` and `uid` are preconditions: the object must still be at that version, still be that very
 * object; otherwise the patch fails as `isConflict` tells (a JSON patch with Invalid, as its `test` operations do).
 */
export type Patch =
  | { type: 'merge'; body: object; resourceVersion?: string; uid?: string }
  | { type: 'json'; body: readonly JsonPatchOperation[]; resourceVersion?: string; uid?: string }
  /** Server-side apply, forced; needs a `fieldManager`. */
  | { type: 'apply'; body: object; resourceVersion?: string; uid?: string };

export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  path: string;
  from?: string;
  value?: unknown;
}

const CONTENT_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export const patchContentType = ({ type }: Patch): string => CONTENT_TYPES[type];

/** The body to send, with the preconditions where each kind of patch has them. */
export function patchBody(resource: ResourceType, ref: ObjectRef, patch: Patch): object {
  const { resourceVersion, uid } = patch;
  if (patch.type === 'json') {
    const tests = Object.entries({ uid, resourceVersion })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ({ op: 'test', path: `/metadata/${name}`, value }));
    return [...tests, ...patch.body];
  }
  const given = (patch.body as { metadata?: object }).metadata;
  const metadata = {
    ...given,
    ...(patch.type === 'apply' ? { name: ref.name, namespace: ref.namespace } : {}),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(uid === undefined ? {} : { uid }),
  };
  if (patch.type === 'apply') {
    return { ...patch.body, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
  }
  return Object.keys(metadata).length === 0 ? patch.body : { ...patch.body, metadata };
}
