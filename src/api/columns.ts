import type { Column } from './definition.ts';

/** Columns of `kubectl get` that several kinds have. */

const conditionColumn = (name: string, type: string, description: string): Column => ({
  name,
  type: 'string',
  jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
  description,
});

export const READY = conditionColumn('Ready', 'Ready', 'Whether the configuration in Sync is as wanted.');
export const SYNCED = conditionColumn('Synced', 'Synced', 'Whether the object in Sync equals the spec.');
export const REASON: Column = {
  name: 'Reason',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
  description: 'Why it is ready or not.',
};
export const LAST_RUN: Column = {
  name: 'Last run',
  type: 'string',
  jsonPath: '.status.lastRun.state',
  description: 'How the last run went.',
};
export const LAST_RUN_END: Column = {
  name: 'Ended',
  type: 'date',
  jsonPath: '.status.lastRun.completionTime',
  description: 'When the last run ended.',
};
export const ID: Column = {
  name: 'Id',
  type: 'string',
  jsonPath: '.status.id',
  description: 'Id in Sync.',
  priority: 1,
};
export const AGE: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Age of the resource.',
};

/** A column that shows a field of the spec. */
export function specColumn(name: string, path: string, description: string, priority?: number): Column {
  const column: Column = { name, type: 'string', jsonPath: `.spec.${path}`, description };
  return priority === undefined ? column : { ...column, priority };
}

export { conditionColumn };
