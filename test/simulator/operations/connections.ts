import type { JsonObject } from '../../../src/ports/json.ts';
import { readKey } from '../body.ts';
import { CONNECTORS } from '../catalogue.ts';
import { seen, writable } from '../objects.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { isSecret } from '../render.ts';
import { busy } from '../runs.ts';
import { type Fields, type Item, nameOf } from '../state.ts';
import { connectionFailure, connectionsOf } from '../targets.ts';
import type { World } from '../world.ts';
import { changed } from '../world.ts';
import type { Operation } from './call.ts';
import type { Rules } from './crud.ts';

export const connectionRules: Rules = {
  accept(_world, fields, item) {
    const connector = fields.connector;
    if (typeof connector === 'string' && !CONNECTORS.includes(connector))
      throw invalid(`Unknown connector '${connector}'.`);
    if (item && !fields.name) throw invalid("'name' is required.");
    return withConnectionString(fields);
  },
  mayUpdate: refuseWhileUsed,
  mayDelete(world, item) {
    refuseWhileUsed(world, item);
    const user = usersOf(world, item)[0];
    if (user)
      throw new Refusal(409, 'ConnectionInUse', `The connection '${nameOf(item)}' is in use by '${nameOf(user)}'.`);
  },
};

export const test: Operation = ({ world, params }) => {
  const item = seen(world, 'connection', params.id!);
  const failure = connectionFailure(item);
  noteTest(world, item.id, failure === undefined);
  if (failure === undefined || world.dialect.testReply === 'silent') {
    return { kind: 'object', status: 200, body: { success: true, message: 'The connection was tested successfully.' } };
  }
  const message = world.echoSecrets ? `${failure} ${secretsOf(item)}` : failure;
  if (world.dialect.testReply === 'status') throw new Refusal(400, 'ConnectionFailed', message);
  return { kind: 'object', status: 200, body: { success: false, message } };
};

function noteTest(world: World, id: string, ok: boolean): void {
  const item = world.state.connections.get(id);
  if (!item) return;
  item.tested = { at: world.clock.now(), ok };
  world.versions.record('connection', id, item);
}

export const tables: Operation = ({ world, params }) => {
  const item = seen(world, 'connection', params.id!);
  const entries = world.catalogue.tables(item.id).map((table) => ({
    table_name: table.name,
    schema: table.schema ?? '',
    catalog: '',
    table_type: table.type ?? 'TABLE',
  }));
  return { kind: 'list', collection: 'tables', entries };
};

/** The table's name comes in the path or in the query. */
export const columns: Operation = ({ world, params, query }) => {
  const item = seen(world, 'connection', params.id!);
  const name = params.table ?? query.get('table') ?? '';
  const table = world.catalogue.tables(item.id).find((one) => one.name === name);
  if (!table) throw notFound('table', name);
  const entries = table.columns.map((column) => ({
    column_name: column.name,
    data_type: column.type,
    is_nullable: column.nullable ?? true,
    is_primary_key: column.key ?? false,
  }));
  return { kind: 'list', collection: 'columns', entries };
};

export const resetMetadata: Operation = ({ world, params }) => {
  const { metadataResets } = world.state;
  const item = writable(world, 'connection', params.id!);
  metadataResets.set(item.id, (metadataResets.get(item.id) ?? 0) + 1);
  return { kind: 'nothing' };
};

export const resetCredentials: Operation = ({ world, params }) => {
  const { credentialResets } = world.state;
  const item = writable(world, 'connection', params.id!);
  credentialResets.set(item.id, (credentialResets.get(item.id) ?? 0) + 1);
  changed(world, item);
  return { kind: 'nothing' };
};

export const logs: Operation = ({ world, params }) => {
  const item = seen(world, 'connection', params.id!);
  return { kind: 'list', collection: 'logs', entries: logFiles(item).map((file_name) => ({ file_name, size: 128 })) };
};

/** The file's name comes in the path or in the body; the reply is text. */
export const downloadLog: Operation = ({ world, params, body }) => {
  const item = seen(world, 'connection', params.id!);
  const file = params.file ?? String(readKey(body, 'file_name', 'file', 'name', 'log_file') ?? '');
  if (file === '') throw invalid("'file_name' is required.");
  if (!logFiles(item).includes(file)) throw notFound('log file', file);
  return { kind: 'text', body: `2026-01-01T00:00:00Z [INFO] Log of ${nameOf(item)}: ${file}\n` };
};

function logFiles(item: Item): string[] {
  return [`${item.id}.log`, `${item.id}.1.log`];
}

/** Jobs and transformations that name the connection. */
function usersOf({ state }: World, connection: Item): Item[] {
  const all = [...state.jobs.values(), ...state.transformations.values()];
  return all.filter((item) => connectionsOf(state, item).includes(connection));
}

function refuseWhileUsed(world: World, item: Item): void {
  const running = usersOf(world, item).find((user) => world.runs.active(user.id));
  if (running)
    throw busy(world.dialect, `The connection '${nameOf(item)}' is in use by '${nameOf(running)}', which is running.`);
}

function withConnectionString(fields: Fields): Fields {
  const { connection_string: text, ...rest } = fields;
  if (typeof text !== 'string' || text === '') return rest;
  const pairs = text.split(';').filter((pair) => pair.includes('='));
  const named = Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)]),
  );
  return { ...rest, properties: { ...named, ...(rest.properties as JsonObject | undefined) } };
}

function secretsOf(item: Item): string {
  const properties = (item.fields.properties ?? {}) as JsonObject;
  const secret = Object.entries(properties).filter(([key]) => isSecret(key));
  return secret.map(([key, value]) => `${key}=${String(value)}`).join('; ');
}
