import type { Table } from './catalogue.ts';
import type { Kind } from './fields.ts';
import { createItem, mergeProperties, removeItem } from './objects.ts';
import { makeChild } from './operations/children.ts';
import type { Behaviour, Run } from './progress.ts';
import { type Child, type Fields, type Item, itemsOf } from './state.ts';
import { changed, type World } from './world.ts';

/** What a person does in the console, past the API: no refusals for being busy, no place in the request log. Reads of the API lag as ever. */
export interface Console {
  createWorkspace(name: string): Item;
  /** Fields by canonical dotted path (`properties`, `schedule.cron`), references by id; the default workspace when none is named. */
  createConnection(fields: Fields, workspaceId?: string): Item;
  createJob(fields: Fields, tasks?: readonly Fields[], workspaceId?: string): Item;
  createTransformation(fields: Fields, tasks?: readonly Fields[], workspaceId?: string): Item;
  /** Steps name what they run: `{ reference: id }`. */
  createPipeline(fields: Fields, steps?: readonly Fields[], workspaceId?: string): Item;
  createEvent(pipelineId: string, fields: Fields): Item;
  createUser(fields: Fields): Item;
  /** Sets fields; `properties` merge. */
  edit(kind: Kind, id: string, fields: Fields): void;
  remove(kind: Kind, id: string): void;
  addTask(parentId: string, fields: Fields, position?: number): Child;
  editTask(parentId: string, childId: string, fields: Fields): void;
  removeTask(parentId: string, childId: string): void;
  /** Positions count from 0. */
  moveTask(parentId: string, childId: string, position: number): void;
  /** Starts a job, transformation or pipeline. */
  run(id: string): Run;
  cancel(id: string): Run;
  /** How runs go; of all that have nothing of their own when `id` is undefined. */
  behaviour(id: string | undefined, behaviour: Partial<Behaviour>): void;
  /** Takes rights away from the API's caller, or gives them back. */
  forbid(kind: Kind, id: string, what: 'write' | 'all' | undefined): void;
  /** The tables of a connection, or of all that have none of their own. */
  setTables(connectionId: string | undefined, tables: readonly Table[]): void;
  addToken(token: string): void;
  revokeToken(token: string): void;
}

export function createConsole(world: World): Console {
  const { state } = world;
  const item = (kind: Kind, id: string): Item => {
    const found = itemsOf(state, kind).get(id);
    if (!found) throw new Error(`the console knows no ${kind} ${id}`);
    return found;
  };
  const runnable = (id: string): Item => {
    const found = state.jobs.get(id) ?? state.transformations.get(id) ?? state.pipelines.get(id);
    if (!found) throw new Error(`the console knows nothing to run as ${id}`);
    return found;
  };
  const inWorkspace = (
    kind: Kind,
    fields: Fields,
    children: readonly Fields[],
    workspaceId = state.defaultWorkspaceId,
  ) => {
    const made = createItem(world, kind, workspaceId, fields);
    made.children = children.map((child) => makeChild(world, child));
    changed(world, made);
    return made;
  };
  const placeOf = (parent: Item, childId: string) => {
    const at = parent.children.findIndex((child) => child.id === childId);
    if (at < 0) throw new Error(`the console knows no task or step ${childId}`);
    return at;
  };

  return {
    createWorkspace: (name) => createItem(world, 'workspace', undefined, { name }),
    createConnection: (fields, workspaceId) => inWorkspace('connection', fields, [], workspaceId),
    createJob: (fields, tasks = [], workspaceId) => inWorkspace('job', fields, tasks, workspaceId),
    createTransformation: (fields, tasks = [], workspaceId) =>
      inWorkspace('transformation', fields, tasks, workspaceId),
    createPipeline: (fields, steps = [], workspaceId) => inWorkspace('pipeline', fields, steps, workspaceId),
    createEvent: (pipelineId, fields) => createItem(world, 'event', pipelineId, fields),
    createUser: (fields) => createItem(world, 'user', undefined, fields),
    edit(kind, id, fields) {
      const found = item(kind, id);
      const { properties, ...rest } = fields;
      found.fields = { ...found.fields, ...rest };
      if (properties !== undefined) {
        found.fields.properties = mergeProperties(found.fields.properties as Fields, properties as Fields);
      }
      changed(world, found);
    },
    remove: (kind, id) => removeItem(world, item(kind, id)),
    addTask(parentId, fields, position) {
      const parent = runnable(parentId);
      const child = makeChild(world, fields);
      parent.children.splice(position ?? parent.children.length, 0, child);
      changed(world, parent);
      return child;
    },
    editTask(parentId, childId, fields) {
      const parent = runnable(parentId);
      const child = parent.children[placeOf(parent, childId)]!;
      child.fields = { ...child.fields, ...fields };
      child.updatedAt = world.clock.now();
      changed(world, parent);
    },
    removeTask(parentId, childId) {
      const parent = runnable(parentId);
      parent.children.splice(placeOf(parent, childId), 1);
      changed(world, parent);
    },
    moveTask(parentId, childId, position) {
      const parent = runnable(parentId);
      const [child] = parent.children.splice(placeOf(parent, childId), 1);
      parent.children.splice(position, 0, child!);
      changed(world, parent);
    },
    run: (id) => world.runs.start(runnable(id), 'console'),
    cancel: (id) => world.runs.cancel(runnable(id)),
    behaviour: (id, behaviour) => world.runs.behave(id, behaviour),
    forbid(kind, id, what) {
      const found = item(kind, id);
      if (what) found.forbidden = what;
      else delete found.forbidden;
      world.versions.record(kind, id, found);
    },
    setTables: (connectionId, tables) => world.catalogue.set(connectionId, tables),
    addToken: (token) => void state.tokens.add(token),
    revokeToken: (token) => void state.tokens.delete(token),
  };
}
