import { expect, test } from 'vitest';
import { convergedEnvironment, environment } from '../scenarios/landscape.ts';
import { type Dialect, referenceDialect, SWITCHES } from '../simulator/dialect.ts';
import { pairwise } from '../simulator/pairwise.ts';
import { job } from '../support/manifests.ts';
import { applied, planned, plannedFiles } from './stepForStep.ts';

const oddities = (dialect: Dialect) =>
  SWITCHES.filter((key) => dialect[key] !== referenceDialect[key])
    .map((key) => `${key}=${dialect[key]}`)
    .join(' ');

/** Every choice that the documentation leaves open, in all pairs. */
test.each(pairwise().map((dialect) => [oddities(dialect), dialect] as const))(
  'what is as it should be plans to nothing, and a change to what is done, on a server with %s',
  async (_, dialect) => {
    const world = await convergedEnvironment({ dialect });
    for (const plan of [await planned(world, ['--direct']), await plannedFiles(world, environment())]) {
      expect(plan.objects.filter(({ action }) => action !== 'none')).toEqual([]);
      expect(plan.code).toBe(0);
    }
    const changed = [job({ tasks: [{ table: 'Accounts' }, { query: 'REPLICATE [Orders]' }, { table: 'Leads' }] })];
    const plan = await plannedFiles(world, changed);
    expect(await applied(world, plan, () => world.apply(changed))).toEqual([]);
  },
);
