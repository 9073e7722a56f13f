import type { Json, JsonObject } from '../ports/json.ts';
import { isObject } from './json.ts';

/** A key without case and separators: the pages write `Source-Connection`, `Connector Version` and `name` (sync-api-v2.md section 6, 2). */
export function foldKey(key: string): string {
  return key.toLowerCase().replace(/[-_ .]/g, '');
}

/** The value below the first key that folds to the same. */
export function pick(object: JsonObject, ...names: string[]): Json | undefined {
  for (const name of names) {
    const found = findPath(object, name.split('.'));
    if (found) return found.value;
  }
  return undefined;
}

/** Where a value stands in a reply: the keys as the server spells them. */
export interface Found {
  at: string[];
  value: Json;
}

/** Finds a path whose steps may be nested objects or joined into one key: `schedule.enabled` also finds `Schedule_Enabled`. */
export function findPath(object: JsonObject, path: readonly string[]): Found | undefined {
  for (let n = path.length; n > 0; n--) {
    const wanted = foldKey(path.slice(0, n).join(''));
    for (const key of Object.keys(object)) {
      if (foldKey(key) !== wanted) continue;
      const value = object[key]!;
      if (n === path.length) return { at: [key], value };
      const below = isObject(value) ? findPath(value, path.slice(n)) : undefined;
      if (below) return { at: [key, ...below.at], value: below.value };
    }
  }
  return undefined;
}

/** Finds dotted names as `findPath` does; for many names in one reply. */
export type Finder = (object: JsonObject, name: string) => Found | undefined;

/** A name taken apart once: its folded beginnings, longest first, and what is left behind each. */
export type NamePlan = readonly { folded: string; rest?: NamePlan }[];

/** What finders of one server share, so that a name or a key is folded once and not once an object. */
export interface FoldMemo {
  readonly plans: Map<string, NamePlan>;
  readonly keys: Map<string, string>;
}

// Keys may be data (properties), so that their number has no bound of its own.
const MAX_KEYS = 5_000;

/** A finder for one reply: it indexes each object once, so it must not outlive a change of the reply. */
export function createFinder({ plans, keys }: FoldMemo): Finder {
  const indexes = new Map<JsonObject, Map<string, string>>();
  const fold = (key: string) => {
    let folded = keys.get(key);
    if (folded === undefined) {
      folded = foldKey(key);
      if (keys.size < MAX_KEYS) keys.set(key, folded);
    }
    return folded;
  };
  const indexOf = (object: JsonObject) => {
    let index = indexes.get(object);
    if (!index) {
      index = new Map();
      for (const key of Object.keys(object)) {
        const folded = fold(key);
        if (!index.has(folded)) index.set(folded, key);
      }
      indexes.set(object, index);
    }
    return index;
  };
  const find = (object: JsonObject, plan: NamePlan): Found | undefined => {
    const index = indexOf(object);
    for (const { folded, rest } of plan) {
      const key = index.get(folded);
      if (key === undefined) continue;
      const value = object[key]!;
      if (!rest) return { at: [key], value };
      const below = isObject(value) ? find(value, rest) : undefined;
      if (below) return { at: [key, ...below.at], value: below.value };
    }
    return undefined;
  };
  return (object, name) => {
    let plan = plans.get(name);
    if (!plan) {
      plan = planOf(name.split('.'));
      plans.set(name, plan);
    }
    return find(object, plan);
  };
}

function planOf(parts: readonly string[]): NamePlan {
  return parts
    .map((_, i) => {
      const rest = parts.slice(i + 1);
      const folded = foldKey(parts.slice(0, i + 1).join(''));
      return rest.length === 0 ? { folded } : { folded, rest: planOf(rest) };
    })
    .toReversed();
}

/** Writes a value at a path, making the objects on the way. */
export function setAt(object: JsonObject, at: readonly string[], value: Json): void {
  let here = object;
  for (const key of at.slice(0, -1)) {
    const below = Object.hasOwn(here, key) ? here[key] : undefined;
    here = isObject(below) ? below : put(here, key, {});
  }
  define(here, at.at(-1)!, value);
}

/** Removes what stands at a path, if anything does. */
export function removeAt(object: JsonObject, at: readonly string[]): void {
  let here: Json | undefined = object;
  for (const key of at.slice(0, -1)) here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  if (isObject(here)) delete here[at.at(-1)!];
}

function put(object: JsonObject, key: string, value: JsonObject): JsonObject {
  define(object, key, value);
  return value;
}

// A server or a user may name a property `__proto__`; plain assignment would change the prototype.
function define(object: JsonObject, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
