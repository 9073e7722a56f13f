import { expect, test } from 'vitest';
import { convergedEnvironment, itemNamed, PASSWORD, USER_PASSWORD, writesOf } from './landscape.ts';

test('a whole environment, applied at once, converges without a warning and stays quiet', async () => {
  const world = await convergedEnvironment();
  expect(world.logs.filter(({ level }) => level === 'error')).toEqual([]);
  expect(world.cluster.events().filter(({ type }) => type === 'Warning')).toEqual([]);
  const job = itemNamed(world, 'jobs', 'Nightly');
  const daily = itemNamed(world, 'transformations', 'Daily');
  const notify = itemNamed(world, 'events', 'Notify');
  const steps = itemNamed(world, 'pipelines', 'Morning').children.map(({ fields }) => fields.reference);
  expect(steps).toEqual([job.id, notify.id, daily.id]);
  expect(daily.children.map(({ fields }) => fields.query)).toEqual([
    'DELETE FROM totals',
    'INSERT INTO totals SELECT * FROM orders',
  ]);
  expect(itemNamed(world, 'users', 'jane').fields).toMatchObject({ password: USER_PASSWORD, roles: ['cdata_support'] });
  const since = world.clock.now();
  await world.settle(3_600_000);
  expect(writesOf(world, since)).toEqual([]);
  expect(world.kubeWrites(since)).toEqual([]);
  for (const secret of [PASSWORD, USER_PASSWORD]) expect(await world.secretsSeen(secret)).toEqual([]);
});
