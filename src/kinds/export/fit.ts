import type { Definition } from '../../api/definition.ts';
import type { Json, JsonObject } from '../../ports/json.ts';

/** Takes out of a spec what the schema does not allow, each with its reason. `id`: of the object, by which one is imported that cannot be described in full. */
export function fitToSchema(
  { spec: schema }: Definition,
  spec: JsonObject,
  id: string,
  note: (text: string) => void,
): void {
  for (;;) {
    const issue = schema.safeParse(spec).error?.issues[0];
    if (!issue) return;
    const path = issue.path as (string | number)[];
    const isLacking = path.length === 0 || (path.length === 1 && childOf(spec, path[0]!) === undefined);
    if (isLacking && spec.id === undefined) {
      // What it takes to make such an object does not show: it can only be imported.
      spec.id = id;
      continue;
    }
    const text = path.join('.').replace(/\.(\d+)/g, '[$1]');
    if (!removeAt(spec, path)) {
      note(`the manifest is not valid yet: ${text === '' ? '' : `${text}: `}${issue.message}`);
      return;
    }
    note(`${text} is left out: ${issue.message}`);
  }
}

/** Removes the value, or the nearest one above it that is there; false when there is nothing to remove. */
function removeAt(spec: JsonObject, path: readonly (string | number)[]): boolean {
  for (let depth = path.length; depth > 0; depth--) {
    const key = path[depth - 1]!;
    const parent = path.slice(0, depth - 1).reduce<Json | undefined>((at, part) => childOf(at, part), spec);
    if (childOf(parent, key) === undefined) continue;
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete (parent as JsonObject)[key];
    return true;
  }
  return false;
}

function childOf(at: Json | undefined, key: string | number): Json | undefined {
  if (typeof at !== 'object' || at === null) return undefined;
  return Array.isArray(at) ? at[Number(key)] : at[key];
}
