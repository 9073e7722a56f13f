import type { Json } from '../../src/ports/json.ts';
import type { Kind } from './fields.ts';
import type { Run } from './progress.ts';

/** Values by canonical dotted path; references are ids. */
export type Fields = Record<string, Json>;

/** A task or a step. A step's fields are `type` and `reference`. */
export interface Child {
  id: string;
  fields: Fields;
  createdAt: number;
  updatedAt: number;
}

/** One object of the server. */
export interface Item {
  kind: Kind;
  id: string;
  /** The workspace, or an event's pipeline. */
  parentId?: string;
  fields: Fields;
  /** Tasks or steps, in order. */
  children: Child[];
  createdAt: number;
  updatedAt: number;
  /** What the caller may not do with it: answers 403. */
  forbidden?: 'write' | 'all';
  /** Result of a connection's last test. */
  tested?: { at: number; ok: boolean };
}

/** Everything that the server holds; plain data, for tests to read. */
export interface State {
  workspaces: Map<string, Item>;
  connections: Map<string, Item>;
  jobs: Map<string, Item>;
  transformations: Map<string, Item>;
  pipelines: Map<string, Item>;
  events: Map<string, Item>;
  users: Map<string, Item>;
  /** Every run of a job, transformation or pipeline, in the order in which they began. */
  runs: Map<string, Run>;
  tokens: Set<string>;
  /** How often credentials and metadata were reset, by connection id. */
  credentialResets: Map<string, number>;
  metadataResets: Map<string, number>;
  defaultWorkspaceId: string;
}

export type Collection = 'workspaces' | 'connections' | 'jobs' | 'transformations' | 'pipelines' | 'events' | 'users';

export const COLLECTIONS: Readonly<Record<Kind, Collection>> = {
  workspace: 'workspaces',
  connection: 'connections',
  job: 'jobs',
  transformation: 'transformations',
  pipeline: 'pipelines',
  event: 'events',
  user: 'users',
};

export function emptyState(): State {
  return {
    workspaces: new Map(),
    connections: new Map(),
    jobs: new Map(),
    transformations: new Map(),
    pipelines: new Map(),
    events: new Map(),
    users: new Map(),
    runs: new Map(),
    tokens: new Set(),
    credentialResets: new Map(),
    metadataResets: new Map(),
    defaultWorkspaceId: '',
  };
}

/** The objects of one kind. */
export function itemsOf(state: State, kind: Kind): Map<string, Item> {
  return state[COLLECTIONS[kind]];
}

/** What a person calls it. */
export function nameOf(item: Item): string {
  return String(item.fields[item.kind === 'user' ? 'user' : 'name'] ?? '');
}
