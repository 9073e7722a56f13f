import type { SyncClient } from '../../sync/client.ts';
import type { Entity } from '../../sync/models/entity.ts';
import type { StatusNode } from './node.ts';

/** Adds to a server's tree what is in Sync and no resource stands for; events are looked for in no pipeline. Rejects with SyncError. */
export async function addForeign(server: StatusNode, sync: SyncClient): Promise<void> {
  const known = new Set(idsBelow(server));
  const unknown = (kind: string, entities: readonly Entity[]) =>
    entities.filter(({ id }) => !known.has(`${kind}/${id}`)).map((entity) => foreignNode(kind, entity));
  for (const workspace of await sync.workspaces.list()) {
    const [connections, jobs, transformations, pipelines] = await Promise.all([
      sync.connections.list(workspace.id),
      sync.jobs.list(workspace.id),
      sync.transformations.list(workspace.id),
      sync.pipelines.list(workspace.id),
    ]);
    const content = [
      ...unknown('SyncConnection', connections),
      ...unknown('SyncJob', jobs),
      ...unknown('SyncTransformation', transformations),
      ...unknown('SyncPipeline', pipelines),
    ];
    const present = server.children.find(({ kind, id }) => kind === 'SyncWorkspace' && id === workspace.id);
    if (present) present.children.push(...content);
    else server.children.push({ ...foreignNode('SyncWorkspace', workspace), children: content });
  }
  server.children.push(...unknown('SyncUser', await sync.users.list()));
}

function foreignNode(kind: string, { id, name, fields }: Entity): StatusNode {
  const user = fields.get('user');
  const called = name ?? (typeof user === 'string' ? user : id);
  return { kind, name: called, id, manages: 'foreign', health: 'unknown', children: [] };
}

function* idsBelow({ children }: StatusNode): Generator<string> {
  for (const child of children) {
    if (child.id !== undefined) yield `${child.kind}/${child.id}`;
    yield* idsBelow(child);
  }
}
