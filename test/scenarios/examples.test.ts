import { beforeAll, expect, test } from 'vitest';
import type { Random } from '../../src/ports/random.ts';
import type { Loose, Manifest } from '../cluster/types.ts';
import { type Dialect, randomDialect, referenceDialect } from '../simulator/dialect.ts';
import { exampleManifests, servedAt, withDeletion } from '../support/examples.ts';
import { SYNC_URL } from '../support/manifests.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;

const isOurs = ({ kind }: Manifest) => kind.startsWith('Sync');

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** What the server holds, whatever it makes of the ends of texts. */
function holdings(world: World): unknown {
  return JSON.parse(world.simulator.dump(), (_, value) => (typeof value === 'string' ? value.trim() : value));
}

const full = (world: World) => servedAt(exampleManifests(world.simulator.token, 'full'), SYNC_URL);

function isReady(world: World, { kind, metadata }: Manifest): boolean {
  return world.condition(kind, String(metadata.name), 'Ready')?.startsWith('True') === true;
}

/** Applies in that order, with pauses up to `pauseMs`, and waits until all are Ready. */
async function converge(world: World, order: readonly Manifest[], pause: () => number): Promise<void> {
  await world.start();
  for (const manifest of order) {
    world.apply(manifest);
    await world.settle(pause());
  }
  await eventually(world, () => order.filter(isOurs).every((one) => isReady(world, one)), 'all Ready');
}

/** Within an hour; asked every ten seconds, since the question is about everything. */
async function eventually(world: World, holds: () => boolean, what: string): Promise<void> {
  for (let asked = 0; asked < 360 && !holds(); asked++) await world.settle(10_000);
  await world.until(holds, 1_000, what);
}

/** What the server holds after the example was applied in the order of its files, on the reference server. */
let expected: unknown;
beforeAll(async () => {
  const world = createWorld();
  await converge(world, withDeletion(full(world), 'Delete'), () => 0);
  expected = holdings(world);
});

test('examples/full holds what it says: all types of jobs, all kinds of steps, all roles', async () => {
  const world = createWorld();
  await converge(world, full(world), () => 0);
  await world.settle(10 * MINUTE);
  const { workspaces, connections, jobs, transformations, pipelines, events, users } = world.simulator.state;
  // The default workspace and the administrator were there before.
  expect([workspaces.size, connections.size, users.size]).toEqual([3, 5, 5]);
  const types = (items: Map<string, { fields: Loose }>) => [...items.values()].map(({ fields }) => fields.type).sort();
  expect(types(jobs)).toEqual(['ChangeDataCapture', 'LoadFolder', 'ReverseETL', 'Standard', 'SyncAll']);
  expect(types(transformations)).toEqual(['DBT', 'SQL']);
  const known = new Map([...jobs, ...events, ...transformations].map(([id, { fields }]) => [id, fields.name]));
  const [morning] = [...pipelines.values()];
  const steps = morning!.children.map(({ fields }) => known.get(String(fields.reference)));
  expect(steps).toEqual(['CRM', 'Check', 'Revenue', 'Scores to CRM', 'Done']);
  const roles = [...users.values()].flatMap(({ fields }) => fields.roles as string[]).sort();
  expect(roles).toEqual(['cdata_admin', 'cdata_admin', 'cdata_job_creator', 'cdata_standard', 'cdata_support']);
  expect(world.cluster.events().filter(({ type }) => type === 'Warning')).toEqual([]);
  const since = world.clock.now();
  await world.settle(60 * MINUTE);
  expect(world.syncWrites(since)).toEqual([]);
});

/** Every seed has a server of its own; the first one is the reference. */
const dialectFor = (seed: number): Dialect =>
  seed === 0 ? referenceDialect : randomDialect(createSeededRandom(1_000 + seed));

test.each(Array.from({ length: 100 }, (_, seed) => seed))(
  'examples/full in any order on any server is the same in the end, and gone without a trace (seed %i)',
  async (seed) => {
    const random = createSeededRandom(seed);
    const world = createWorld({ seed, dialect: dialectFor(seed) });
    const before = world.simulator.dump();
    const manifests = withDeletion(full(world), 'Delete');
    await converge(world, shuffled(manifests, random), () => Math.floor(random.next() ** 3 * 20_000));
    expect(holdings(world)).toEqual(expected);

    const going = shuffled(manifests.filter(isOurs), random);
    for (const { kind, metadata } of going) {
      world.remove(kind, String(metadata.name));
      await world.settle(Math.floor(random.next() ** 3 * 10_000));
    }
    const isGone = () => !going.some(({ kind, metadata }) => world.get(kind, String(metadata.name)));
    await eventually(world, isGone, 'the end of all');
    expect(world.simulator.dump()).toBe(before);
    expect(world.logs.filter(({ level }) => level === 'error')).toEqual([]);
  },
);
