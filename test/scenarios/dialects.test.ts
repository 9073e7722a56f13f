import { expect, test } from 'vitest';
import { type Dialect, referenceDialect, SWITCHES } from '../simulator/dialect.ts';
import { pairwise } from '../simulator/pairwise.ts';
import { convergedWorld, itemNamed, PASSWORD, writesOf } from './landscape.ts';

const MINUTE = 60_000;
const oddities = (dialect: Dialect) =>
  SWITCHES.filter((key) => dialect[key] !== referenceDialect[key])
    .map((key) => `${key}=${dialect[key]}`)
    .join(' ');

/** Every choice that the documentation leaves open, in all pairs: the user must see no difference. */
test.each(pairwise().map((dialect) => [oddities(dialect), dialect] as const))(
  'a server with %s',
  async (_, dialect) => {
    const world = await convergedWorld({ dialect, job: { options: { batchSize: 500 } } });
    expect(world.simulator.state.connections.size).toBe(2);
    expect(world.simulator.state.jobs.size).toBe(1);
    const { id, children } = itemNamed(world, 'jobs', 'Nightly');
    expect(children.map(({ fields }) => fields.table ?? fields.query)).toEqual([
      'Accounts',
      'Contacts',
      'REPLICATE [Orders]',
    ]);

    const since = world.clock.now();
    await world.settle(60 * MINUTE);
    expect(writesOf(world, since)).toEqual([]);
    expect(world.kubeWrites(since)).toEqual([]);

    // Lists of summaries do not show the change: it is found when the turn of the job comes, or after the resync interval.
    world.simulator.console.edit('job', id, { batch_size: 7 });
    const corrected = () => itemNamed(world, 'jobs', 'Nightly').fields.batch_size === 500;
    await world.until(corrected, 7 * 60 * MINUTE, 'the correction');
    await world.ready('SyncJob', 'nightly');
    expect(await world.secretsSeen(PASSWORD)).toEqual([]);
  },
);
