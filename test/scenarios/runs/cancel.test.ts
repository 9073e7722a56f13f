import { expect, test } from 'vitest';
import { type Dialect, referenceDialect, SWITCHES } from '../../simulator/dialect.ts';
import { pairwise } from '../../simulator/pairwise.ts';
import { run } from '../../support/manifests.ts';
import type { World } from '../../support/world.ts';
import { convergedWorld, itemNamed } from '../landscape.ts';

const MINUTE = 60_000;
const oddities = (dialect: Dialect) =>
  SWITCHES.filter((key) => dialect[key] !== referenceDialect[key])
    .map((key) => `${key}=${dialect[key]}`)
    .join(' ');

const cancel = (world: World, name: string) =>
  void world.cluster.patch('SyncRun', name, 'default', { spec: { cancel: true } });

/** Runs of the job that the server carried out for us, by how they ended. */
const ends = (world: World) =>
  [...world.simulator.state.runs.values()].filter(({ cause }) => cause === 'api').map(({ end }) => end);

const finished = (world: World, name: string) =>
  world.untilCondition('SyncRun', name, 'Finished', 'True', 2 * 60 * MINUTE);

test.each(pairwise().map((dialect) => [oddities(dialect), dialect] as const))(
  'cancel in every state, on a server with %s',
  async (_, dialect) => {
    const world = await convergedWorld({ dialect });
    const { simulator } = world;
    const { id } = itemNamed(world, 'jobs', 'Nightly');
    const isIdle = () => [...simulator.state.runs.values()].every(({ end }) => end);
    const settled = async () => {
      await world.until(isIdle, 60 * MINUTE, 'no run');
      await world.settle(2 * MINUTE);
    };
    simulator.console.behaviour(id, { taskMs: 10 * MINUTE });

    // Waiting: somebody else's run goes on, and is left alone.
    const theirs = simulator.console.run(id);
    simulator.catchUp();
    world.apply(run({}, { name: 'waiting' }));
    await world.settle(20_000);
    cancel(world, 'waiting');
    await finished(world, 'waiting');
    expect(world.condition('SyncRun', 'waiting', 'Succeeded')).toBe('False RunCancelled');
    expect(ends(world)).toEqual([]);
    expect(theirs.end).toBeUndefined();
    simulator.console.cancel(id);
    await settled();

    // Starting: the start has reached the server, and nobody has seen a run yet.
    let arrived = false;
    world.instance.network.watch = ({ path }, phase) => {
      if (arrived || phase !== 'arrived' || !path.endsWith('/execute')) return;
      arrived = true;
      cancel(world, 'starting');
    };
    world.apply(run({}, { name: 'starting' }));
    await finished(world, 'starting');
    expect(world.condition('SyncRun', 'starting', 'Succeeded')).toBe('False RunCancelled');
    expect(ends(world)).toEqual(['cancelled']);
    await settled();

    world.apply(run({}, { name: 'running' }));
    await world.until(() => ends(world).length === 2, 10 * MINUTE, 'the run');
    await world.settle(3 * MINUTE);
    cancel(world, 'running');
    await finished(world, 'running');
    expect(world.condition('SyncRun', 'running', 'Succeeded')).toBe('False RunCancelled');
    expect(ends(world)).toEqual(['cancelled', 'cancelled']);
    await settled();

    // Finishing: it is over on the server, and the operator does not know it yet.
    simulator.console.behaviour(id, { taskMs: 5_000 });
    world.apply(run({}, { name: 'finishing' }));
    await world.until(() => ends(world)[2] === 'success', 10 * MINUTE, 'the end of the run');
    cancel(world, 'finishing');
    await finished(world, 'finishing');
    expect(world.condition('SyncRun', 'finishing', 'Succeeded')).toBe('True RunSucceeded');
    await settled();

    const { observedGeneration, conditions, ...before } = world.status('SyncRun', 'running');
    const again = run({ ttlSecondsAfterFinished: 1_000_000, cancel: true }, { name: 'running' });
    world.apply(again);
    await world.settle(5 * MINUTE);
    const after = world.status('SyncRun', 'running');
    expect(after).toMatchObject(before);
    expect(after.observedGeneration).toBe(observedGeneration + 1);
    expect(after.conditions.map(({ reason }: { reason: string }) => reason)).toEqual(
      conditions.map(({ reason }: { reason: string }) => reason),
    );
    expect(ends(world)).toEqual(['cancelled', 'cancelled', 'success']);
  },
);
