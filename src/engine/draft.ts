import type { Json, JsonObject } from '../ports/json.ts';
import type { Resource, Status } from './resource.ts';
import { isNew } from './tokens.ts';

/** A pass's working copy of a status: changed in memory, saved by one merge patch when it differs. */
export interface Draft {
  status: Status & JsonRecord;
  /**
   * Saves what differs. `fenced`, and for the first status that an object is given: fails when the object has changed since it was
   * planned from. `along`: fields that go with whatever differs, so that those of another writer, which this copy does not know of,
   * do not stay beside it. Returns whether it wrote.
   */
  save(options?: { fenced?: boolean; along?: readonly string[] }): Promise<boolean>;
  /** True when something has not been saved. */
  readonly dirty: boolean;
  /** The object has a new version by a write of our own. */
  rebase(resource: Resource): void;
}
type JsonRecord = { [key: string]: unknown };

export interface StatusPatcher {
  /** Sends a merge patch to the status subresource; resolves to the object as it is then. */
  patchStatus(resource: Resource, patch: JsonObject, resourceVersion?: string): Promise<Resource>;
}

export function createDraft(resource: Resource, patcher: StatusPatcher): Draft {
  let saved = (resource.status ?? {}) as unknown as JsonObject;
  let current = resource;
  // A restore makes an object first and gives it its status then: what is said of the one must not be mixed with the other.
  let isFirst = isNew(resource);
  const status = copyOf(saved) as Status & JsonRecord;
  return {
    status,
    get dirty() {
      const now = status as unknown as JsonObject;
      return !sameAsSent(saved, now) && mergePatch(saved, now) !== undefined;
    },
    rebase(resource) {
      current = resource;
    },
    async save({ fenced = false, along = [] } = {}) {
      const patch = mergePatch(saved, status as unknown as JsonObject);
      if (!patch) return false;
      for (const name of along) patch[name] = (status[name] as Json | undefined) ?? null;
      const version = fenced || isFirst ? current.metadata.resourceVersion : undefined;
      current = await patcher.patchStatus(current, patch, version);
      isFirst = false;
      saved = copyOf(status as unknown as JsonObject);
      return true;
    },
  };
}

/** The JSON merge patch (RFC 7386) that turns `before` into `after`; undefined when they are equal. */
export function mergePatch(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const from = before[key];
    const to = after[key];
    if (to === undefined || to === null) {
      if (from !== undefined && from !== null) patch[key] = null;
    } else if (isObject(from) && isObject(to)) {
      const inner = mergePatch(from, to);
      if (inner) patch[key] = inner;
    } else if (from === undefined || !sameAsSent(from, to)) patch[key] = to;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** Equal once they are JSON: there a member that is undefined is not there, within a list, too. */
function sameAsSent(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => sameAsSent(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const isSame = (key: string) => sameAsSent(a[key], b[key]);
  return Object.keys(a).every(isSame) && Object.keys(b).every((key) => Object.hasOwn(a, key) || b[key] === undefined);
}

/** A deep copy; a pass over a settled object would spend a tenth of its time in structuredClone. */
function copyOf<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) copy[key] = copyOf(value[key]!);
  return copy as T;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
