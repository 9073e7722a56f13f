import { expect, test } from 'vitest';
import { DIALECT, type Dialect, referenceDialect, SWITCHES, type Switch } from '../../simulator/dialect.ts';
import { pairwise } from '../../simulator/pairwise.ts';
import { run } from '../../support/manifests.ts';
import { convergedWorld, itemNamed } from '../landscape.ts';

const HOUR = 3_600_000;
const oddities = (dialect: Dialect) =>
  SWITCHES.filter((key) => dialect[key] !== referenceDialect[key])
    .map((key) => `${key}=${dialect[key]}`)
    .join(' ');

/** Every choice that the documentation leaves open, in all pairs: a run is started once and told truly. */
test.each(pairwise().map((dialect) => [oddities(dialect), dialect] as const))(
  'a run that succeeds and one that fails, on a server with %s',
  async (_, dialect) => {
    const world = await convergedWorld({ dialect });
    const { id } = itemNamed(world, 'jobs', 'Nightly');
    world.simulator.console.behaviour(id, { records: 100 });
    world.apply(run({}, { name: 'good' }));
    await world.untilCondition('SyncRun', 'good', 'Finished', 'True', HOUR);
    expect(world.condition('SyncRun', 'good', 'Succeeded')).toBe('True RunSucceeded');
    const good = world.status('SyncRun', 'good');
    expect(good.recordsAffected).toBe(300);
    expect(good.tasks.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill('Succeeded'));

    world.simulator.console.behaviour(id, { outcome: 'fail' });
    world.apply(run({}, { name: 'bad' }));
    await world.untilCondition('SyncRun', 'bad', 'Finished', 'True', HOUR);
    expect(world.condition('SyncRun', 'bad', 'Succeeded')).toBe('False RunFailed');
    const runs = [...world.simulator.state.runs.values()];
    expect(runs.map(({ id }) => id)).toEqual([good.runId, world.status('SyncRun', 'bad').runId]);
    const by = () => world.status('SyncJob', 'nightly').lastRun?.startedBy;
    await world.until(() => by() === 'SyncRun default/bad', HOUR, 'who started it');
  },
);

/** What no client can work with: it must not be taken for success, nor run twice, nor go on for ever. */
test.each<[Switch, string]>([
  ['executeReply', 'True RunSucceeded'],
  ['statusWords', 'Unknown RunStateUnknown'],
  ['history', 'True RunSucceeded'],
  ['busyStatus', 'True RunSucceeded'],
])('a server whose %s cannot be worked with: %s', async (key, want) => {
  const unsupported = (DIALECT[key] as { unsupported?: string }).unsupported!;
  const world = await convergedWorld({ dialect: { [key]: unsupported } });
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True', 30 * HOUR);
  expect(world.condition('SyncRun', 'now', 'Succeeded')).toBe(want);
  expect(world.simulator.state.runs.size).toBe(1);
});

test('a server that shows neither status nor history: it was started, and nobody can tell how it ended', async () => {
  const world = await convergedWorld({ dialect: { statusRoute: 'absent', history: 'empty', executeReply: 'empty' } });
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True', 30 * HOUR);
  expect(world.condition('SyncRun', 'now', 'Succeeded')).toBe('Unknown OutcomeUnknown');
  expect(world.simulator.state.runs.size).toBe(1);
});

test('a start that is never answered, where nothing else tells of a run, is given up after a day', async () => {
  const world = await convergedWorld({ dialect: { statusRoute: 'absent', history: 'finishedOnly' } });
  world.simulator.faults.add({ operation: 'jobs.execute', times: 1, effect: { kind: 'hang', acts: false } });
  world.apply(run({ onUnknown: 'RetryAfterGrace', backoffLimit: 3 }));
  await world.settle(23 * HOUR);
  expect(world.condition('SyncRun', 'now', 'Ready')).toBe('False Running');
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True', 2 * HOUR);
  expect(world.condition('SyncRun', 'now', 'Succeeded')).toBe('Unknown OutcomeUnknown');
  expect(world.simulator.state.runs.size).toBe(0);
});
