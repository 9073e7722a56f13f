import type { Json, JsonObject } from '../../src/ports/json.ts';
import { formatJson, parseJson } from './json.ts';
import { type Child, type Item, nameOf, type State } from './state.ts';
import { stepTarget } from './targets.ts';

/**
 * The server's configuration as canonical JSON: no ids and no times, references by name, objects in order of kind, parent
 * and name. Two servers that hold the same give the same text. Holds secrets: for comparing, not for printing.
 */
export function dump(state: State): string {
  const kinds = ['workspaces', 'connections', 'jobs', 'transformations', 'pipelines', 'events', 'users'] as const;
  const shown = Object.fromEntries(kinds.map((kind) => [kind, entries(state, [...state[kind].values()])]));
  return formatJson(shown);
}

function entries(state: State, items: readonly Item[]): Json[] {
  const texts = items.map((item) => formatJson(sorted(entry(state, item))));
  return texts.sort().map((text) => parseJson(text));
}

function entry(state: State, item: Item): JsonObject {
  const fields = Object.entries(item.fields).map(([path, value]) => [path, named(state, path, value)] as const);
  const parent: JsonObject = item.parentId === undefined ? {} : { parent: nameById(state, item.parentId) };
  const children: JsonObject =
    item.children.length > 0 ? { children: item.children.map((child) => childEntry(state, child)) } : {};
  return { name: nameOf(item), ...parent, fields: Object.fromEntries(fields), ...children };
}

function childEntry(state: State, child: Child): JsonObject {
  const { reference, ...fields } = child.fields;
  return sorted(reference === undefined ? fields : { ...fields, reference: stepTarget(state, child).name });
}

function named(state: State, path: string, value: Json): Json {
  if (path === 'trigger.after_job_tasks' && Array.isArray(value)) return value.map((id) => taskName(state, String(id)));
  const isReference = /_connection$|after_job$/.test(path);
  return isReference && typeof value === 'string' ? nameById(state, value) : value;
}

function taskName(state: State, id: string): string {
  const tasks = [...state.jobs.values()].flatMap((job) => job.children);
  const task = tasks.find((one) => one.id === id);
  return task ? formatJson(task.fields) : '(gone)';
}

function nameById(state: State, id: string): string {
  const pools = [state.workspaces, state.connections, state.jobs, state.pipelines];
  const item = pools.map((pool) => pool.get(id)).find((one) => one !== undefined);
  return item ? nameOf(item) : '(gone)';
}

function sorted(value: JsonObject): JsonObject {
  const deep = (part: Json): Json => {
    if (Array.isArray(part)) return part.map(deep);
    return typeof part === 'object' && part !== null ? sorted(part) : part;
  };
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, deep(value[key]!)]));
}
