import type { Json, JsonObject } from '../../ports/json.ts';
import { mergePatched } from './stores.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

interface Live {
  metadata: {
    annotations?: Record<string, string>;
    managedFields?: readonly { operation?: string; subresource?: string; fieldsV1?: JsonObject }[];
  };
  spec?: JsonObject;
}

/**
 * The merge patch that `kubectl apply` of a manifest comes to: what the manifest says, and null for fields of the spec that an
 * earlier apply of it had set and that are not in it any more.
 */
export function applyPatch(live: Live, { metadata, spec }: JsonObject): JsonObject {
  const { labels, annotations } = (metadata ?? {}) as { labels?: JsonObject; annotations?: JsonObject };
  const wanted = (spec ?? {}) as JsonObject;
  return {
    metadata: { ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: withRemovals(wanted, setBefore(live)),
  };
}

/** The fields that earlier applies have set, as a tree whose leaves mean nothing. */
function setBefore({ metadata }: Live): JsonObject {
  const text = metadata.annotations?.[LAST_APPLIED];
  if (text !== undefined) {
    try {
      return ((JSON.parse(text) as JsonObject).spec ?? {}) as JsonObject;
    } catch {
      // Somebody has edited it: then nobody knows what was applied.
    }
  }
  const applied = (metadata.managedFields ?? []).filter(
    ({ operation, subresource }) => operation === 'Apply' && subresource === undefined,
  );
  return applied.map(({ fieldsV1 }) => fieldsOf(fieldsV1?.['f:spec'])).reduce(mergePatched, {});
}

/** `{"f:a": {"f:b": {}}}` as `{a: {b: {}}}`. */
function fieldsOf(value: Json | undefined): JsonObject {
  if (!isObject(value)) return {};
  const entries = Object.entries(value).filter(([key]) => key.startsWith('f:'));
  return Object.fromEntries(entries.map(([key, inner]) => [key.slice(2), fieldsOf(inner)]));
}

function withRemovals(wanted: JsonObject, before: JsonObject): JsonObject {
  const result: JsonObject = { ...wanted };
  for (const [key, old] of Object.entries(before)) {
    const value = wanted[key];
    if (value === undefined) result[key] = null;
    else if (isObject(value) && isObject(old)) result[key] = withRemovals(value, old);
  }
  return result;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
