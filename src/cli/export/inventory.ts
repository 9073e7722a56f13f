import type { SyncClient } from '../../sync/client.ts';
import { SyncError } from '../../sync/errors.ts';
import type { Entity } from '../../sync/models/entity.ts';
import type { CallOptions } from '../../sync/session.ts';

/** One object with what is in it, read as fully as the server tells it. */
export interface Item {
  entity: Entity;
  /** Tasks or steps, in order. */
  children: Entity[];
}

/** What one workspace holds. */
export interface Content {
  workspace: Entity;
  connections: Item[];
  jobs: Item[];
  transformations: Item[];
  pipelines: (Item & { events: Item[] })[];
}

export interface Inventory {
  contents: Content[];
  users: Item[];
}

/** Reads a server, or one workspace of it by its id or name. Rejects with SyncError; `undefined` when there is no such workspace. */
export async function takeInventory(sync: SyncClient, only?: string): Promise<Inventory | undefined> {
  const all = await sync.workspaces.list();
  const chosen = all.filter(({ id, name }) => only === undefined || id === only || name === only);
  if (chosen.length === 0 && only !== undefined) return undefined;
  const contents: Content[] = [];
  for (const workspace of chosen) contents.push(await contentOf(sync, workspace));
  return { contents, users: only === undefined ? await items(await sync.users.list(), sync.users) : [] };
}

async function contentOf(sync: SyncClient, workspace: Entity): Promise<Content> {
  const { connections, jobs, transformations, pipelines, events } = sync;
  const { id } = workspace;
  const flows = await items(await pipelines.list(id), pipelines, pipelines.steps);
  return {
    workspace,
    connections: await items(await connections.list(id), connections),
    jobs: await items(await jobs.list(id), jobs, jobs.tasks),
    transformations: await items(await transformations.list(id), transformations, transformations.tasks),
    pipelines: await Promise.all(
      flows.map(async (flow) => {
        const pipelineId = flow.entity.id;
        const get = (eventId: string, options: CallOptions) => events.get(pipelineId, eventId, options);
        return { ...flow, events: await items(await events.list(pipelineId), { get }) };
      }),
    ),
  };
}

/** What a list has just shown is there: that it is not found means that the server has no such call. */
const LISTED: CallOptions = { known: true };

/** Lists may leave fields out, so each is read by itself; the client keeps to the limits of the SyncServer. */
function items(
  listed: readonly Entity[],
  api: { get(id: string, options: CallOptions): Promise<Entity> },
  children?: { list(parentId: string): Promise<Entity[]> },
): Promise<Item[]> {
  return Promise.all(
    listed.map(async (entry) => {
      const entity = (await unless(api.get(entry.id, LISTED))) ?? entry;
      const below = children && (await unless(children.list(entry.id)));
      return { entity, children: below ?? entity.children ?? entry.children ?? [] };
    }),
  );
}

/** Undefined where the server has no such call. */
async function unless<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof SyncError && error.outcome.kind === 'unsupported') return undefined;
    throw error;
  }
}
