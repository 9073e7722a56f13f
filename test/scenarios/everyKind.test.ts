import { describe, expect, test } from 'vitest';
import type { World } from '../support/world.ts';
import { EVERY_KIND } from './everyKind.ts';
import { allReady, convergedEnvironment, itemNamed, OURS, quiet, writesOf } from './landscape.ts';

const MINUTE = 60_000;

describe.each(EVERY_KIND)('$kind', (one) => {
  const { kind, name, item, collection, label, manifest, path, first, later, wire, rival } = one;
  const put = `PUT ${collection}.update`;
  const shown = (world: World) => itemNamed(world, collection, label).fields[wire.path];
  const converged = () => convergedEnvironment({}, [manifest(first)]);
  const edit = (world: World) =>
    world.simulator.console.edit(item, itemNamed(world, collection, label).id, { [wire.path]: wire.theirs as string });

  test('a change is one PUT, and a restart writes nothing', async () => {
    const world = await converged();
    expect(shown(world)).toEqual(wire.first);
    const since = world.clock.now();
    world.apply(manifest(later));
    await world.ready(kind, name);
    await quiet(world);
    expect(writesOf(world, since)).toEqual([put]);
    expect(shown(world)).toEqual(wire.later);
    const then = world.clock.now();
    world.crash();
    await world.start();
    await quiet(world);
    expect(writesOf(world, then)).toEqual([]);
    expect(world.kubeWrites(then)).toEqual([]);
  });

  test('what is retained is found again when its resource is made again', async () => {
    const world = await converged();
    const { id } = itemNamed(world, collection, label);
    const since = world.clock.now();
    world.remove(kind, name);
    expect(world.get(kind, name)).toBeUndefined();
    await quiet(world);
    world.apply(manifest(first));
    await allReady(world, OURS);
    await quiet(world);
    expect(writesOf(world, since)).toEqual([]);
    expect(world.status(kind, name)).toMatchObject({ id, owned: true });
  });

  test('what differs is not taken; Never takes nothing; Always takes it and changes what differs', async () => {
    const world = await converged();
    world.remove(kind, name);
    edit(world);
    await quiet(world);
    const since = world.clock.now();
    world.apply(manifest(first));
    await world.untilCondition(kind, name, 'Stalled', 'True AdoptionRefused');
    expect(world.status(kind, name).plan.changes).toMatchObject([{ path, held: 'AdoptionRefused' }]);
    world.apply(manifest({ ...first, adoptionPolicy: 'Never' }));
    await quiet(world);
    expect(world.status(kind, name).owned).not.toBe(true);
    expect(writesOf(world, since)).toEqual([]);
    world.apply(manifest({ ...first, adoptionPolicy: 'Always' }));
    await world.ready(kind, name);
    await quiet(world);
    expect(writesOf(world, since)).toEqual([put]);
    expect(shown(world)).toEqual(wire.first);
  });

  test('what somebody changes is put right, or only reported', async () => {
    const world = await converged();
    const since = world.clock.now();
    edit(world);
    const isRight = () => JSON.stringify(shown(world)) === JSON.stringify(wire.first);
    await world.until(isRight, 7 * 60 * MINUTE, 'the correction');
    await world.ready(kind, name);
    await quiet(world);
    expect(writesOf(world, since)).toEqual([put]);
    expect(world.eventsOf(kind, name)).toContain('DriftDetected');

    world.apply(manifest({ ...first, driftPolicy: 'Report' }));
    await quiet(world);
    const then = world.clock.now();
    edit(world);
    await world.untilCondition(kind, name, 'Synced', 'False PlanPending', 7 * 60 * MINUTE);
    expect(world.condition(kind, name, 'Ready')).toMatch(/^True/);
    expect(world.status(kind, name).plan.changes).toMatchObject([{ path, cause: 'drift', held: 'DriftReported' }]);
    expect(writesOf(world, then)).toEqual([]);
  });

  test('observing and suspending hold what is to be written', async () => {
    const world = await converged();
    const since = world.clock.now();
    world.apply(manifest({ ...later, managementPolicy: 'Observe' }));
    await world.untilCondition(kind, name, 'Synced', 'False PlanPending');
    expect(world.status(kind, name).plan.changes).toMatchObject([{ path, held: 'Observe' }]);
    world.apply(manifest({ ...later, suspend: true }));
    await world.untilCondition(kind, name, 'Ready', 'False Suspended');
    await quiet(world);
    expect(writesOf(world, since)).toEqual([]);
    world.apply(manifest(later));
    await world.ready(kind, name);
    expect(writesOf(world, since)).toEqual([put]);
  });

  test('two resources for one object: the older one has it, the other says so', async () => {
    const world = await converged();
    const since = world.clock.now();
    world.apply(manifest({ ...first, ...rival }, { name: 'again' }));
    await world.untilCondition(kind, 'again', 'Stalled', 'True AlreadyManaged');
    expect(world.condition(kind, name, 'Ready')).toBe('True Available');
    expect(writesOf(world, since)).toEqual([]);
  });

  test('what vanishes is made again, if need be after approval', async () => {
    const world = await converged();
    const { id } = itemNamed(world, collection, label);
    world.simulator.console.remove(item, id);
    const isNoticed = () => world.status(kind, name).id !== id || world.status(kind, name).plan !== undefined;
    await world.until(isNoticed, 7 * 60 * MINUTE, 'that it is gone');
    const { plan } = world.status(kind, name);
    if (plan) world.annotate(kind, name, { 'approve-plan': plan.id });
    const isBack = () => world.status(kind, name).id !== undefined && world.status(kind, name).id !== id;
    await world.until(isBack, 30 * MINUTE, 'its return');
    expect(itemNamed(world, collection, label).id).toBe(world.status(kind, name).id);
  });
});
