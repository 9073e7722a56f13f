import { expect, test } from 'vitest';
import { run, SYNC_URL } from '../../support/manifests.ts';
import { convergedWorld, itemNamed } from '../landscape.ts';

const MINUTE = 60_000;

test.each([
  ['a start is on its way', 'runId', 'leaving'],
  ['a start is carried out', 'runId', 'arrived'],
  ['a start is held open', 'blocking', 'arrived'],
  ['the reply to a start is on its way', 'empty', 'replied'],
] as const)('two controllers, one paused past its lease while %s', async (_, executeReply, at) => {
  const world = await convergedWorld({ config: { leaderElect: true }, dialect: { executeReply } });
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  const first = world.instance;
  // As main does.
  void first.app.deposed.then(() => first.kill());
  let resume: (() => void) | undefined;
  first.network.watch = ({ path }, phase) => {
    if (resume !== undefined || phase !== at || !path.endsWith('/execute')) return;
    first.pause();
    resume = () => first.resume('replies');
  };
  world.apply(run());
  await world.until(() => resume !== undefined, MINUTE, 'the start');
  const second = world.another();
  await world.start();
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True', 10 * MINUTE);
  const ended = world.status('SyncRun', 'now');
  expect(ended.state).toBe('Succeeded');

  const sent = first.network.exchanges.length;
  resume!();
  await world.settle(10 * MINUTE);
  const late = first.network.exchanges.slice(sent).filter(({ method }) => method !== 'GET');
  expect(late.filter(({ path, origin }) => origin === SYNC_URL || path.includes('/syncruns'))).toEqual([]);
  expect(world.status('SyncRun', 'now')).toEqual(ended);
  expect([...world.simulator.state.runs.values()].filter(({ targetId }) => targetId === id)).toHaveLength(1);
  expect(second.network.exchanges.some(({ path }) => path.endsWith('/execute'))).toBe(false);
});
