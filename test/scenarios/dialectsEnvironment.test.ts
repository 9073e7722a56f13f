import { expect, test } from 'vitest';
import { type Dialect, referenceDialect, SWITCHES } from '../simulator/dialect.ts';
import { pairwise } from '../simulator/pairwise.ts';
import { job } from '../support/manifests.ts';
import { convergedEnvironment, itemNamed, PASSWORD, USER_PASSWORD, writesOf } from './landscape.ts';

const MINUTE = 60_000;
const oddities = (dialect: Dialect) =>
  SWITCHES.filter((key) => dialect[key] !== referenceDialect[key])
    .map((key) => `${key}=${dialect[key]}`)
    .join(' ');

/** Every choice that the documentation leaves open, in all pairs: the user must see no difference. */
test.each(pairwise().map((dialect) => [oddities(dialect), dialect] as const))(
  'a server with %s',
  async (_, dialect) => {
    const world = await convergedEnvironment({ dialect }, [job({ options: { batchSize: 500 } })]);
    const { connections, jobs, transformations, pipelines, events, users } = world.simulator.state;
    // The administrator was there before.
    const sizes = [connections, jobs, transformations, pipelines, events, users].map(({ size }) => size);
    expect(sizes).toEqual([2, 1, 1, 1, 1, 2]);
    const steps = itemNamed(world, 'pipelines', 'Morning').children.map(({ fields }) => String(fields.reference));
    const targets = [
      ['jobs', 'Nightly'] as const,
      ['events', 'Notify'] as const,
      ['transformations', 'Daily'] as const,
    ];
    expect(steps).toEqual(targets.map(([collection, name]) => itemNamed(world, collection, name).id));
    expect(itemNamed(world, 'users', 'jane').fields).toMatchObject({ password: USER_PASSWORD });
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
    if (dialect.retrieveJob === 'absent') {
      // How a PUT works is found out on what is switched on last; this job has no schedule.
      await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True Unsupported', 7 * 60 * MINUTE);
    } else {
      const corrected = () => itemNamed(world, 'jobs', 'Nightly').fields.batch_size === 500;
      await world.until(corrected, 7 * 60 * MINUTE, 'the correction');
      await world.ready('SyncJob', 'nightly');
    }
    for (const secret of [PASSWORD, USER_PASSWORD]) expect(await world.secretsSeen(secret)).toEqual([]);
    expect(world.logs.filter(({ level }) => level === 'error')).toEqual([]);
  },
);
