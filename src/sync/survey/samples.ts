import type { Json, JsonObject } from '../../ports/json.ts';
import type { SyncClient } from '../client.ts';
import { decodeList, type ListBody } from '../decode.ts';
import { SyncError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Entity } from '../models/entity.ts';
import type { RunRecord } from '../models/records.ts';

/** What reading a server has shown. */
export interface Samples {
  /** First pages of lists as they came, with their envelopes. */
  lists: { operation: string; json: Json; body: ListBody }[];
  /** Objects as lists show them, and read one by one. */
  listed: Entity[];
  items: Entity[];
  /** Tasks and steps of one parent, in the order of the reply. */
  children: { parent: Entity; own: boolean; entities: Entity[] }[];
  /** Runs of one object, newest first where that can be told, and raw. */
  histories: { runs: RunRecord[]; raw: JsonObject[] }[];
  statuses: RunRecord[];
  /** A documented URL with an id that cannot exist, and one that is no operation's. */
  noObject?: { status: number; json?: Json; text: string };
  noRoute?: { status: number };
  /** What came of each operation that was tried. */
  tried: Map<string, Tried>;
}

export type Tried = { outcome: 'works' } | { outcome: 'missing' } | { outcome: 'fails'; why: string };

/** How many objects of a kind are read in full. */
const READ = 3;
const NO_ID = '00000000-0000-4000-8000-000000000000';

/** Reads a little of everything. Only GETs are made. Rejects with SyncError only where the workspaces cannot be listed. */
export async function takeSamples(client: SyncClient): Promise<Samples> {
  const samples: Samples = {
    lists: [],
    listed: [],
    items: [],
    children: [],
    histories: [],
    statuses: [],
    tried: new Map(),
  };
  const workspaces = await client.workspaces.list();
  samples.tried.set('workspaces.list', { outcome: 'works' });
  samples.listed.push(...workspaces);
  const attempt = attempts(samples);
  const raw = async (operation: string, params: Record<string, string>) => {
    const reply = await attempt(operation, () => client.call(operation, { params, known: true }));
    const body = decodeList(reply?.json);
    if (body) samples.lists.push({ operation, json: reply!.json!, body });
    return body;
  };
  await raw('workspaces.list', {});
  for (const one of workspaces.slice(0, READ)) {
    const item = await attempt('workspaces.get', () => client.workspaces.get(one.id, { known: true }));
    if (item) samples.items.push(item);
  }
  const look = { client, samples, attempt, raw, workspaces };
  await lookAtConnections(look);
  await lookAtRunning(look, 'jobs', 'job_id');
  await lookAtRunning(look, 'transformations', 'transformation_id');
  await lookAtRunning(look, 'pipelines', 'pipeline_id');
  await lookAtUsers(look);
  const { status, json, text } = await client.peek(`/workspaces/${NO_ID}`);
  samples.noObject = { status, text, ...(json !== undefined && { json }) };
  samples.noRoute = { status: (await client.peek('/workspaces/default/no-such-route')).status };
  return samples;
}

type Attempt = <T>(operation: string, call: () => Promise<T>) => Promise<T | undefined>;

interface Look {
  client: SyncClient;
  samples: Samples;
  attempt: Attempt;
  raw(operation: string, params: Record<string, string>): Promise<ListBody | undefined>;
  workspaces: readonly Entity[];
}

/** Makes a call and notes what came of it; one that has worked once works. */
function attempts({ tried }: Samples): Attempt {
  return async (operation, call) => {
    try {
      const result = await call();
      tried.set(operation, { outcome: 'works' });
      return result;
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      if (tried.get(operation)?.outcome !== 'works') tried.set(operation, triedOf(error));
      return undefined;
    }
  };
}

function triedOf({ outcome, message }: SyncError): Tried {
  return outcome.kind === 'unsupported' ? { outcome: 'missing' } : { outcome: 'fails', why: message };
}

async function lookAtConnections({ client, samples, attempt, raw, workspaces }: Look): Promise<void> {
  const all: Entity[] = [];
  for (const { id } of workspaces) {
    await raw('connections.list', { workspace_id: id });
    all.push(...((await attempt('connections.list', () => client.connections.list(id, { known: true }))) ?? []));
  }
  samples.listed.push(...all);
  for (const { id } of all.slice(0, READ)) {
    const item = await attempt('connections.get', () => client.connections.get(id, { known: true }));
    if (item) samples.items.push(item);
    await attempt('connections.logs.list', () => client.connections.logs.list(id, { known: true }));
    const tables = await attempt('connections.tables', () => client.connections.tables(id, { known: true }));
    const table = tables?.[0]?.name;
    if (table !== undefined)
      await attempt('connections.columns', () => client.connections.columns(id, table, { known: true }));
  }
}

async function lookAtRunning(
  { client, samples, attempt, raw, workspaces }: Look,
  api: 'jobs' | 'transformations' | 'pipelines',
  param: string,
): Promise<void> {
  const calls = client[api];
  const all: Entity[] = [];
  for (const { id } of workspaces) {
    await raw(`${api}.list`, { workspace_id: id });
    all.push(...((await attempt(`${api}.list`, () => calls.list(id, { known: true }))) ?? []));
  }
  samples.listed.push(...all);
  for (const listed of all.slice(0, READ)) {
    const { id } = listed;
    const item = await attempt(`${api}.get`, () => calls.get(id, { known: true }));
    if (item) samples.items.push(item);
    const parent = item ?? listed;
    if (parent.children) samples.children.push({ parent, own: true, entities: parent.children });
    await lookAtChildren({ client, samples, attempt }, api, parent);
    await lookAtRuns({ client, samples, attempt, raw }, api, param, id);
  }
}

async function lookAtChildren(
  { client, samples, attempt }: Pick<Look, 'client' | 'samples' | 'attempt'>,
  api: 'jobs' | 'transformations' | 'pipelines',
  parent: Entity,
): Promise<void> {
  const calls = api === 'pipelines' ? client.pipelines.steps : client[api].tasks;
  const name = `${api}.${api === 'pipelines' ? 'steps' : 'tasks'}`;
  const entities = await attempt(`${name}.list`, () => calls.list(parent.id, { known: true }));
  if (entities) samples.children.push({ parent, own: false, entities });
  const first = entities?.[0];
  if (first && calls.get) await attempt(`${name}.get`, () => calls.get!(parent.id, first.id, { known: true }));
  if (api !== 'jobs') {
    if (api === 'pipelines') await lookAtEvents({ client, samples, attempt }, parent.id);
    return;
  }
  await attempt('jobs.tasks.lastRun', () => client.jobs.tasks.lastRun(parent.id, { known: true }));
  if (first) await attempt('jobs.tasks.history', () => client.jobs.tasks.history(parent.id, first.id, { known: true }));
}

async function lookAtEvents(
  { client, samples, attempt }: Pick<Look, 'client' | 'samples' | 'attempt'>,
  pipelineId: string,
): Promise<void> {
  const events = (await attempt('events.list', () => client.events.list(pipelineId, { known: true }))) ?? [];
  samples.listed.push(...events);
  const [first] = events;
  if (!first) return;
  const item = await attempt('events.get', () => client.events.get(pipelineId, first.id, { known: true }));
  if (item) samples.items.push(item);
}

async function lookAtRuns(
  { client, samples, attempt, raw }: Pick<Look, 'client' | 'samples' | 'attempt' | 'raw'>,
  api: 'jobs' | 'transformations' | 'pipelines',
  param: string,
  id: string,
): Promise<void> {
  const calls = client[api];
  const status = await attempt(`${api}.status`, () => calls.status(id, { known: true }));
  if (status) samples.statuses.push(status);
  const runs = await attempt(`${api}.history`, () => calls.history(id, { known: true }));
  const shown = await raw(`${api}.history`, { [param]: id });
  if (!runs || !shown) return;
  samples.histories.push({ runs, raw: shown.items.filter(isObject) });
  const entry = runs.find((run) => run.id !== undefined)?.id;
  if (entry === undefined || api === 'transformations') return;
  await attempt(`${api}.historyEntry`, () => client[api].historyEntry(id, entry, { known: true }));
}

async function lookAtUsers({ client, samples, attempt, raw }: Look): Promise<void> {
  await raw('users.list', {});
  const users = (await attempt('users.list', () => client.users.list())) ?? [];
  samples.listed.push(...users);
  for (const { id } of users.slice(0, READ)) {
    const item = await attempt('users.get', () => client.users.get(id, { known: true }));
    if (item) samples.items.push(item);
  }
}
