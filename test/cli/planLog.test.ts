import { describe, expect, test } from 'vitest';
import type { Manifest } from '../cluster/types.ts';
import { CASES, GROUND, PASSWORD } from '../scenarios/fieldSamples.ts';
import { environment, quiet } from '../scenarios/landscape.ts';
import { secret } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { applied, plannedFiles } from './stepForStep.ts';

/** What `plan` prints before a change is what the request log shows after it, step for step. */

test('a whole environment, made from nothing', async () => {
  const world = createWorld();
  await world.start();
  const plan = await plannedFiles(world, environment());
  expect(plan.summary).toMatchObject({ create: 7, blocked: 0, held: 0 });
  expect(plan.code).toBe(2);
  expect(await applied(world, plan, () => world.apply(environment()))).toEqual([]);
  const again = await plannedFiles(world, environment());
  expect(again.objects.flatMap(({ steps }) => steps)).toEqual([]);
  expect(again.code).toBe(0);
});

describe.each(CASES)('every field of a $kind', ({ kind, name, samples, manifest, more = [] }) => {
  test('one after the other', async () => {
    const world = createWorld();
    world.apply(GROUND(), more);
    await world.start();
    await world.ready(kind, name);
    await quiet(world);
    for (const path of Object.keys(samples)) {
      const isPassword = path === 'properties.Password';
      const change: Manifest[] = isPassword
        ? [secret('warehouse', { password: String(PASSWORD[1]) }), manifest()]
        : [manifest(path)];
      for (const manifests of [
        change,
        isPassword ? [secret('warehouse', { password: String(PASSWORD[0]) }), manifest()] : [manifest()],
      ]) {
        const plan = await plannedFiles(world, manifests);
        const different = await applied(world, plan, () => world.apply(manifests));
        expect({ path, different, blocked: plan.summary.blocked }).toEqual({ path, different: [], blocked: 0 });
      }
    }
  });
});
