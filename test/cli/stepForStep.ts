import { stringify } from 'yaml';
import { definitionOf } from '../../src/api/registry.ts';
import type { PlanDocument, PlannedObject, PlannedStep } from '../../src/cli/plan/model.ts';
import type { Manifest } from '../cluster/types.ts';
import type { RequestEntry } from '../simulator/requests.ts';
import { OPERATOR_NAMESPACE, type World } from '../support/world.ts';
import { type Cli, createCli } from './cli.ts';

/** A write that a step comes to, in the words of the route table, and values that its body must hold. */
export interface Expected {
  object: string;
  operation: string;
  values: string[];
  /** A child that refers to what is made along with it. */
  waits: boolean;
}

/** `kubectl sync plan -o json` with these arguments, in a world where it must not change anything. */
export async function planned(
  world: World,
  args: readonly string[],
  cli = createCli(world),
): Promise<PlanDocument & { code: number; err: string }> {
  const [syncWrites, kubeWrites] = [world.simulator.writes().length, cli.network.exchanges.length];
  const result = await cli.run('plan', ...args, '-o', 'json', '--operator-namespace', OPERATOR_NAMESPACE);
  const changing = cli.network.exchanges
    .slice(kubeWrites)
    .filter(({ method, path }) => method !== 'GET' && !path.includes('dryRun=All'));
  if (changing.length > 0) throw new Error(`the plan sent ${changing.map(({ method, path }) => `${method} ${path}`)}`);
  if (world.instance === undefined || world.simulator.writes().length !== syncWrites) {
    const writes = world.simulator.writes().slice(syncWrites);
    throw new Error(`Sync was written to: ${writes.map(({ method, path }) => `${method} ${path}`)}`);
  }
  if (result.out === '') throw new Error(result.err);
  const document = JSON.parse(result.out) as PlanDocument;
  return { ...document, code: result.code, err: result.err };
}

/** The same for manifests in a file. */
export function plannedFiles(world: World, manifests: readonly Manifest[], cli: Cli = createCli(world)) {
  cli.files.set('/manifests/all.yaml', manifests.map((one) => stringify(one)).join('---\n'));
  return planned(world, ['-f', '/manifests'], cli);
}

/** What the steps come to, object by object; `approved`: once those that need it are approved. */
export function expectedWrites({ objects }: PlanDocument, approved = true): Expected[] {
  return objects.flatMap((object) => {
    const steps = object.steps.filter(({ held }) => held === undefined || (approved && held === 'Approval'));
    return steps.flatMap((step, at) => {
      const before = steps[at - 1];
      // Neighbouring updates are one call, unless one of them waited.
      const joins = step.verb === 'update' && before?.verb === 'update' && before.held === step.held;
      return joins ? [] : callsOf(object, step, joinedWith(steps, at));
    });
  });
}

function joinedWith(steps: readonly PlannedStep[], at: number): PlannedStep[] {
  const joined = [steps[at]!];
  if (steps[at]!.verb !== 'update') return joined;
  for (const step of steps.slice(at + 1)) {
    if (step.verb !== 'update' || step.held !== steps[at]!.held) break;
    joined.push(step);
  }
  return joined;
}

function callsOf(object: PlannedObject, { verb }: PlannedStep, joined: readonly PlannedStep[]): Expected[] {
  const api = apiOf(object.kind);
  const children = `${api}.${object.kind === 'SyncPipeline' ? 'steps' : 'tasks'}`;
  const operations = {
    create: [`${api}.create`],
    recreate: [`${api}.delete`, `${api}.create`],
    update: [`${api}.update`],
    activate: [`${api}.update`],
    addChild: [`${children}.add`],
    updateChild: [`${children}.update`],
    moveChild: [`${children}.move`],
    deleteChild: [`${children}.delete`],
    delete: [`${api}.delete`],
    run: [],
  }[verb];
  const values = joined.flatMap(({ changes }) => changes.flatMap(({ to }) => (to === undefined ? [] : [to])));
  const shown = values.filter(
    (value) => !/^\(secret\)$|known after apply|^[[{]|^null$|\.\.\.$|\([\w-]+\)$/.test(value),
  );
  return operations.map((operation, at) => ({
    object: `${object.kind} ${object.name}`,
    operation,
    waits: verb === 'addChild' && values.some((value) => value.includes('known after apply')),
    values: at === operations.length - 1 && !operation.endsWith('.delete') ? shown : [],
  }));
}

const apiOf = (kind: string) => definitionOf(kind)!.plural.slice('sync'.length);

/** The writes of the log, by the objects that they are about. `ids`: those that an object has and had. */
export function writesByObject(
  log: readonly RequestEntry[],
  objects: readonly Pick<PlannedObject, 'kind' | 'name' | 'remoteName'>[],
  ids: (object: Pick<PlannedObject, 'kind' | 'name'>) => readonly (string | undefined)[],
): Map<string, RequestEntry[]> {
  const found = new Map<string, RequestEntry[]>();
  for (const entry of log) {
    // A test of a connection changes nothing that is planned; what was refused changed nothing: another route was tried then.
    if (entry.operation === 'connections.test' || !entry.acted) continue;
    const owner = objects.find((object) => concerns(entry, object, ids(object)));
    const key = owner ? `${owner.kind} ${owner.name}` : `nobody: ${entry.method} ${entry.path}`;
    const before = found.get(key) ?? [];
    // While a list lags, what was moved is moved to the same place again.
    const last = before.at(-1);
    const isRepeated = entry.operation?.endsWith('.move') && last?.path === entry.path && last.body === entry.body;
    found.set(key, isRepeated ? before : [...before, entry]);
  }
  return found;
}

function concerns(
  { operation = '', path, body }: RequestEntry,
  { kind, remoteName, name }: Pick<PlannedObject, 'kind' | 'name' | 'remoteName'>,
  ids: readonly (string | undefined)[],
): boolean {
  if (!operation.startsWith(`${apiOf(kind)}.`)) return false;
  if (operation === `${apiOf(kind)}.create`) return body.includes(JSON.stringify(remoteName ?? name));
  const segments = path.split(/[/?]/);
  return ids.some((id) => id !== undefined && segments.includes(encodeURIComponent(id)));
}

/** Differences between what was planned and what the log shows, step for step; empty when there are none. */
export function differences(
  expected: readonly Expected[],
  log: ReadonlyMap<string, readonly RequestEntry[]>,
): string[] {
  const objects = new Set([...expected.map(({ object }) => object), ...log.keys()]);
  return [...objects].flatMap((object) => {
    const wanted = expected.filter((one) => one.object === object);
    const seen = log.get(object) ?? [];
    const [planned, done] = [wanted.map(({ operation }) => operation), seen.map(({ operation = '' }) => operation)];
    // Which step of a new pipeline has its target first is a matter of time, and so are the moves that follow.
    if (wanted.some(({ waits }) => waits)) {
      const settled = (operations: readonly string[]) => operations.filter((one) => !one.endsWith('.move')).sort();
      return settled(planned).join() === settled(done).join() ? [] : [`${object}: planned ${planned}; done ${done}`];
    }
    if (planned.join() !== done.join()) return [`${object}: planned ${planned}; done ${done}`];
    return wanted.flatMap(({ operation, values }, at) => {
      const { body } = seen[at]!;
      const missing = values.filter((value) => !body.includes(JSON.stringify(value).slice(1, -1)));
      return missing.map((value) => `${object}: ${operation} lacks ${value}: ${body}`);
    });
  });
}

/** Applies what was planned, approves what waits, and resolves to what differs from the plan. `withinMs`: until it is noticed. */
export async function applied(
  world: World,
  plan: PlanDocument,
  apply: () => void | Promise<void>,
  withinMs = 90_000,
): Promise<string[]> {
  const idsOf = ({ kind, name }: Pick<PlannedObject, 'kind' | 'name'>) =>
    world.status(kind, name).id as string | undefined;
  const before = new Map(plan.objects.map((object) => [`${object.kind} ${object.name}`, idsOf(object)]));
  const since = world.simulator.writes().length;
  await apply();
  await world.settle(withinMs);
  for (let round = 0; round < 3; round++) {
    for (const { kind, name } of plan.objects) {
      const waiting = world.condition(kind, name, 'Ready') === 'False AwaitingApproval';
      if (waiting) world.annotate(kind, name, { 'approve-plan': String(world.status(kind, name).plan.id) });
    }
    await world.settle(30_000);
  }
  await world.settle(180_000);
  const ids = (object: Pick<PlannedObject, 'kind' | 'name'>) => [
    before.get(`${object.kind} ${object.name}`),
    idsOf(object),
  ];
  return differences(expectedWrites(plan), writesByObject(world.simulator.writes().slice(since), plan.objects, ids));
}
