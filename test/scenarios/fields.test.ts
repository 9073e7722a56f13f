import { describe, expect, test } from 'vitest';
import { type Field, fieldOf } from '../../src/api/fields.ts';
import type { Loose } from '../cluster/types.ts';
import { secret } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { CASES, ELSEWHERE, type FieldCase, GROUND, PASSWORD } from './fieldSamples.ts';
import { quiet } from './landscape.ts';

async function converged({ kind, name, more = [] }: FieldCase): Promise<World> {
  const world = createWorld();
  world.apply(GROUND(), more);
  await world.start();
  await world.ready('SyncJob', 'nightly');
  await world.ready('SyncWorkspace', 'analytics');
  await world.ready(kind, name);
  await quiet(world);
  return world;
}

async function readItem(world: World, path: string): Promise<Loose> {
  const headers = { 'x-cdata-authtoken': world.simulator.token };
  const signal = new AbortController().signal;
  const reply = await world.simulator.handler({ method: 'GET', path, headers, body: '', signal });
  return JSON.parse(String(reply.body)) as Loose;
}

function leaves(value: unknown, at = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[at, JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, at === '' ? key : `${at}.${key}`)]));
}

/** Where a written body says something else than the item did. A reference is one place. */
function differences(body: Loose, item: Loose): string[] {
  const before = leaves(item);
  const places = [...leaves(body)].filter(([path, value]) => before.get(path) !== value).map(([path]) => path);
  return [...new Set(places.map((path) => path.replace(/(_connection)\.(id|name)$/, '$1')))];
}

const sent = (field: Field | undefined) => field !== undefined && field.change !== 'local' && field.change !== 'fixed';

describe.each(CASES)('$kind', (one) => {
  const { kind, name, table, samples, manifest, item } = one;
  test('every field that a user may write has a sample', () => {
    const missing = table.filter(
      ({ path, change }) => !(path in samples) && change !== 'fixed' && !ELSEWHERE.has(path),
    );
    expect(missing.map(({ path }) => path)).toEqual([]);
    expect(Object.keys(samples).filter((path) => !fieldOf(table, path))).toEqual([]);
  });

  const written = Object.keys(samples).filter((path) => sent(fieldOf(table, path)));
  test.each(written.map((path) => [path]))('%s changed alone is one write that differs in it alone', async (path) => {
    const world = await converged(one);
    const field = fieldOf(table, path)!;
    const id = String(world.status(kind, name).id);
    const pipelineId = String(world.status('SyncPipeline', 'morning').id);
    const before = await readItem(world, `/api.rsc/v2/${item?.replace('{pipeline}', pipelineId)}/${id}`);
    const since = world.clock.now();
    if (path === 'properties.Password') world.apply(secret('warehouse', { password: String(PASSWORD[1]) }));
    else world.apply(manifest(path));
    const after = samples[path]![1];
    const risky =
      field.destructive === true ||
      field.change === 'unknown' ||
      (field.destructive === 'whenTrue' && after === true) ||
      (field.destructive === 'whenFalse' && after === false);
    if (risky) {
      await world.untilCondition(kind, name, 'Ready', 'False AwaitingApproval');
      expect(world.syncWrites(since)).toEqual([]);
      world.annotate(kind, name, { 'approve-plan': String((world.status(kind, name).plan as Loose).id) });
    }
    await world.settle(1_000);
    await quiet(world);
    const writes = world.syncWrites(since);
    expect(writes.map(({ method }) => method)).toEqual(['PUT']);
    expect(world.condition(kind, name, 'Ready')).toBe('True Available');
    if (path.includes('[]')) return;
    const places = differences(JSON.parse(writes[0]!.body) as Loose, before);
    expect(places).toHaveLength(1);
    if (path !== 'trigger.afterTasks') expect(JSON.stringify(writes[0]!.body)).toContain(sampleText(after));
  });

  const unsent = Object.keys(samples).filter((path) => !sent(fieldOf(table, path)));
  test.each(unsent.map((path) => [path]))('%s is never sent: its change writes nothing', async (path) => {
    const world = await converged(one);
    const since = world.clock.now();
    world.apply(manifest(path));
    await quiet(world);
    expect(world.syncWrites(since).filter(({ operation }) => operation !== 'connections.test')).toEqual([]);
    expect(world.status(kind, name).observedGeneration).toBe(world.get(kind, name)!.metadata.generation);
  });
});

/** Some of the new value that the body must show. */
function sampleText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, 6);
  if (Array.isArray(value)) return String(value.at(-1));
  return typeof value === 'object' ? 'id' : String(value);
}
