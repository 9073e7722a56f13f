import type { Loose, Manifest } from '../cluster/types.ts';
import type { Effect } from '../simulator/faults.ts';
import type { Collection, Item } from '../simulator/state.ts';
import { nameOf } from '../simulator/state.ts';
import {
  connection,
  event,
  job,
  pipeline,
  secret,
  server,
  transformation,
  user,
  warehouse,
  workspace,
} from '../support/manifests.ts';
import { createWorld, type World, type WorldOptions } from '../support/world.ts';

export const USER_PASSWORD = 'canary-User+9/pa55';
export const PASSWORD = 'canary-Pa55/word+1';

/** Server, workspace and two connections, with the Secret that one of them needs. */
export const basics = () => [
  server(),
  workspace(),
  secret('warehouse', { password: PASSWORD }),
  connection(),
  warehouse(),
];

/** The other kinds on top of `basics` and the job: a transformation, a pipeline over all three kinds of steps, its event, and a user. */
export const environment = () => [
  ...basics(),
  job(),
  transformation(),
  pipeline(),
  event(),
  secret('jane', { password: USER_PASSWORD }),
  user(),
];

/** A running world in which all of `environment` is Ready and nothing is left to do. */
export async function convergedEnvironment(options: WorldOptions = {}, more: Manifest[] = []): Promise<World> {
  const world = createWorld(options);
  world.apply(environment(), more);
  await world.start();
  await allReady(world, OURS);
  await quiet(world);
  return world;
}

/** `job-0` to `job-7`, Ready. */
export async function eightMoreJobs(world: World): Promise<void> {
  const names = Array.from({ length: 8 }, (_, n) => `job-${n}`);
  world.apply(names.map((name, n) => job({ name: `Job ${n}` }, { name })));
  for (const name of names) await world.ready('SyncJob', name, 20 * 60_000);
  await quiet(world);
}

/** The resources of `environment` that have an object of their own. */
export const OURS = [
  ['SyncConnection', 'crm'],
  ['SyncConnection', 'warehouse'],
  ['SyncJob', 'nightly'],
  ['SyncTransformation', 'daily'],
  ['SyncPipeline', 'morning'],
  ['SyncEvent', 'notify'],
  ['SyncUser', 'jane'],
] as const;

export async function allReady(world: World, resources: readonly (readonly [string, string])[]): Promise<void> {
  for (const [kind, name] of resources) await world.ready(kind, name, 15 * 60_000);
}

/** A running world in which all of `basics` and the job are Ready and nothing is left to do. */
export async function convergedWorld({
  job: changes,
  ...options
}: WorldOptions & { job?: Loose } = {}): Promise<World> {
  const world = createWorld(options);
  world.apply(basics(), job(changes));
  await world.start();
  await world.ready('SyncJob', 'nightly');
  await world.ready('SyncConnection', 'crm');
  await world.ready('SyncConnection', 'warehouse');
  await quiet(world);
  return world;
}

/** Long enough for every list to be polled, every lag to have passed and every turn to have come. */
export const quiet = (world: World) => world.settle(5 * 60_000);

/** The only object of that name; fails when there is none, or more than one. */
export function itemNamed(world: World, collection: Collection, name: string): Item {
  const found = [...world.simulator.state[collection].values()].filter((item) => nameOf(item) === name);
  if (found.length !== 1) throw new Error(`${found.length} of the ${collection} are named ${name}`);
  return found[0]!;
}

/** `PUT jobs.update` and so on: what reached the server and wanted to change something. */
export function writesOf(world: World, since = 0): string[] {
  return world.syncWrites(since).map(({ method, operation }) => `${method} ${operation}`);
}

/** The message of a condition; empty when there is none of that type. */
export function messageOf(world: World, kind: string, name: string, type = 'Ready'): string {
  const conditions: { type: string; message: string }[] = world.status(kind, name).conditions ?? [];
  return conditions.find((condition) => condition.type === type)?.message ?? '';
}

/** As often as it is asked. */
export const ALWAYS = 1e9;

/** A reply of that status, whose body is an error in the shape of the reference. */
export function status(code: number, message = `HTTP ${code}`, retryAfter?: string): Effect {
  const body = JSON.stringify({ error: { code: 'X', message } });
  return { kind: 'status', status: code, body, ...(retryAfter !== undefined && { retryAfter }) };
}
