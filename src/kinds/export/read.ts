import type { SyncClient } from '../../sync/client.ts';
import { SyncError } from '../../sync/errors.ts';
import type { Entity } from '../../sync/models/entity.ts';
import type { ExportRules } from './rules.ts';

/** One object of a server, read in full. */
export interface Found {
  rules: ExportRules;
  entity: Entity;
  /** In order; undefined: none, or not shown. */
  children: readonly Entity[] | undefined;
}

/** Reads all objects of a kind below one parent, with their tasks or steps. Rejects with SyncError; `note` is told what this server or token cannot show. */
export async function readAll(
  client: SyncClient,
  rules: ExportRules,
  parentId: string,
  note: (text: string) => void,
): Promise<Found[]> {
  const { plural } = rules.definition;
  const noun = plural.slice('sync'.length);
  const listed = await rules.list(client, parentId).catch((error: unknown) => {
    const why = whyHidden(error);
    if (why === undefined) throw error;
    note(`${noun} are left out: ${why}`);
    return [];
  });
  const found: Found[] = [];
  for (const entity of listed) {
    const full = await inFull(client, rules, entity, parentId, note);
    if (!full) continue;
    found.push({ rules, entity: full, children: full.children ?? (await childrenOf(client, rules, full, note)) });
  }
  return found;
}

/** By its own route, else as the list has it; undefined when it went meanwhile. */
async function inFull(
  client: SyncClient,
  rules: ExportRules,
  entity: Entity,
  parentId: string,
  note: (text: string) => void,
): Promise<Entity | undefined> {
  // It is in the list: a 404 is about the route, unless the list shows it no more.
  const isThere = async () => (await rules.list(client, parentId)).some(({ id }) => id === entity.id);
  try {
    return await rules.get(client, entity.id, parentId, { known: isThere });
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    if (error.outcome.kind === 'unsupported') return entity;
    if (error.outcome.kind === 'unreadable') {
      note(
        `${rules.definition.plural.slice('sync'.length)} are read off their list, which may leave fields out: ${error.message}`,
      );
      return entity;
    }
    if (error.outcome.kind === 'http' && error.outcome.status === 404) return (await isThere()) ? entity : undefined;
    throw error;
  }
}

async function childrenOf(
  client: SyncClient,
  { children, definition }: ExportRules,
  entity: Entity,
  note: (text: string) => void,
): Promise<Entity[] | undefined> {
  if (!children) return undefined;
  try {
    return await children.api(client).list(entity.id, { known: true });
  } catch (error) {
    const why = whyHidden(error);
    if (why === undefined) throw error;
    note(`${definition.kind} ${entity.name ?? entity.id}: ${children.list} are left out: ${why}`);
    return undefined;
  }
}

function whyHidden(error: unknown): string | undefined {
  if (!(error instanceof SyncError)) return undefined;
  if (error.outcome.kind === 'unsupported') return 'this server does not list them';
  if (error.outcome.kind === 'http' && error.outcome.status === 403) return 'the token may not read them';
  return undefined;
}
