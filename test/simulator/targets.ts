import type { Child, Item, State } from './state.ts';
import { nameOf } from './state.ts';
import type { World } from './world.ts';

/** What a run of a job or transformation goes through, task by task. */
export function partsOf(
  { state, catalogue }: Pick<World, 'state' | 'catalogue'>,
  item: Item,
): { labels: { childId: string; label: string }[]; unreachable: boolean } {
  const connections = connectionsOf(state, item);
  const unreachable = connections.some((connection) => connectionFailure(connection) !== undefined);
  if (item.children.length > 0) {
    return { labels: item.children.map((task) => ({ childId: task.id, label: labelOf(task) })), unreachable };
  }
  const all = item.fields.type === 'SyncAll' ? catalogue.tables(String(item.fields.source_connection)) : [];
  return { labels: all.map((table) => ({ childId: '', label: table.name })), unreachable };
}

/** The connections that a run of it touches. */
export function connectionsOf(state: State, item: Item): Item[] {
  return ['source_connection', 'destination_connection']
    .map((path) => state.connections.get(String(item.fields[path] ?? '')))
    .filter((connection) => connection !== undefined);
}

/** Why a test of the connection fails; undefined when it does not. */
export function connectionFailure(connection: Item): string | undefined {
  const values = Object.values((connection.fields.properties ?? {}) as Record<string, unknown>);
  const bad = values.find((value) => String(value).includes('unreachable'));
  return bad === undefined ? undefined : `Could not connect to ${String(bad)}.`;
}

/** A task's table, or its query. */
export function labelOf(task: Child): string {
  return String(task.fields.table || task.fields.query || task.fields.name || '');
}

/** The job, transformation or event that a step runs. */
export function stepTarget(state: State, step: Child): { item?: Item; name: string } {
  const id = String(step.fields.reference ?? '');
  const item = state.jobs.get(id) ?? state.transformations.get(id) ?? state.events.get(id);
  return item ? { item, name: nameOf(item) } : { name: id };
}
