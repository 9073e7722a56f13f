import type { Json } from '../../ports/json.ts';
import { decodeErrorWords } from '../decode.ts';
import { SyncError } from '../errors.ts';
import { isObject } from '../json.ts';
import { pick } from '../keys.ts';
import type { Entity } from '../models/entity.ts';
import {
  type ColumnRecord,
  decodeColumn,
  decodeLogFile,
  decodeTable,
  type LogFileRecord,
  runStateOf,
  type TableRecord,
} from '../models/records.ts';
import { factOf } from '../models/wire.ts';
import type { Again } from '../paging.ts';
import type { CallOptions, Created, Session, TakeEntity } from '../session.ts';

/** sync-api-v2.md section 4.2. Every function rejects with SyncError only. */
export interface ConnectionsApi {
  list(workspaceId: string, options?: CallOptions): Promise<Entity[]>;
  /** Hands on each object of the list that `again` does not take. Only when it resolves were they all. */
  each(workspaceId: string, take: TakeEntity, options?: CallOptions, again?: Again): Promise<void>;
  get(id: string, options?: CallOptions): Promise<Entity>;
  create(workspaceId: string, fields: ReadonlyMap<string, Json>, options?: CallOptions): Promise<Created>;
  update(base: Entity, changes: ReadonlyMap<string, Json>, options?: CallOptions): Promise<void>;
  delete(id: string, options?: CallOptions): Promise<void>;
  /** A failed test is a result, not an error. */
  test(id: string, options?: CallOptions): Promise<TestResult>;
  tables(id: string, options?: CallOptions): Promise<TableRecord[]>;
  columns(id: string, table: string, options?: CallOptions): Promise<ColumnRecord[]>;
  resetMetadata(id: string, options?: CallOptions): Promise<void>;
  resetCredentials(id: string, options?: CallOptions): Promise<void>;
  logs: {
    list(id: string, options?: CallOptions): Promise<LogFileRecord[]>;
    /** The text of a log file, with known secrets hidden. */
    download(id: string, file: string, options?: CallOptions): Promise<string>;
  };
}

export interface TestResult {
  /** Undefined: the reply does not say. */
  ok: boolean | undefined;
  /** The server's words, scrubbed. */
  words: string;
}

export function createConnectionsApi(session: Session): ConnectionsApi {
  const within = (workspace_id: string, options?: CallOptions) => ({ ...options, params: { workspace_id } });
  const at = (connection_id: string, options?: CallOptions) => ({ ...options, params: { connection_id } });
  return {
    list: (workspaceId, options) => session.entities('connection', 'connections.list', within(workspaceId, options)),
    each: (workspaceId, take, options, again) =>
      session.eachEntity('connection', 'connections.list', within(workspaceId, options), take, again),
    get: (id, options) => session.entity('connection', 'connections.get', at(id, options), id),
    create: (workspaceId, fields, options) =>
      session.create('connection', 'connections.create', within(workspaceId, options), fields),
    update: (base, changes, options) =>
      session.update('connection', 'connections.update', at(base.id, options), base, changes),
    delete: async (id, options) => void (await session.call('connections.delete', at(id, options))),
    test: (id, options) => test(session, { ...at(id, options) }),
    tables: async (id, options) => {
      const items = await session.items('connections.tables', at(id, options));
      return items.map(decodeTable).filter((table) => table !== undefined);
    },
    columns: async (id, table, options) => {
      const args = { ...options, params: { connection_id: id, table } };
      const items = await session.items('connections.columns', args);
      return items.map(decodeColumn).filter((column) => column !== undefined);
    },
    resetMetadata: async (id, options) => void (await session.act('connections.resetMetadata', at(id, options))),
    resetCredentials: async (id, options) => void (await session.act('connections.resetCredentials', at(id, options))),
    logs: {
      list: async (id, options) => {
        const items = await session.items('connections.logs.list', at(id, options));
        return items.map((item) => decodeLogFile(item, session.wire)).filter((file) => file !== undefined);
      },
      download: async (id, file, options) => {
        // Nobody knows whether the name belongs into the path or the body; where the path has it, the body does no harm.
        const body = { [String(factOf(session.facts(), 'logFileKey') ?? 'file_name')]: file };
        const reply = await session.call('connections.logs.download', {
          ...options,
          params: { connection_id: id, file },
          body,
        });
        const inside = isObject(reply.json) ? pick(reply.json, 'content', 'text', 'data', 'log', 'value') : reply.json;
        return session.scrubber.hide(typeof inside === 'string' ? inside : reply.text);
      },
    },
  };
}

async function test(session: Session, args: CallOptions & { params: { connection_id: string } }): Promise<TestResult> {
  try {
    const { json, text } = await session.act('connections.test', args);
    if (json === undefined && text.trim() === '') return { ok: undefined, words: '' };
    return {
      ok: verdict(session, json ?? text),
      words: session.scrub(decodeErrorWords(json, isObject(json) ? '' : text)),
    };
  } catch (error) {
    // A server may refuse the call to say that the test failed (section 4.2, Test).
    const isResult =
      error instanceof SyncError && error.outcome.kind === 'http' && [400, 422].includes(error.outcome.status);
    if (isResult) return { ok: false, words: error.words };
    throw error;
  }
}

function verdict({ wire }: Session, body: Json): boolean | undefined {
  const said = isObject(body)
    ? pick(body, 'success', 'ok', 'successful', 'is_successful', 'status', 'state', 'result', 'connection_state')
    : body;
  if (typeof said === 'boolean') return said;
  if (isObject(body) && said === undefined && pick(body, 'error') != null) return false;
  if (typeof said !== 'string') return undefined;
  if (/^(true|ok|pass(ed)?)$/i.test(said)) return true;
  const state = runStateOf(said, wire);
  return /^false$/i.test(said) || state === 'failed' ? false : state === 'succeeded' ? true : undefined;
}
